/** Which tier a class of task begins with. */
import { z } from 'zod'

const Choice = z.enum(['premium', 'fast', 'offline'])

const TaskPolicy = z.strictObject({
  tier: Choice,
  /** Whether an answer of `fast` that does not pass goes on to `premium`. */
  cascade: z.boolean().default(true),
  /** Whether verified outcomes may send a request to `premium` at once. */
  learn: z.boolean().default(true)
})

export const PolicyOptions = z.record(z.string(), TaskPolicy)

export type PolicySettings = z.output<typeof PolicyOptions>
export type TaskPolicy = z.output<typeof TaskPolicy>

/** Work that is thought about begins with `premium`, work in bulk with `fast`. */
const PREMIUM = /^(?:mutat|resol|reason|redesign|plan|decompos|document)/

export function policyFor(task: string, settings: PolicySettings): TaskPolicy {
  const own = Object.hasOwn(settings, task) ? settings[task] : undefined
  return own ?? { tier: PREMIUM.test(task) ? 'premium' : 'fast', cascade: true, learn: true }
}
