/**
 * Installs hive into agent clients: the MCP entry, hooks, and a skill or rules.
 *
 *     const plan = await planInstall([clientNamed('codex')], place, launch, { force: false })
 *     await applyPlan(plan, place)
 */
export { actionOf, applyPlan, diffOf } from './apply.ts'
export { checkClient, isPresent, stateOf } from './check.ts'
export type { ClientState, Finding } from './check.ts'
export { CLIENT_NAMES } from './client.ts'
export type { Client, ClientName, Launch, Place } from './client.ts'
export { CLIENTS, clientNamed } from './clients/index.ts'
export { isInCache, launchHere, placeHere } from './here.ts'
export { InstallError, planInstall, planUninstall } from './plan.ts'
export type { Change, Plan } from './plan.ts'
