/** The resident entries of one playbook, counted so that their number stays bounded. */
import {
  RESIDENT_FACTOR,
  MAX_AUTHOR_EDITS,
  MAX_PLAYBOOK_AUTHORS,
  MAX_PLAYBOOK_EDITS,
  MAX_PLAYBOOK_TOTAL_BYTES,
  MAX_PLAYBOOK_TOTAL_CHANGES
} from '../constants.ts'
import { changesOf } from './playbook-update.ts'
import { playbookTooLarge } from './playbook-state.ts'
import type { PlaybookEntry } from './playbook-state.ts'

export class EntrySet {
  readonly #entries = new Map<string, PlaybookEntry>()
  readonly #authors = new Set<string>()
  #bytes = 0
  #changes = 0

  get size(): number {
    return this.#entries.size
  }

  all(): IterableIterator<PlaybookEntry> {
    return this.#entries.values()
  }

  /**
   * Adds an entry, unless its position makes it invalid. Throws `LimitError` if there are more than
   * a node opens.
   */
  add(entry: PlaybookEntry): void {
    if (this.#entries.has(entry.hash) || entry.feedIndex >= MAX_AUTHOR_EDITS) return
    this.#entries.set(entry.hash, entry)
    this.#authors.add(entry.author)
    this.#bytes += entry.update.length
    this.#changes += changesOf(entry.content)
    if (
      this.#authors.size > MAX_PLAYBOOK_AUTHORS ||
      this.size > RESIDENT_FACTOR * MAX_PLAYBOOK_EDITS ||
      this.#bytes > RESIDENT_FACTOR * MAX_PLAYBOOK_TOTAL_BYTES ||
      this.#changes > RESIDENT_FACTOR * MAX_PLAYBOOK_TOTAL_CHANGES
    ) {
      throw playbookTooLarge(
        `${this.size} entries of ${this.#authors.size} authors, with ${this.#changes} changes in ${this.#bytes} bytes`
      )
    }
  }
}
