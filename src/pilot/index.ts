/** One bounded pass of self-improvement over the agents of a node. */
export { Pilot } from './pilot.ts'
export { Schedule } from './schedule.ts'
export type { AgentStep, Check, CheckReport, PassBudget, PassOptions, PassReport } from './pilot.ts'
