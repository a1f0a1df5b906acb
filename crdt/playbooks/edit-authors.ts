/**
 * The keys under which this node edits playbooks: one for each playbook and epoch, in memory only.
 */
import { createAuthor } from '../feeds/author.ts'
import { docSubject } from '../feeds/voice-part.ts'
import { LimitError } from '../errors.ts'
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
  readonly #authors = new Map<string, VoicedAuthor & { readonly name: string }>()
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
      const edits = state.editsOf(known.name) + MAX_ENTRY_HEADS
      if (state.hasRoom(known.name, edits, LARGEST_EDIT)) return known
    }
    const author = await this.#create(doc)
    if (!state.hasRoom(author.name, 0, LARGEST_EDIT)) {
      throw new LimitError(
        'PLAYBOOK_TOO_LARGE',
        'This member has added to the playbook all that one member may. Continue in the playbook of another goal.'
      )
    }
    this.#authors.delete(doc)
    this.#authors.set(doc, author)
    for (const oldest of this.#authors.keys()) {
      if (this.#authors.size <= MAX_AUTHORS) break
      this.#authors.delete(oldest)
    }
    return author
  }

  /** `name`: of whose edits count together. */
  async #create(doc: string): Promise<VoicedAuthor & { readonly name: string }> {
    const author: VoicedAuthor = (await this.#ownVoices?.editor(doc)) ?? createAuthor()
    const [tag] = (await author.voice?.own.tags([docSubject(doc)])) ?? []
    return { ...author, name: toHex(tag ?? author.key) }
  }

  drop(doc: string): void {
    this.#authors.delete(doc)
  }

  clear(): void {
    this.#authors.clear()
  }
}
