/** The cortex of an agent: its doors to what the node can do. */
import type { Capabilities } from '../skills/index.ts'
import type { Context, ContextOptions, SharedKnowledge } from '../sharing/index.ts'
import type { Janitor, Metrics } from '../maintenance/index.ts'
import type { Knowledge } from '../knowledge/index.ts'
import type { Models } from '../models/index.ts'

/**
 * What an agent can do on its node.
 *
 * @example
 * ```ts
 * const { knowledge, hive, context } = db.agent.cortex
 * await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
 * await hive.broadcastKnowledge()
 * const { text, tokens } = await context({ goal: 'Lay out a form', budget: 1_000 })
 * ```
 */
export interface Cortex {
  /** Facts of this node: stored once each, recalled, forgotten. */
  readonly knowledge: Knowledge
  /** What this node shares with its swarm, and what the swarm knows. */
  readonly hive: SharedKnowledge
  /** Skills: code and prompts that are tested before use. */
  readonly capabilities: Capabilities
  /** Language models by task, with budgets. */
  readonly models: Models
  /** What the node measured of its own work. */
  readonly metrics: Metrics
  /** Maintenance on request. */
  readonly janitor: Janitor
  /**
   * What an agent should see for a goal, quoted with its sources, within a token budget. Throws
   * `HiveError` (ARGUMENT_INVALID).
   */
  context(options: ContextOptions): Promise<Context>
}
