/** Assembles the governance of a node: what the governor reads, and what it may withdraw. */
import { Containment, Governor } from '../governance/index.ts'
import { readFact } from '../facts/index.ts'
import type { Operation } from '../../crdt/index.ts'
import type { Candidates, NearDuplicates } from '../knowledge/index.ts'
import type { NodeParts } from './node-parts.ts'

export interface NodeGovernorComponents {
  readonly candidates: Candidates
  readonly nearDuplicates: NearDuplicates
  /** Retracts this node's votes in one commit with the operations, and announces it. */
  readonly retract: (
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ) => Promise<unknown>
  readonly onError: (error: unknown) => void
}

export class NodeGovernor {
  readonly governor: Governor
  readonly #containment: Containment
  readonly #onError: (error: unknown) => void
  #resuming: Promise<void> = Promise.resolve()

  constructor(parts: NodeParts, components: NodeGovernorComponents) {
    const { options, store, replica, facts, rules, runCounts, models } = parts
    const { candidates, nearDuplicates, retract, onError } = components
    const { clock = Date } = options
    const now = (): number => clock.now()
    this.#onError = onError
    this.#containment = new Containment({
      store,
      rules,
      publications: candidates.publications,
      facts,
      nearDuplicates,
      replica,
      retract,
      agentsOf: async (digests) => {
        const stored = await facts.stored(digests)
        const merged = await nearDuplicates.stored(digests)
        return digests.map((digest, i) => {
          const bytes = stored[i] ?? merged[i]
          return bytes === undefined ? undefined : readFact(digest, bytes).agent
        })
      },
      now
    })
    this.governor = new Governor({
      containment: this.#containment,
      rules,
      runCounts,
      factsOf: (agent) => facts.useOf(agent),
      spentBy: (agent) => models.ledger.spentBy(agent),
      now
    })
  }

  /** Finishes containments that a stop or a crash has interrupted. */
  start(): void {
    this.#resuming = this.#containment.resume().catch((error: unknown) => this.#onError(error))
  }

  async stop(): Promise<void> {
    this.#containment.stop()
    await this.#resuming
  }
}
