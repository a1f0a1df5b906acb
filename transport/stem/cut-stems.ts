/**
 * Peers whose streams of stems end before their batches do, again and again. Nothing of such a stream is
 * used, so it costs the sender only its bytes. After several in a minute the streams of the peer are
 * refused for the rest of that minute, without blame: a bad link cuts streams too.
 */
import { MAX_CUT_STEMS, MAX_CUTTING_PEERS } from '../constants.ts'
import type { Clock } from '../peers/offences.ts'

interface Cuts {
  readonly since: number
  count: number
}

/** Milliseconds. */
const MINUTE = 60_000

export class CutStems {
  readonly #clock: Clock
  /** By peer; the first one that began first. */
  readonly #cuts = new Map<string, Cuts>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the streams of the peer are refused. */
  isRefused(peer: string): boolean {
    return (this.#recent(peer)?.count ?? 0) >= MAX_CUT_STEMS
  }

  /** A stream of the peer has ended too early. */
  add(peer: string): void {
    const cuts = this.#recent(peer)
    if (cuts !== undefined) {
      cuts.count += 1
      return
    }
    this.#cuts.delete(peer)
    this.#cuts.set(peer, { since: this.#clock.now(), count: 1 })
    const [oldest] = this.#cuts.keys()
    if (this.#cuts.size > MAX_CUTTING_PEERS && oldest !== undefined) this.#cuts.delete(oldest)
  }

  #recent(peer: string): Cuts | undefined {
    const cuts = this.#cuts.get(peer)
    return cuts !== undefined && this.#clock.now() - cuts.since < MINUTE ? cuts : undefined
  }
}
