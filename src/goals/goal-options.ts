/** Options and results of the calls on goals. */
import { z } from 'zod'
import { FilterTags, Signal } from '../arguments/index.ts'
import { GOAL_STATUSES } from './goal-statement.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Insight } from '../judgement/index.ts'
import type { GoalStatus } from './goal-statement.ts'

/** A goal to add. */
export interface GoalInit {
  readonly title: string
  readonly description?: string
  /** The id of the parent goal. */
  readonly parent?: string
  /** At most 6; none may begin with `status:`, `parent:` or `template:`. */
  readonly tags?: readonly string[]
}

/** The result of adding a goal. */
export interface AddedGoal {
  readonly id: string
  /** `duplicate`: an equal goal exists, and `id` is its id. */
  readonly status: 'new' | 'duplicate'
}

/** Which goals to list. */
export interface GoalFilter extends AbortOptions {
  readonly status?: GoalStatus
  /** Only subgoals of this goal; null for goals without a parent. */
  readonly parent?: string | null
  /** Only goals with all of these tags. */
  readonly tags?: readonly string[]
  /**
   * Goals whose text reads like an order to a model are in quarantine until this node states
   * something of them. Default: released goals.
   */
  readonly state?: 'quarantined' | 'released'
  /** Default 100, at most 10,000. */
  readonly limit?: number
}

/** A record that shows how to reach a goal. */
export interface GoalTemplate extends Insight {
  /** Authors that attached the record to the goal. */
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
  tags: FilterTags.default([]),
  state: z.enum(['quarantined', 'released']).default('released'),
  limit: z.int().min(1).max(10_000).default(100),
  signal: Signal
})
export const TemplateOptions = z.strictObject({
  state: z.enum(['quarantined', 'released']).default('released'),
  signal: Signal
})
