/**
 * Corroboration: whether the rest of the swarm knows a fact that is new here. The answer comes from
 * filters of peers, so it is a maybe; it is told to the agent and decides nothing: the fact is
 * stored all the same, and neither its confidence, its promotion nor `k` depend on it.
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

  /** Whether anybody's filter or record could say so: without, a lookup would be for nothing. */
  get isAvailable(): boolean {
    const { replica, swarm } = this.#components
    return swarm !== undefined || replica.published.version > 0
  }

  /** Whether a peer seems to have observed the fact, or somebody else published it. */
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
