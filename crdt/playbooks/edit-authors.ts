/**
 * The keys under which this node edits playbooks: one for each playbook and epoch, in memory only.
 */
import { createAuthor } from '../feeds/author.ts'
import {
  MAX_ENTRY_HEADS,
  MAX_PLAYBOOK_DELETES,
  MAX_PLAYBOOK_STRUCTS,
  MAX_PLAYBOOK_UPDATE_BYTES
} from '../constants.ts'
import { toHex } from '../bytes/index.ts'
import type { AuthorEpochs } from '../feeds/author-epoch.ts'
import type { OwnVoices, VoicedAuthor } from '../publishing/own-voices.ts'
import type { PlaybookState } from './playbook-state.ts'

/** Keys kept for further edits; an edit without one starts another feed. */
const MAX_AUTHORS = 1_000

/** The share of its author's limits that the largest edit takes. */
const LARGEST_EDIT = {
  bytes: MAX_PLAYBOOK_UPDATE_BYTES,
  changes: MAX_PLAYBOOK_STRUCTS + MAX_PLAYBOOK_DELETES
}

export class EditAuthors {
  /** By document, the newest at the end. */
  readonly #authors = new Map<string, VoicedAuthor>()
  readonly #epochs: AuthorEpochs
  readonly #ownVoices: OwnVoices | undefined
  #epoch: number | undefined

  /** `ownVoices`: of a closed swarm. */
  constructor(epochs: AuthorEpochs, ownVoices?: OwnVoices) {
    this.#epochs = epochs
    this.#ownVoices = ownVoices
  }

  /** The key for a document; a new one if the last has no room for another edit. */
  async forDoc(
    doc: string,
    state: Pick<PlaybookState, 'editsOf' | 'hasRoom'>
  ): Promise<VoicedAuthor> {
    const epoch = this.#epochs.current()
    if (epoch !== this.#epoch) this.clear()
    this.#epoch = epoch
    const known = this.#authors.get(doc)
    if (known !== undefined) {
      const key = toHex(known.key)
      if (state.hasRoom(key, state.editsOf(key) + MAX_ENTRY_HEADS, LARGEST_EDIT)) return known
    }
    const author = (await this.#ownVoices?.editor(doc)) ?? createAuthor()
    this.#authors.delete(doc)
    this.#authors.set(doc, author)
    for (const oldest of this.#authors.keys()) {
      if (this.#authors.size <= MAX_AUTHORS) break
      this.#authors.delete(oldest)
    }
    return author
  }

  drop(doc: string): void {
    this.#authors.delete(doc)
  }

  clear(): void {
    this.#authors.clear()
  }
}
