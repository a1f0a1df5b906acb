/**
 * Playbooks: shared documents of steps, one for each goal, which many nodes edit at once.
 *
 * Only the playbooks used last are resident. An edit is made on a copy of the document, becomes a
 * signed entry, passes the same admission as all others, and is durable when `edit` resolves. Each
 * playbook has its own author key, so that neither a node's votes nor its other playbooks reveal
 * the editor, and the feed contains nothing else.
 */
import * as Y from 'yjs'
import {
  MAX_AUTHOR_EDITS,
  MAX_ENTRY_HEADS,
  MAX_PLAYBOOK_AUTHORS,
  MAX_PLAYBOOK_UPDATE_BYTES,
  PLAYBOOK_FORMAT
} from '../constants.ts'
import { fromHex, toHex } from '../bytes/index.ts'
import { readEntry, writeEntry } from '../feeds/entry.ts'
import { LimitError, MalformedError, StoreError } from '../errors.ts'
import { clientIdOf } from '../records/knowledge-log.ts'
import { createEditEntry, headGroups, playbookEntryOf } from './playbook-entry.ts'
import { EditAuthors } from './edit-authors.ts'
import { editPartOf, feedVoiceOf } from '../publishing/own-voices.ts'
import { EntrySet } from './entry-set.ts'
import { playbookDoc } from './playbook-doc.ts'
import { changesOf, readPlaybookUpdate } from './playbook-update.ts'
import { newDoc, readSteps } from './steps.ts'
import { buildState, playbookTooLarge } from './playbook-state.ts'
import type { AuthorEpochs } from '../feeds/author-epoch.ts'
import type { OwnVoices, VoicedAuthor } from '../publishing/own-voices.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { FeedAppender } from '../publishing/feed-appender.ts'
import type { Operation } from '../store/section.ts'
import type { PlaybookState } from './playbook-state.ts'
import type { Step } from './steps.ts'

/** The steps of a playbook, and the numbers of its edits. */
export interface PlaybookSnapshot {
  readonly steps: readonly Step[]
  /** Valid edits, and edits that wait for a dependency or are not valid. */
  readonly acceptedEdits: number
  readonly pendingEdits: number
}

export interface PlaybooksInit {
  readonly swarm: string
  readonly epochs: AuthorEpochs
  /** Of a closed swarm. */
  readonly ownVoices?: OwnVoices
  /** Feeds that write to a document. */
  writersOf(doc: string): readonly Feed[]
  /** The author's entries from `from` to `to`, in order; ends early at a missing one. */
  between(author: Uint8Array, from: number, to: number): AsyncIterable<Uint8Array>
  /** Resolves when all admitted entries are on disk. */
  flush(): Promise<void>
  /** Runs without a concurrent admission. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T>
}

/** An edit of a document; `edit` resolves with its result. */
export type Change<T> = (doc: Y.Doc) => T

/** Options of an edit. */
export interface EditOptions<T> {
  readonly signal?: AbortSignal
  /** For the commit of the edit, if `change` changed anything. */
  readonly operations?: (result: T) => Promise<readonly Operation[]>
}

interface SignedEdit {
  readonly author: VoicedAuthor
  readonly update: Uint8Array
  /** Written in its commit. */
  readonly extra: readonly Operation[]
}

/** Resident playbooks; the largest take about 20 MB. */
const MAX_RESIDENT = 8

const HASH_BYTES = 32

interface ResidentPlaybook {
  readonly entries: EntrySet
  /** Undefined if it must be built from the entries again. */
  state: PlaybookState | undefined
  /** Pending edits, which need this object until they are added. */
  edits: number
  /** Set while the state is being built. */
  building: Promise<void> | undefined
  /** Resolves when `entries` has all entries on disk. */
  readonly loaded: Promise<void>
}

export class Playbooks {
  readonly #init: PlaybooksInit
  /** By document, the last used at the end. */
  readonly #resident = new Map<string, ResidentPlaybook>()
  readonly #authors: EditAuthors

  constructor(init: PlaybooksInit) {
    this.#init = init
    this.#authors = new EditAuthors(init.epochs, init.ownVoices)
  }

  /**
   * The playbook of a goal; empty if nobody has written one. Throws `LimitError`
   * (PLAYBOOK_TOO_LARGE).
   */
  async read(goal: Uint8Array): Promise<PlaybookSnapshot> {
    const resident = this.#open(playbookDoc(goal))
    await resident.loaded
    const state = await currentState(resident)
    const { size } = resident.entries
    return {
      steps: readSteps(state.doc),
      acceptedEdits: state.size,
      pendingEdits: size - state.size
    }
  }

  /**
   * Changes the playbook of a goal. Returns the result of `change` and the new durable entries, if
   * anything changed. Rethrows errors of `change`; the playbook then stays unchanged.
   */
  async edit<T>(
    goal: Uint8Array,
    change: Change<T>,
    { signal, operations }: EditOptions<T> = {}
  ): Promise<{ result: T; entries: Entry[] }> {
    const doc = playbookDoc(goal)
    const made = await this.#init.runExclusive(async (append) => {
      signal?.throwIfAborted()
      const resident = this.#open(doc)
      resident.edits += 1
      try {
        await resident.loaded
        const author = await this.#authors.forDoc(doc, await currentState(resident))
        const { result, update } = this.#change(author, doc, await currentState(resident), change)
        if (update === undefined) return { result, entries: [], durable: [] }
        const extra = (await operations?.(result)) ?? []
        const edit = { author, update, extra }
        return { result, ...(await this.#append(doc, resident, edit, append)) }
      } finally {
        resident.edits -= 1
      }
    })
    await Promise.all(made.durable)
    return made
  }

  /** Adds an admitted entry; `base` is that of its feed. */
  add(entry: Entry, base: number): void {
    const resident = this.#resident.get(entry.doc)
    if (resident === undefined) return
    const added = playbookEntryOf(this.#init.swarm, entry, base)
    const { state, entries } = resident
    // An entry that comes last in the order leaves the earlier ones unchanged.
    const isLast = state?.size === entries.size && state.isAfterAll(added)
    try {
      entries.add(added)
      if (!isLast || !state.apply(added)) resident.state = undefined
    } catch {
      // Too large or damaged: the next reader gets the error.
      this.#resident.delete(entry.doc)
    }
  }

  /** Drops the resident state of a document whose entries changed. */
  drop(doc: string): void {
    this.#resident.delete(doc)
    this.#authors.drop(doc)
  }

  /** Drops all keys: the next edit of any playbook starts a new feed. */
  rotate(): void {
    this.#authors.clear()
  }

  /** Drops all resident state. */
  clear(): void {
    this.#resident.clear()
    this.rotate()
  }

  #open(doc: string): ResidentPlaybook {
    const known = this.#resident.get(doc)
    this.#resident.delete(doc)
    const resident = known ?? this.#load(doc)
    this.#resident.set(doc, resident)
    for (const [oldest, { edits }] of this.#resident) {
      if (this.#resident.size <= MAX_RESIDENT) break
      if (edits === 0) this.#resident.delete(oldest)
    }
    return resident
  }

  /** Later admissions arrive through `add`; earlier ones are read. */
  #load(doc: string): ResidentPlaybook {
    const entries = new EntrySet()
    const loaded = this.#readEntries(doc, entries).catch((error: unknown) => {
      this.#resident.delete(doc)
      throw error
    })
    loaded.catch(() => undefined)
    return { entries, state: undefined, building: undefined, edits: 0, loaded }
  }

  async #readEntries(doc: string, entries: EntrySet): Promise<void> {
    await this.#init.flush()
    const writers = this.#init.writersOf(doc)
    if (writers.length > MAX_PLAYBOOK_AUTHORS) throw playbookTooLarge(`${writers.length} authors`)
    for (const { author, base, seq } of writers) {
      const last = Math.min(seq, base + MAX_AUTHOR_EDITS - 1)
      for await (const bytes of this.#init.between(author, base, last)) {
        const read = readEntry(bytes)
        if (read.format !== PLAYBOOK_FORMAT || read.doc !== doc) continue
        entries.add(playbookEntryOf(this.#init.swarm, read, base))
      }
    }
  }

  /** Applies the change to a copy; `update` is undefined if it changed nothing. */
  #change<T>(
    author: VoicedAuthor,
    doc: string,
    state: PlaybookState,
    change: Change<T>
  ): { result: T; update: Uint8Array | undefined } {
    const copy = newDoc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(state.doc))
    // Set after loading, since Yjs changes the client id when it loads structs of its own.
    copy.clientID = clientIdOf(this.#init.swarm, author.key, doc)
    let update: Uint8Array | undefined
    copy.on('update', (bytes: Uint8Array) => (update = bytes))
    try {
      const result = copy.transact(() => change(copy))
      if (update !== undefined) checkEdit(update, copy.clientID, state)
      return { result, update }
    } finally {
      copy.destroy()
    }
  }

  async #append(
    doc: string,
    resident: ResidentPlaybook,
    { author, update, extra }: SignedEdit,
    { feed, admit }: FeedAppender
  ): Promise<{ entries: Entry[]; durable: Promise<void>[] }> {
    const entries: Entry[] = []
    const durable: Promise<void>[] = []
    const sign = async (heads: readonly string[], content: Uint8Array): Promise<void> => {
      const hashes = heads.flatMap((head) => fromHex(head, HASH_BYTES) ?? [])
      const current = feed(author.key)
      const entry = createEditEntry(this.#init.swarm, author, current, {
        doc,
        heads: hashes,
        update: content,
        part: await editPartOf(author, doc, current.seq === 0)
      })
      if (entry === undefined) throw editTooLarge(content.length)
      const operations = content === update ? extra : []
      const own = { voice: feedVoiceOf(author) }
      const admission = await admit(writeEntry(entry), () => operations, own)
      durable.push(admission.durable)
      entries.push(entry)
    }
    const own = toHex(feed(author.key).head)
    const { tips } = await currentState(resident)
    const heads = tips.filter((tip) => tip !== own)
    // More branches than an entry can name are joined first, by empty entries.
    if (heads.length > MAX_ENTRY_HEADS) {
      for (const group of headGroups(heads)) await sign(group, EMPTY_UPDATE)
      await sign([], update)
    } else await sign(heads, update)
    const last = entries.at(-1)
    const after = await currentState(resident)
    if (last !== undefined && !after.tips.includes(toHex(last.hash))) {
      // For example if the edit before it could not be written.
      throw new StoreError(
        'EDIT_OUTDATED',
        'The edit was not published: entries that it builds on were removed. Repeat the edit.'
      )
    }
    return { entries, durable }
  }
}

/** No structs and no deletes. */
const EMPTY_UPDATE = Uint8Array.of(0, 0)

async function currentState(resident: ResidentPlaybook): Promise<PlaybookState> {
  for (;;) {
    if (resident.state !== undefined) return resident.state
    resident.building ??= rebuildState(resident).finally(() => {
      resident.building = undefined
    })
    await resident.building
  }
}

/** Discards the state if entries arrived while it was built. */
async function rebuildState(resident: ResidentPlaybook): Promise<void> {
  const { size } = resident.entries
  const state = await buildState(resident.entries.all())
  if (resident.entries.size === size) resident.state = state
}

/** Checked before signing, since an ill-formed entry would end the feed. */
function checkEdit(update: Uint8Array, client: number, state: PlaybookState): void {
  if (update.length > MAX_PLAYBOOK_UPDATE_BYTES) throw editTooLarge(update.length)
  try {
    const content = readPlaybookUpdate(update, client)
    state.checkRoom({ bytes: update.length, changes: changesOf(content) })
  } catch (error) {
    if (error instanceof MalformedError) throw editTooLarge(update.length)
    throw error
  }
}

function editTooLarge(bytes: number): LimitError {
  return new LimitError(
    'PLAYBOOK_EDIT_TOO_LARGE',
    `The edit has ${bytes} bytes, which is more than the limit of an entry. Split it into smaller edits.`
  )
}
