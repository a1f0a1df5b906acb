/** Operations of `hive goals` and `hive playbook`. */
import { z } from 'zod'
import type { AddedGoal, Goal, GoalInit, HiveNode, Step } from '../../src/index.ts'
import type { CallOptions } from './call-options.ts'

export const GoalStatusName = z.enum(['open', 'active', 'abandoned', 'achieved'])

/** Whether goals or offers may influence this node's agents. */
export const Release = z.enum(['quarantined', 'released'])

/** Requests of the control socket; the library checks the rest. */
export const GoalRequests = {
  list: z.object({
    status: GoalStatusName.optional(),
    parent: z.string().optional(),
    tags: z.array(z.string()).optional(),
    state: Release.optional()
  }),
  add: z.object({
    title: z.string(),
    description: z.string().optional(),
    parent: z.string().optional(),
    tags: z.array(z.string()).optional()
  }),
  status: z.object({ id: z.string(), status: GoalStatusName }),
  playbook: z.object({
    id: z.string(),
    edit: z
      .discriminatedUnion('do', [
        z.object({
          do: z.literal('add'),
          at: z.number(),
          title: z.string(),
          body: z.string().optional()
        }),
        z.object({
          do: z.literal('edit'),
          step: z.string(),
          title: z.string().optional(),
          body: z.string().optional()
        }),
        z.object({ do: z.literal('move'), step: z.string(), at: z.number() }),
        z.object({ do: z.literal('remove'), step: z.string() })
      ])
      .optional()
  })
} as const

export type PlaybookRequest = z.output<typeof GoalRequests.playbook>

export interface GoalOperations {
  goals(options: z.output<typeof GoalRequests.list>, call?: CallOptions): Promise<readonly Goal[]>
  addGoal(options: GoalInit, call?: CallOptions): Promise<AddedGoal>
  goalStatus(options: z.output<typeof GoalRequests.status>, call?: CallOptions): Promise<Goal>
  /** Returns the steps, after the edit if there is one. */
  playbook(options: PlaybookRequest, call?: CallOptions): Promise<readonly Step[]>
}

export function localGoalOperations(db: HiveNode): GoalOperations {
  const { goals } = db.agent.cortex.hive
  return {
    goals: (options, { signal } = {}) => goals.list({ ...options, signal }),
    addGoal: (options, { signal } = {}) => goals.add(options, { signal }),
    goalStatus: ({ id, status }, { signal } = {}) => goals.status(id, status, { signal }),
    async playbook({ id, edit }, { signal } = {}) {
      using playbook = goals.playbook(id)
      switch (edit?.do) {
        case 'add':
          await playbook.insert(edit.at, { title: edit.title, body: edit.body }, { signal })
          break
        case 'edit':
          await playbook.edit(edit.step, { title: edit.title, body: edit.body }, { signal })
          break
        case 'move':
          await playbook.move(edit.step, edit.at, { signal })
          break
        case 'remove':
          await playbook.remove(edit.step, { signal })
          break
        default:
      }
      return playbook.steps({ signal })
    }
  }
}
