/** All commands, in the order of the help. */
import { AGENTS, EVOLVE, GOVERN, PERSONA } from './specs/agents.ts'
import {
  CASES,
  CONTEXT,
  DISTILL,
  EXPORT,
  FORGET,
  HISTORY,
  IMPACT,
  IMPORT,
  LEARN,
  OPEN,
  RECALL,
  REPORT,
  STALE
} from './specs/knowledge.ts'
import {
  COMPLETION,
  CONFIG,
  DOCTOR,
  HOOK,
  INSTALL_CLIENTS,
  MCP,
  UNINSTALL
} from './specs/machine.ts'
import {
  BACKUP,
  EVENTS,
  KEYGEN,
  PERFORMANCE,
  REPAIR,
  RESTORE,
  START,
  STATUS,
  VERIFY
} from './specs/node.ts'
import { MODELS, SKILL, SKILLS, USAGE } from './specs/skills.ts'
import {
  BROADCAST,
  DISPUTE,
  GOALS,
  INSIGHTS,
  PEERS,
  PLAYBOOK,
  PROMOTE,
  RETRACT,
  VOUCH
} from './specs/swarm.ts'
import type { CommandSpec } from './command-spec.ts'

export const COMMAND_SPECS: Readonly<Record<string, CommandSpec>> = {
  start: START,
  keygen: KEYGEN,
  status: STATUS,
  events: EVENTS,
  performance: PERFORMANCE,
  verify: VERIFY,
  repair: REPAIR,
  backup: BACKUP,
  restore: RESTORE,
  distill: DISTILL,
  learn: LEARN,
  recall: RECALL,
  open: OPEN,
  history: HISTORY,
  cases: CASES,
  context: CONTEXT,
  export: EXPORT,
  import: IMPORT,
  stale: STALE,
  report: REPORT,
  forget: FORGET,
  impact: IMPACT,
  broadcast: BROADCAST,
  insights: INSIGHTS,
  promote: PROMOTE,
  vouch: VOUCH,
  dispute: DISPUTE,
  retract: RETRACT,
  goals: GOALS,
  playbook: PLAYBOOK,
  peers: PEERS,
  skills: SKILLS,
  skill: SKILL,
  models: MODELS,
  usage: USAGE,
  agents: AGENTS,
  persona: PERSONA,
  evolve: EVOLVE,
  govern: GOVERN,
  install: INSTALL_CLIENTS,
  uninstall: UNINSTALL,
  doctor: DOCTOR,
  config: CONFIG,
  completion: COMPLETION,
  mcp: MCP,
  hook: HOOK
}
