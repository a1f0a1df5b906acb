/** The cortex of an agent: its interfaces to the node. */
import type { Capabilities } from '../skills/index.ts'
import type { Cases } from '../cases/index.ts'
import type { Governor } from '../governance/index.ts'
import type { Context, ContextOptions, SharedKnowledge } from '../sharing/index.ts'
import type { Evolution } from '../evolution/index.ts'
import type { Janitor, Metrics } from '../maintenance/index.ts'
import type { Knowledge } from '../knowledge/index.ts'
import type { Models } from '../models/index.ts'
import type { PassOptions, PassReport, Pilot } from '../pilot/index.ts'
import type { Reasoner } from '../reasoner/index.ts'

/**
 * The interfaces of an agent to its node.
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
  /** Facts of this node: add, recall, forget. */
  readonly knowledge: Knowledge
  /** Knowledge shared with the swarm. */
  readonly hive: SharedKnowledge
  /** Skills: code and prompts that are tested before use. */
  readonly capabilities: Capabilities
  /** Language models by task, with budgets. */
  readonly models: Models
  /** Mutations of the persona of this agent, on trial. */
  readonly evolution: Evolution
  /** `selfIterate` by another name, for all agents of the node. */
  readonly pilot: Pick<Pilot, 'runSelfImprovementCycle'>
  /** Limits and freezes of the agents of the node, set by persons. */
  readonly governor: Governor
  /** Disputed claims and rules: evidence, proposals and decisions. */
  readonly cases: Cases
  /** Contradictions of a mutation, before it is applied. */
  readonly reasoner: Reasoner
  /** Measurements of the node's own work. */
  readonly metrics: Metrics
  /** Maintenance on request. */
  readonly janitor: Janitor
  /**
   * Knowledge for a goal, quoted with its sources, within a token budget. Throws `HiveError`
   * (ARGUMENT_INVALID).
   */
  context(options: ContextOptions): Promise<Context>
  /**
   * One bounded pass over all agents of the node whose evolution is enabled: trials that have decided
   * end, and the next mutations begin. Nothing is done twice, also after a crash. Throws `HiveError`
   * (ARGUMENT_INVALID).
   */
  selfIterate(options?: PassOptions): Promise<PassReport>
}
