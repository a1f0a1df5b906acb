/** What the calls on goals take and give. */
import { z } from 'zod'
import { Signal } from '../arguments/index.ts'
import { GOAL_STATUSES } from './goal-statement.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Insight } from '../judgement/index.ts'
import type { GoalStatus } from './goal-statement.ts'

/** A goal to add. */
export interface GoalInit {
  readonly title: string
  readonly description?: string
  /** The id of the goal that it is part of. */
  readonly parent?: string
  /** At most 6; none may begin with `status:`, `parent:` or `template:`. */
  readonly tags?: readonly string[]
}

/** What became of an added goal. */
export interface AddedGoal {
  readonly id: string
  /** `duplicate`: a goal that says the same was there, and `id` is its id. */
  readonly status: 'new' | 'duplicate'
}

/** Which goals to list. */
export interface GoalFilter extends AbortOptions {
  readonly status?: GoalStatus
  /** Only goals that are part of this one; null for those that are part of none. */
  readonly parent?: string | null
  /** Only goals that carry all of these. */
  readonly tags?: readonly string[]
}

/** A record that shows how to reach a goal. */
export interface GoalTemplate extends Insight {
  /** Authors that attached it to the goal. */
  readonly attachments: number
}

export const SignalOptions = z.strictObject({ signal: Signal })
export const GoalStatusSchema = z.enum(GOAL_STATUSES)
export const GoalInitSchema = z.strictObject({
  title: z.string().trim().min(1),
  description: z.string().default(''),
  parent: z.string().optional(),
  tags: z.array(z.string()).default([])
})
export const GoalFilterSchema = z.strictObject({
  status: GoalStatusSchema.optional(),
  parent: z.string().nullable().optional(),
  tags: z.array(z.string()).default([]),
  signal: Signal
})
export const TemplateOptions = z.strictObject({
  state: z.enum(['quarantined', 'released']).default('released'),
  signal: Signal
})
