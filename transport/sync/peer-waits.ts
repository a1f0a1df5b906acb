/**
 * How long each peer has kept runs waiting since it last brought something. It is counted beyond the end
 * of a run: a peer that answers fast and brings nothing would else begin with a new run each time. A small
 * part of the time is free, so that a peer that has nothing new, and is asked now and then, owes nothing.
 */
import { FREE_WAIT_SHARE, MAX_OWED_WAIT, MAX_PACED_PEERS } from '../constants.ts'

/** Of one peer. */
export class PeerWait {
  readonly #now: () => number
  #owed = 0
  #at: number

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#at = now()
  }

  /** Milliseconds that the peer has kept runs waiting. */
  get milliseconds(): number {
    const now = this.#now()
    this.#owed = Math.max(0, this.#owed - (now - this.#at) * FREE_WAIT_SHARE)
    this.#at = now
    return this.#owed
  }

  add(milliseconds: number): void {
    this.#owed = Math.min(MAX_OWED_WAIT, this.milliseconds + milliseconds)
  }

  /** The peer has brought something. */
  clear(): void {
    this.#owed = 0
  }
}

export class PeerWaits {
  readonly #now: () => number
  /** By the name of the peer, the longest unused one first. */
  readonly #waits = new Map<string, PeerWait>()

  constructor(now: () => number) {
    this.#now = now
  }

  of(peer: string): PeerWait {
    const wait = this.#waits.get(peer) ?? new PeerWait(this.#now)
    this.#waits.delete(peer)
    this.#waits.set(peer, wait)
    const [oldest] = this.#waits.keys()
    if (this.#waits.size > MAX_PACED_PEERS && oldest !== undefined) this.#waits.delete(oldest)
    return wait
  }
}
