/**
 * Offences: what bad bytes cost the peer that sent them. Each counts for ten minutes and lowers the
 * peer's gossip score; the third shuts the peer out for ten minutes. Honest peers commit none:
 * gaps, duplicates and refusals that depend on state never count.
 */
import { BAN_DURATION, MAX_OFFENDERS, OFFENCES_BEFORE_BAN, OFFENCE_LIFETIME } from '../constants.ts'

/** The time, injected. */
export interface Clock {
  /** Milliseconds of the Unix epoch. */
  now(): number
}

interface Offender {
  times: number[]
  bannedUntil: number
}

export class Offences {
  readonly #clock: Clock
  readonly #offenders = new Map<string, Offender>()
  #total = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Offences since the start, of all peers. */
  get total(): number {
    return this.#total
  }

  /** Records one; true when it shuts the peer out. */
  add(peer: string): boolean {
    this.#total += 1
    const now = this.#clock.now()
    const offender = this.#offenders.get(peer) ?? { times: [], bannedUntil: 0 }
    offender.times = [...this.#recent(offender, now), now]
    // Last offender last, so that the map drops the longest silent one.
    this.#offenders.delete(peer)
    this.#offenders.set(peer, offender)
    if (this.#offenders.size > MAX_OFFENDERS) this.#dropOldest()
    if (offender.times.length < OFFENCES_BEFORE_BAN) return false
    offender.bannedUntil = now + BAN_DURATION
    return true
  }

  /** Recent offences of a peer. */
  count(peer: string): number {
    const offender = this.#offenders.get(peer)
    return offender === undefined ? 0 : this.#recent(offender, this.#clock.now()).length
  }

  isBanned(peer: string): boolean {
    return (this.#offenders.get(peer)?.bannedUntil ?? 0) > this.#clock.now()
  }

  #recent(offender: Offender, now: number): number[] {
    return offender.times.filter((time) => now - time < OFFENCE_LIFETIME)
  }

  #dropOldest(): void {
    for (const peer of this.#offenders.keys()) {
      this.#offenders.delete(peer)
      return
    }
  }
}
