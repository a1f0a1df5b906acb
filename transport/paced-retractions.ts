/**
 * Retractions that peers send, as far as they have brought what opens something here. Each one that opens
 * nothing costs reads of the store, and nobody is to blame for it: its register may be on its way. So a
 * peer that brings many is not read for a while, and what it brings then comes with a later sync.
 */
import { MAX_USELESS_BURST, USELESS_PER_SECOND } from './constants.ts'
import { PeerPaces } from './peer-paces.ts'
import type { ReplicaRetractions, Retraction, RetractionResult } from '../crdt/index.ts'

export class PacedRetractions {
  readonly #retractions: Pick<ReplicaRetractions, 'admit'>
  readonly #paces: PeerPaces

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(retractions: Pick<ReplicaRetractions, 'admit'>, now?: () => number) {
    this.#retractions = retractions
    this.#paces = new PeerPaces(USELESS_PER_SECOND, MAX_USELESS_BURST, now)
  }

  /** Whether what the peer brings is read at the moment. */
  mayAdmit(peer: string): boolean {
    return this.#paces.of(peer).isOpen
  }

  /** As `ReplicaRetractions.admit`; what is not read counts as waiting. */
  async admit(retractions: readonly Retraction[], peer: string): Promise<RetractionResult[]> {
    if (!this.mayAdmit(peer)) return retractions.map(() => 'waits')
    const results = await this.#retractions.admit(retractions, peer)
    this.#paces.of(peer).take(results.filter((result) => result === 'waits').length)
    return results
  }
}
