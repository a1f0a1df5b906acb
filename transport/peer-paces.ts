/**
 * A pace for each peer. It stays when the peer disconnects: otherwise a peer that dials again would begin
 * with a full burst each time.
 */
import { MAX_PACED_PEERS } from './constants.ts'
import { Pace } from './pace.ts'

export class PeerPaces {
  readonly #create: () => Pace
  /** By the name of the peer, the longest unused one first. */
  readonly #paces = new Map<string, Pace>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#create = () => new Pace(perSecond, burst, now)
  }

  of(peer: string): Pace {
    const pace = this.#paces.get(peer) ?? this.#create()
    this.#paces.delete(peer)
    this.#paces.set(peer, pace)
    const [oldest] = this.#paces.keys()
    if (this.#paces.size > MAX_PACED_PEERS && oldest !== undefined) this.#paces.delete(oldest)
    return pace
  }
}
