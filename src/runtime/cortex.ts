/** The cortex of an agent: its doors to what the node can do. */
import type { Capabilities } from '../skills/index.ts'
import type { Context, ContextOptions, SharedKnowledge } from '../sharing/index.ts'
import type { Janitor, Metrics } from '../maintenance/index.ts'
import type { Knowledge } from '../knowledge/index.ts'
import type { Models } from '../models/index.ts'

export interface Cortex {
  readonly knowledge: Knowledge
  readonly hive: SharedKnowledge
  readonly capabilities: Capabilities
  readonly models: Models
  readonly metrics: Metrics
  readonly janitor: Janitor
  /** What an agent should see for a goal, quoted with its sources, within a token budget. */
  context(options: ContextOptions): Promise<Context>
}
