/**
 * When this node dials peers that others name: while it has too few peers in its mesh. gossipsub would
 * dial all that are named with each prune, which doubles the connections of a swarm that is meshed, and
 * verifies a signature for each.
 */
import { MIN_MESH_PEERS } from '../constants.ts'

/** Of gossipsub: public on the class, missing from the interface it is returned as. */
export interface ExchangingService {
  readonly opts: { readonly scoreThresholds: { acceptPXThreshold: number } }
  getMeshPeers(topic: string): string[]
}

/** Score from which on a peer may name others; no score reaches `NOBODY`. */
const ANYBODY = 0
const NOBODY = Number.MAX_VALUE

export class PeerExchange {
  readonly #service: ExchangingService
  readonly #topic: string

  constructor(service: ExchangingService, topic: string) {
    this.#service = service
    this.#topic = topic
  }

  /** To be called when the mesh has changed. */
  update(): void {
    const isMeshed = this.#service.getMeshPeers(this.#topic).length >= MIN_MESH_PEERS
    this.#service.opts.scoreThresholds.acceptPXThreshold = isMeshed ? NOBODY : ANYBODY
  }
}
