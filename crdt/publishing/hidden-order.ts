/**
 * Which hidden entries of each author have which records, in the order of the feed. When an entry is shown,
 * only its own records are looked at: a broadcast hides a million, and each of its entries is shown alone.
 */

/** The records of an entry: their digests in hex. */
interface Place {
  readonly seq: number
  readonly names: readonly string[]
}

export class HiddenOrder {
  /** By the author in hex; ascending. */
  readonly #places = new Map<string, Place[]>()

  clear(): void {
    this.#places.clear()
  }

  add(author: string, seq: number, names: readonly string[]): void {
    if (names.length === 0) return
    const places = this.#places.get(author) ?? []
    // Entries that come back from their copies may be behind those after them.
    const after = (places.at(-1)?.seq ?? 0) <= seq ? -1 : places.findIndex((at) => at.seq > seq)
    places.splice(after < 0 ? places.length : after, 0, { seq, names })
    this.#places.set(author, places)
  }

  /** Takes the records of the author's entries up to `seq`, each once. */
  take(author: string, seq: number): ReadonlySet<string> {
    const places = this.#places.get(author) ?? []
    const end = places.findIndex((at) => at.seq > seq)
    const taken = places.splice(0, end < 0 ? places.length : end)
    if (places.length === 0) this.#places.delete(author)
    return new Set(taken.flatMap(({ names }) => names))
  }
}
