/**
 * Whom the stem goes on to: for an epoch one relay for each neighbour that entries come from, so that
 * a neighbour who sends many learns of one path only, and whether this node ends stems in this epoch.
 */
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../peers/offences.ts'

export interface StemRelaysInit {
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds. */
  readonly epoch: number
  /** Probability that a node ends stems for an epoch. */
  readonly fluffProbability: number
  /** Connected peers that take stems. */
  readonly peers: () => readonly PeerId[]
}

export class StemRelays {
  readonly #init: StemRelaysInit
  readonly #relays = new Map<string, string>()
  #epochEnd = 0
  #isFluffing = false

  constructor(init: StemRelaysInit) {
    this.#init = init
  }

  /** Whether stems of others end here in this epoch. */
  get isFluffing(): boolean {
    this.#beginEpoch()
    return this.#isFluffing
  }

  /** The relay for what comes from a neighbour: never that neighbour, nor one of `refused`. */
  relayFor(from: string, refused: ReadonlySet<string>): PeerId | undefined {
    this.#beginEpoch()
    const { random } = this.#init
    const peers = this.#init
      .peers()
      .filter((peer) => peer.toString() !== from && !refused.has(peer.toString()))
    const chosen = peers.find((peer) => peer.toString() === this.#relays.get(from))
    const relay = chosen ?? peers[Math.floor(random() * peers.length)]
    if (relay !== undefined) this.#relays.set(from, relay.toString())
    return relay
  }

  /** Begins another epoch now. */
  rotate(): void {
    this.#epochEnd = 0
  }

  #beginEpoch(): void {
    const { clock, random, epoch, fluffProbability } = this.#init
    const now = clock.now()
    if (now < this.#epochEnd) return
    // Nodes change at different times, and a node that has just begun not a whole epoch later.
    this.#epochEnd = now + epoch * (0.5 + random() / 2)
    this.#relays.clear()
    this.#isFluffing = random() < fluffProbability
  }
}
