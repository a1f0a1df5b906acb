/**
 * Builds the document of a set of playbook entries: a function of the set, whatever the order of
 * arrival.
 *
 * An entry is valid once all its dependencies are present and valid: its heads and its author's
 * entry before it. An entry that refers to anything else is not valid, nor is one that depends on
 * it. Yjs receives the entries in one defined order: by the longest chain below them, then by hash.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as Y from 'yjs'
import {
  MAX_AUTHOR_EDIT_BYTES,
  MAX_AUTHOR_EDITS,
  MAX_AUTHOR_CHANGES,
  MAX_PLAYBOOK_EDITS,
  MAX_PLAYBOOK_TOTAL_BYTES,
  MAX_PLAYBOOK_TOTAL_CHANGES,
  ORDER_ROOT,
  STEPS_ROOT
} from '../constants.ts'
import { LimitError } from '../errors.ts'
import { changesOf } from './playbook-update.ts'
import { StructIndex } from './struct-index.ts'
import { newDoc } from './steps.ts'
import type { Id, PlaybookStruct, PlaybookUpdate } from './playbook-update.ts'

/** An admitted entry of a playbook. Hashes and keys are in hex. */
export interface PlaybookEntry {
  readonly hash: string
  readonly author: string
  /** Whose edits count together: the author's, or in a closed swarm the member's. */
  readonly voice: string
  readonly client: number
  /** Its dependencies: its heads, and the author's entry before it unless it is the first. */
  readonly dependencies: readonly string[]
  /** Number of the author's earlier entries. */
  readonly feedIndex: number
  readonly update: Uint8Array
  readonly content: PlaybookUpdate
}

/** The history of a valid entry. */
interface AcceptedEntry {
  readonly level: number
  /** Number of units that it knows of each author, itself included, by the author's index here. */
  readonly known: Uint32Array
}

interface Usage {
  readonly edits: number
  readonly bytes: number
  readonly changes: number
}

/** Changes applied between two turns of the event loop, since hostile edits may be slow. */
const CHANGES_PER_TURN = 200

const NO_USAGE: Usage = { edits: 0, bytes: 0, changes: 0 }

export class PlaybookState {
  readonly doc = newDoc()
  readonly #accepted = new Map<string, AcceptedEntry>()
  readonly #tips = new Set<string>()
  readonly #index = new StructIndex()
  /** Indexes of the authors' clients, in the order of their first entries. */
  readonly #numbers = new Map<number, number>()
  readonly #owners = new Map<number, string>()
  readonly #usage = new Map<string, Usage>()
  #total = NO_USAGE
  #level = 0

  /** Hashes of the valid entries that no other valid entry depends on. */
  get tips(): string[] {
    return [...this.#tips].toSorted()
  }

  /** Number of valid entries. */
  get size(): number {
    return this.#accepted.size
  }

  /** Number of valid entries of the voice. */
  editsOf(voice: string): number {
    return this.#usage.get(voice)?.edits ?? 0
  }

  /** Whether the voice may add this much, with an entry at this place of its author's feed. */
  hasRoom(voice: string, place: number, { bytes, changes }: Omit<Usage, 'edits'>): boolean {
    const used = this.#usage.get(voice) ?? NO_USAGE
    return (
      place < MAX_AUTHOR_EDITS &&
      used.edits < MAX_AUTHOR_EDITS &&
      used.bytes + bytes <= MAX_AUTHOR_EDIT_BYTES &&
      used.changes + changes <= MAX_AUTHOR_CHANGES
    )
  }

  /** Throws `LimitError` if this much more exceeds what a node opens. */
  checkRoom(more: Omit<Usage, 'edits'>): void {
    const total = sum(this.#total, { edits: 1, ...more })
    if (isTooLarge(total)) throw playbookTooLarge(describe(total))
  }

  /** Whether the entry comes after all valid ones in Yjs's order. */
  isAfterAll(entry: PlaybookEntry): boolean {
    const owner = this.#owners.get(entry.client) ?? entry.author
    return owner === entry.author && (this.#levelOf(entry) ?? 0) > this.#level
  }

  /**
   * Adds an entry; false if it is not valid. Entries must come in order. Throws `LimitError` if the
   * playbook becomes larger than a node opens.
   */
  apply(entry: PlaybookEntry): boolean {
    const { author, voice, client, feedIndex, update, content } = entry
    const level = this.#levelOf(entry)
    const usage = { edits: 1, bytes: update.length, changes: changesOf(content) }
    if (level === undefined || !this.hasRoom(voice, feedIndex, usage)) return false
    const past = this.#knownBy(entry)
    if (!this.#accepts(entry, past)) return false
    this.#total = sum(this.#total, usage)
    if (isTooLarge(this.#total)) throw playbookTooLarge(describe(this.#total))
    this.#usage.set(voice, sum(this.#usage.get(voice) ?? NO_USAGE, usage))
    const known = this.#knownWith(past, client)
    this.#owners.set(client, author)
    this.#accepted.set(entry.hash, { level, known })
    this.#level = Math.max(this.#level, level)
    for (const hash of entry.dependencies) this.#tips.delete(hash)
    this.#tips.add(entry.hash)
    Y.applyUpdate(this.doc, update)
    if (this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null) {
      throw new Error('A validated playbook entry left pending structs in Yjs.')
    }
    return true
  }

  /** Longest chain that ends with the entry; undefined if a dependency is not valid. */
  #levelOf({ dependencies }: Pick<PlaybookEntry, 'dependencies'>): number | undefined {
    let level = 0
    for (const hash of dependencies) {
      const counted = this.#accepted.get(hash)
      if (counted === undefined) return undefined
      level = Math.max(level, counted.level)
    }
    return level + 1
  }

  #knownBy({ dependencies }: PlaybookEntry): Uint32Array {
    const known = new Uint32Array(this.#numbers.size)
    for (const hash of dependencies) {
      for (const [number, end] of (this.#accepted.get(hash)?.known ?? []).entries()) {
        known[number] = Math.max(known[number] ?? 0, end)
      }
    }
    return known
  }

  #knownWith(past: Uint32Array, client: number): Uint32Array {
    const number = this.#numbers.get(client) ?? this.#numbers.size
    this.#numbers.set(client, number)
    const known = new Uint32Array(this.#numbers.size)
    known.set(past)
    known[number] = this.#index.end(client)
    return known
  }

  /**
   * Adds the entry's structs to the index, or none of them if one refers to something that it must
   * not.
   */
  #accepts({ client, content }: PlaybookEntry, past: Uint32Array): boolean {
    const start = this.#index.end(client)
    const isKnown = (id: Id, end = id.clock + 1): boolean => {
      const limit = id.client === client ? this.#index.end(client) : this.#endIn(past, id.client)
      return end <= limit
    }
    if (content.structs.length > 0 && content.clock !== start) return false
    for (const range of content.deletes) {
      // Deletes come last in an update, and must not reach the update's own structs.
      if (!isKnown(range, range.clock + range.length) || !this.#index.isDeletable(range)) {
        return false
      }
    }
    for (const struct of content.structs) {
      const list = this.#listOf(struct, isKnown)
      if (list === undefined) {
        this.#index.truncate(client, start)
        return false
      }
      this.#index.add(client, struct, list)
    }
    return true
  }

  #endIn(past: Uint32Array, client: number): number {
    const number = this.#numbers.get(client)
    return number === undefined ? 0 : (past[number] ?? 0)
  }

  /** The list of a struct; undefined if it must not refer to its neighbours. */
  #listOf(struct: PlaybookStruct, isKnown: (id: Id) => boolean): string | undefined {
    const { kind, origin, rightOrigin, parent, step } = struct
    const find = (id: Id): ReturnType<StructIndex['find']> =>
      isKnown(id) ? this.#index.find(id) : undefined
    if (kind === 'title' || kind === 'body') return ''
    if (step !== undefined && find(step)?.kind !== 'step') return undefined
    let list: string | undefined
    if (typeof parent === 'string') list = parent
    else if (parent !== undefined) list = textListName(parent, find(parent)?.kind)
    else {
      const lists = [origin, rightOrigin].flatMap((id) =>
        id === undefined ? [] : [find(id)?.list]
      )
      list = lists.every((each) => each === lists[0]) ? lists[0] : undefined
    }
    return list !== undefined && allowsKind(list, kind) ? list : undefined
  }
}

/**
 * Builds the state of a set of entries of one playbook. Rejects with `LimitError` if the playbook
 * is larger than a node opens.
 */
export async function buildState(entries: Iterable<PlaybookEntry>): Promise<PlaybookState> {
  const state = new PlaybookState()
  let changes = 0
  for (const entry of inCausalOrder([...entries])) {
    state.apply(entry)
    changes += 1 + changesOf(entry.content)
    if (changes < CHANGES_PER_TURN) continue
    changes = 0
    await nextTurn()
  }
  return state
}

/** Removes entries of authors whose client ids collide, since Yjs would mix them up. */
function withoutClientCollisions(entries: readonly PlaybookEntry[]): PlaybookEntry[] {
  const owners = new Map<number, string>()
  const shared = new Set<number>()
  for (const { client, author } of entries) {
    const owner = owners.get(client)
    if (owner === undefined) owners.set(client, author)
    else if (owner !== author) shared.add(client)
  }
  return shared.size === 0 ? [...entries] : entries.filter(({ client }) => !shared.has(client))
}

/** Entries with all dependencies present, by the longest chain below them and then by hash. */
function inCausalOrder(all: readonly PlaybookEntry[]): PlaybookEntry[] {
  const entries = new Map(withoutClientCollisions(all).map((entry) => [entry.hash, entry]))
  const next = new Map<string, PlaybookEntry[]>()
  const missing = new Map<string, number>()
  let ready: PlaybookEntry[] = []
  for (const entry of entries.values()) {
    missing.set(entry.hash, entry.dependencies.length)
    if (entry.dependencies.length === 0) ready.push(entry)
    for (const hash of entry.dependencies) next.set(hash, [...(next.get(hash) ?? []), entry])
  }
  const ordered: PlaybookEntry[] = []
  // One round for each level: an entry that becomes ready in a round has its longest chain through
  // it.
  while (ready.length > 0) {
    ordered.push(...ready.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)))
    const following: PlaybookEntry[] = []
    for (const { hash } of ready) {
      for (const entry of next.get(hash) ?? []) {
        const left = (missing.get(entry.hash) ?? 0) - 1
        missing.set(entry.hash, left)
        if (left === 0) following.push(entry)
      }
    }
    ready = following
  }
  return ordered
}

function textListName(id: Id, kind: string | undefined): string | undefined {
  return kind === 'title' || kind === 'body' ? `${kind}:${id.client}:${id.clock}` : undefined
}

/** Which structs a list may contain: marks belong in bodies only. */
function allowsKind(list: string, kind: PlaybookStruct['kind']): boolean {
  if (kind === 'step') return list === STEPS_ROOT
  if (kind === 'place') return list === ORDER_ROOT
  return list.startsWith('body:') || (kind === 'text' && list.startsWith('title:'))
}

function sum(a: Usage, b: Usage): Usage {
  return { edits: a.edits + b.edits, bytes: a.bytes + b.bytes, changes: a.changes + b.changes }
}

function isTooLarge({ edits, bytes, changes }: Usage): boolean {
  return (
    edits > MAX_PLAYBOOK_EDITS ||
    bytes > MAX_PLAYBOOK_TOTAL_BYTES ||
    changes > MAX_PLAYBOOK_TOTAL_CHANGES
  )
}

function describe({ edits, bytes, changes }: Usage): string {
  return `${changes} changes in ${edits} edits of ${bytes} bytes`
}

export function playbookTooLarge(what: string): LimitError {
  return new LimitError(
    'PLAYBOOK_TOO_LARGE',
    `The playbook has ${what}, which is more than a node opens. Continue in the playbook of another goal.`
  )
}
