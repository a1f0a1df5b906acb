/**
 * The starts of the words of a text, in order, with their shapes (`shapes.ts`) and groups
 * (`context-words.ts`).
 */
export class WordList {
  count = 0
  from = new Int32Array(0)
  shape = new Int32Array(0)
  groups = new Int32Array(0)

  /** Removes all words; makes room for `capacity`. */
  clear(capacity: number): void {
    this.count = 0
    if (this.from.length >= capacity) return
    this.from = new Int32Array(capacity)
    this.shape = new Int32Array(capacity)
    this.groups = new Int32Array(capacity)
  }

  add(from: number, shape: number): void {
    const { count } = this
    this.from[count] = from
    this.shape[count] = shape
    this.groups[count] = 0
    this.count = count + 1
  }

  /** Adds `groups` to the word at `from`, or inserts a word of `shape` there. */
  addGroups(from: number, shape: number, groups: number): void {
    let index = this.count
    while (index > 0 && (this.from[index - 1] ?? 0) >= from) index -= 1
    if (index === this.count || this.from[index] !== from) this.#insert(index, from, shape)
    this.groups[index] = (this.groups[index] ?? 0) | groups
  }

  /** Adds `shape` to all words from `index` on; returns their common shapes. */
  extend(index: number, shape: number): number {
    let shapes = 0
    for (let i = index; i < this.count; i++) {
      const whole = (this.shape[i] ?? 0) | shape
      this.shape[i] = whole
      shapes |= whole
    }
    return shapes
  }

  /**
   * Removes the words of replaced parts and moves those after them. `edits`: from and to, each now
   * one character.
   */
  move(edits: readonly number[]): void {
    let edit = 0
    let shift = 0
    let count = 0
    for (let i = 0; i < this.count; i++) {
      const at = this.from[i] ?? 0
      while (edit < edits.length && at >= (edits[edit + 1] ?? 0)) {
        shift += (edits[edit + 1] ?? 0) - (edits[edit] ?? 0) - 1
        edit += 2
      }
      if (edit < edits.length && at >= (edits[edit] ?? 0)) continue
      this.from[count] = at - shift
      this.shape[count] = this.shape[i] ?? 0
      this.groups[count] = this.groups[i] ?? 0
      count += 1
    }
    this.count = count
  }

  #insert(index: number, from: number, shape: number): void {
    if (index < this.count) {
      for (const each of [this.from, this.shape, this.groups]) {
        each.copyWithin(index + 1, index, this.count)
      }
    }
    this.from[index] = from
    this.shape[index] = shape
    this.groups[index] = 0
    this.count += 1
  }
}
