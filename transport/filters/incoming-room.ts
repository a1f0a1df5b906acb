/**
 * The room for filters that are on their way, going by what peers announce. Where it is full, one that is
 * smaller takes the place of the largest: so peers that announce much and send little keep only large
 * filters away.
 */
export class IncomingRoom {
  readonly #limit: number
  readonly #taken = new Set<Place>()

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes of all places. */
  get bytes(): number {
    let sum = 0
    for (const { bytes } of this.#taken) sum += bytes
    return sum
  }

  /**
   * Undefined if there is no room, and no larger one. `onEnd`: a smaller one takes the place. Let go of the
   * place in any case.
   */
  take(bytes: number, onEnd: () => void): (() => void) | undefined {
    if (this.bytes + bytes > this.#limit) {
      const [largest] = [...this.#taken].toSorted((a, b) => b.bytes - a.bytes)
      if (largest === undefined || largest.bytes <= bytes) return undefined
      this.#taken.delete(largest)
      largest.onEnd()
    }
    const place = { bytes, onEnd }
    this.#taken.add(place)
    return () => this.#taken.delete(place)
  }
}

interface Place {
  readonly bytes: number
  readonly onEnd: () => void
}
