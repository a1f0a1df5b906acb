/** The first tier of each class of task. */
import { z } from 'zod'

const Choice = z.enum(['premium', 'fast', 'offline'])

const TaskPolicy = z.strictObject({
  tier: Choice,
  /** Whether a failed answer of `fast` goes to `premium`. */
  cascade: z.boolean().default(true),
  /** Whether learned outcomes may send a request directly to `premium`. */
  learn: z.boolean().default(true)
})

export const PolicyOptions = z.record(z.string(), TaskPolicy)

export type PolicySettings = z.output<typeof PolicyOptions>
export type TaskPolicy = z.output<typeof TaskPolicy>

/** Tasks of reasoning start with `premium`, bulk tasks with `fast`. */
const PREMIUM = /^(?:mutat|resol|reason|redesign|plan|decompos|document)/

export function policyFor(task: string, settings: PolicySettings): TaskPolicy {
  const own = Object.hasOwn(settings, task) ? settings[task] : undefined
  return own ?? { tier: PREMIUM.test(task) ? 'premium' : 'fast', cascade: true, learn: true }
}
