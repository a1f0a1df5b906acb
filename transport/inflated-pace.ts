/**
 * Entries that unpack to far more than their size, which no honest node makes, are admitted at a low rate:
 * one that unpacks to a megabyte takes 10 ms of a node, and of each peer that it is passed on to. What is
 * above the rate is left for later, so that it delays nothing behind it. Only an entry that its author has
 * signed counts: a forged one would delay what the author publishes, and its sender would not be blamed.
 */
import { excessOf, hasOwnPayload, hasValidSignature, readEntry } from '../crdt/index.ts'
import { INFLATED_BYTES_PER_SECOND, MAX_INFLATED_BURST } from './constants.ts'
import { Pace } from './pace.ts'

export class InflatedPace {
  readonly #swarm: string
  readonly #pace: Pace

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(swarm: string, now: () => number = () => performance.now()) {
    this.#swarm = swarm
    this.#pace = new Pace(INFLATED_BYTES_PER_SECOND, MAX_INFLATED_BURST, now)
  }

  /** Whether the entry may be admitted now; then it counts. What is forged is left to admission. */
  take(bytes: Uint8Array): boolean {
    const excess = excessOf(this.#swarm, bytes)
    return excess === 0 || !this.#isGenuine(bytes) || this.#pace.tryTake(excess)
  }

  /** `bytes`: those of an entry. */
  #isGenuine(bytes: Uint8Array): boolean {
    const entry = readEntry(bytes)
    return hasOwnPayload(entry) && hasValidSignature(this.#swarm, entry)
  }
}
