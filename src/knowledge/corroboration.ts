/**
 * Corroboration: whether a peer may know a fact that is new here. The answer comes from Bloom
 * filters of peers, so it may be wrong. It is reported to the agent and decides nothing:
 * confidence, promotion and `k` do not depend on it.
 */
import type { Replica } from '../../crdt/index.ts'
import type { Swarm } from '../../transport/index.ts'

export interface CorroborationComponents {
  readonly replica: Pick<Replica, 'elementOf' | 'has' | 'published' | 'voteOn'>
  /** Undefined without a network. */
  readonly swarm: Pick<Swarm, 'mayHave'> | undefined
}

export class Corroboration {
  readonly #components: CorroborationComponents

  constructor(components: CorroborationComponents) {
    this.#components = components
  }

  /** Whether a filter or a record could answer; without one, a lookup is useless. */
  get isAvailable(): boolean {
    const { replica, swarm } = this.#components
    return swarm !== undefined || replica.published.version > 0
  }

  /** Whether a peer may have observed the fact, or another author published it. */
  async isKnownElsewhere(digest: Uint8Array): Promise<boolean> {
    const { replica, swarm } = this.#components
    const element = replica.elementOf(digest)
    if (swarm?.mayHave('observed', element) === true) return true
    if (swarm?.mayHave('published', element) === true) return true
    if (!replica.published.has(element)) return false
    const [published] = await replica.has([digest])
    return published === true && (await replica.voteOn(digest)) !== 'vouch'
  }
}
