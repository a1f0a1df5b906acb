/**
 * The goals of the hive and their playbooks.
 *
 * @example
 * ```ts
 * const { goals } = db.agent.cortex.hive
 * const { id } = await goals.add({ title: 'Ship version 2', tags: ['release'] })
 * using playbook = goals.playbook(id)
 * await playbook.insert(0, { title: 'Freeze the API', body: 'Nothing new from Monday on.' })
 * ```
 */
export { Goals } from './goal-store.ts'
export type { BackedGoal } from './backed-goal.ts'
export type { GoalStatus } from './goal-statement.ts'
export type { AddedGoal, GoalFilter, GoalInit, GoalTemplate } from './goal-options.ts'
export { rankGoal } from './goal-rank.ts'
export type { Goal } from './goal-view.ts'
export type {
  MarkedRange,
  Playbook,
  PlaybookEvents,
  Span,
  Step,
  StepInit
} from './goal-playbook.ts'
