/**
 * A growing filter that is stored, and that peers can follow.
 *
 * Each insertion appends the new elements to a log, in the commit of the facts or records that they
 * represent, so that the filter never misses a stored one. From time to time the raw bits are saved
 * and old log entries removed. Peers that have the bits read the log too: the elements since the
 * version that they know, which is a number of elements.
 *
 * A filter is rebuilt from its source if its saved state is missing, damaged, or made under another
 * key; after deletions it is rebuilt on request. It then has a new generation, which peers fetch as
 * a whole.
 */
import { randomBytes } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { DOMAIN, ELEMENT_BYTES } from '../constants.ts'
import {
  concat,
  equalBytes,
  sha256,
  readAll,
  readBytes,
  readUint,
  seqBytes,
  seqOf
} from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { copyElement, GrowingFilter, parametersOf } from './growing-filter.ts'
import type { SliceState } from './growing-filter.ts'
import { Serial } from '../store/serial.ts'
import type { Operation, Range, Section, Store } from '../store/section.ts'

/** Options of a stored filter. */
export interface StoredFilterInit {
  readonly store: Pick<Store, 'damaged' | 'section'>
  /** The commits of the facts or records that the elements represent. */
  readonly commits: () => Pick<Store, 'flush'> & {
    /** Resolves when the operations are on disk. */
    commit(operations: readonly Operation[]): Promise<void>
  }
  readonly name: string
  /** Identifies the key of the elements; a filter saved under another key is rebuilt. */
  readonly key?: Uint8Array
  /** All elements of the filter, in batches. */
  readonly source: () => AsyncIterable<readonly Uint8Array[]>
}

/** The version of a filter, for peers that follow it. */
export interface FilterVersion {
  /** 8 bytes, changed by every rebuild. */
  readonly generation: Uint8Array
  /** Elements added in this generation. */
  readonly version: number
}

/** A complete filter at one version. */
export interface FilterSnapshot extends FilterVersion {
  readonly slices: readonly SliceState[]
}

const GENERATION_BYTES = 8
const MAX_SLICES = 8
const STATE_KEY = Buffer.from('state')

/** Raw bits of one stored value: small enough to write and verify as a whole. */
const PAGE_BYTES = 64 * 1024

/**
 * Elements in the log before the bits are saved: 128 KiB to read at the start, or a tenth of all.
 */
const MIN_LOG_ELEMENTS = 16_384
const LOG_SHARE = 0.1

/** Elements kept in the log after saving, for peers that were absent for a while: 512 KiB. */
const RETAINED_ELEMENTS = 65_536

/** A growing filter that is kept in the store. */
export class StoredFilter {
  readonly #store: Pick<Store, 'damaged'>
  readonly #commits: StoredFilterInit['commits']
  readonly #pages: Section
  readonly #log: Section
  readonly #source: StoredFilterInit['source']
  /** Key of the elements; empty for plain digests. */
  readonly key: Uint8Array
  #filter = new GrowingFilter()
  #generation = newGeneration()
  #savedVersion = 0
  #saving: Promise<void> | undefined
  /** Saves and rebuilds, one at a time. */
  readonly #serial = new Serial()
  /** Removes the state on disk, which another one replaced in memory. */
  #replaced: readonly Operation[] | undefined
  /** Elements inserted during a rebuild. */
  #insertedDuringRebuild: Uint8Array[] | undefined

  constructor({ store, commits, name, key = new Uint8Array(), source }: StoredFilterInit) {
    this.#store = store
    this.#commits = commits
    this.#pages = store.section(`filter-${name}`)
    this.#log = store.section(`filter-${name}-log`)
    this.#source = source
    this.key = key
  }

  /** Loads the saved filter, or rebuilds it. Writes nothing: it must succeed on a full disk. */
  async load(): Promise<void> {
    if (!(await this.#read())) await this.#rebuild()
  }

  /**
   * Loads the filter again after a failed commit, without a write. Peers may have read elements of
   * that commit, so it has a new generation.
   */
  reload(): Promise<void> {
    return this.#serial.run(async () => {
      if (await this.#read()) {
        const saved = await this.#savedState()
        this.#replace(this.#filter, saved)
      } else await this.#rebuild()
    })
  }

  /** Reads the saved filter; false if it is missing or not whole. */
  async #read(): Promise<boolean> {
    const { damaged } = this.#store
    const state = await this.#readState()
    if (state === undefined) return false
    const { filter, generation } = state
    const saved = filter.count
    const log = { gte: keyAt(generation, saved), lte: keyAt(generation, Number.MAX_SAFE_INTEGER) }
    for await (const [key, bytes] of this.#log.entries(log)) {
      // Something is lost, or the log continues from a state that was never saved.
      if (positionOf(key) !== filter.count) return false
      for (const element of elementsIn(bytes)) filter.add(element)
    }
    if (this.#store.damaged > damaged) return false
    this.#filter = filter
    this.#generation = generation
    this.#savedVersion = saved
    return true
  }

  get generation(): Uint8Array {
    return this.#generation
  }

  get version(): number {
    return this.#filter.count
  }

  get bytes(): number {
    return this.#filter.bytes
  }

  /** Probability that the filter contains an element that was not inserted. */
  falsePositiveRate(): number {
    return this.#filter.falsePositiveRate()
  }

  /** False only if the element was never inserted. */
  has(element: Uint8Array): boolean {
    return this.#filter.has(element)
  }

  /**
   * Inserts at once; the operations belong in the commit of the facts or records that the elements
   * represent.
   */
  insert(elements: readonly Uint8Array[]): Operation[] {
    return this.insertNew(elements).operations
  }

  /** Inserts, and reports which elements were certainly new. */
  insertNew(elements: readonly Uint8Array[]): { isNew: boolean[]; operations: Operation[] } {
    this.#insertedDuringRebuild?.push(...elements)
    const from = this.version
    const isNew = elements.map((element) => this.#filter.add(element))
    const added = this.version - from
    if (added === 0) return { isNew, operations: [] }
    const replacement = this.#takeReplacement()
    const fresh = new Uint8Array(added * ELEMENT_BYTES)
    let at = 0
    for (const [i, element] of elements.entries()) {
      if (isNew[i] !== true) continue
      copyElement(element, fresh, at)
      at += ELEMENT_BYTES
    }
    return { isNew, operations: [...replacement, this.#log.put(this.#logKey(from), fresh)] }
  }

  /** Elements added since `version`, 8 bytes each; undefined if the log no longer has them. */
  async since(version: number): Promise<Uint8Array | undefined> {
    if (version > this.version) return undefined
    // Most peers that ask have all.
    if (version === this.version) return new Uint8Array()
    const parts: Uint8Array[] = []
    let next = version
    for await (const [key, bytes] of this.#log.entries(
      this.#logFrom(await this.#startOf(version))
    )) {
      const start = positionOf(key)
      // A gap: trimmed, damaged, or from a failed commit.
      if (start > next) return undefined
      parts.push(bytes.subarray(Math.max(0, version - start) * ELEMENT_BYTES))
      next = start + bytes.length / ELEMENT_BYTES
    }
    return next > version ? concat(...parts) : undefined
  }

  /** The bits may not be copied: send or copy them before the next insertion. */
  snapshot(): FilterSnapshot {
    return { generation: this.#generation, version: this.version, slices: this.#filter.slices() }
  }

  /**
   * Saves the bits when the log is long enough; call it after a commit. Resolves when no save is
   * pending. A failed save keeps the log, and is repeated.
   */
  async checkpoint(): Promise<void> {
    const due = Math.max(MIN_LOG_ELEMENTS, LOG_SHARE * this.version)
    if (this.version - this.#savedVersion >= due) this.#saving ??= this.#trySave()
    await this.#saving
  }

  /** Rebuilds the filter from its source. A call during a rebuild begins another one after it. */
  rebuild(): Promise<void> {
    return this.#serial.run(async () => {
      await this.#rebuild()
      await this.#commits().commit(this.#takeReplacement())
    })
  }

  async #rebuild(): Promise<void> {
    const fresh = new GrowingFilter()
    const inserted: Uint8Array[] = []
    this.#insertedDuringRebuild = inserted
    try {
      // Earlier insertions are then part of the source.
      await this.#commits().flush()
      for await (const batch of this.#source()) for (const element of batch) fresh.add(element)
      const saved = await this.#savedState()
      for (const element of inserted) fresh.add(element)
      this.#replace(fresh, saved)
    } finally {
      if (this.#insertedDuringRebuild === inserted) this.#insertedDuringRebuild = undefined
    }
  }

  /** `saved`: removes what is on disk. */
  #replace(filter: GrowingFilter, saved: readonly Operation[]): void {
    this.#filter = filter
    this.#generation = newGeneration()
    this.#savedVersion = 0
    this.#replaced = saved
  }

  /** Replaces what is on disk, unless that was done; belongs in the next commit. */
  #takeReplacement(): Operation[] {
    const replaced = this.#replaced
    if (replaced === undefined) return []
    this.#replaced = undefined
    // A small filter is rebuilt at the next start as fast as it is read.
    if (this.version < MIN_LOG_ELEMENTS) return [...replaced]
    this.#savedVersion = this.version
    return [...replaced, ...this.#writeAll()]
  }

  async #trySave(): Promise<void> {
    try {
      await this.#serial.run(() => this.#save())
    } catch {
      // The next commit rejects with this error.
    } finally {
      this.#saving = undefined
    }
  }

  async #save(): Promise<void> {
    const old = await this.#oldLogs(this.#savedVersion - RETAINED_ELEMENTS)
    const { version } = this
    await this.#commits().commit([...this.#takeReplacement(), ...old, ...this.#writeAll()])
    this.#savedVersion = version
  }

  /** The bits as they are now, copied. */
  #writeAll(): Operation[] {
    const { slices } = this.snapshot()
    return [
      ...slices.flatMap(({ bits }, i) =>
        pagesOf(bits.length).map((from) =>
          this.#pages.put(pageKey(i, from), bits.subarray(from, from + PAGE_BYTES))
        )
      ),
      this.#pages.put(STATE_KEY, this.#writeState(slices))
    ]
  }

  /** Removes the bits and the logs on disk. */
  async #savedState(): Promise<Operation[]> {
    const operations = await this.#oldLogs()
    for await (const [key] of this.#pages.entries()) operations.push(this.#pages.del(key))
    return operations
  }

  /** Removes the logs; of this generation's log what is before the position. */
  async #oldLogs(before = Number.MAX_SAFE_INTEGER): Promise<Operation[]> {
    const operations: Operation[] = []
    for await (const [key] of this.#log.entries()) {
      const isCurrent = equalBytes(key.subarray(0, GENERATION_BYTES), this.#generation)
      if (!isCurrent || positionOf(key) < before) operations.push(this.#log.del(key))
    }
    return operations
  }

  async #readState(): Promise<{ filter: GrowingFilter; generation: Uint8Array } | undefined> {
    const bytes = await this.#pages.get(STATE_KEY)
    if (bytes === undefined) return undefined
    try {
      const { key, generation, counts } = readAll(bytes, (decoder) => ({
        key: readBytes(decoder, readUint(decoder, GENERATION_BYTES)),
        generation: readBytes(decoder, GENERATION_BYTES).slice(),
        counts: Array.from({ length: readUint(decoder, MAX_SLICES) }, () =>
          readUint(decoder, Number.MAX_SAFE_INTEGER)
        )
      }))
      if (!equalBytes(key, keyId(this.key))) return undefined
      const slices = await Promise.all(counts.map((count, i) => this.#readSlice(i, count)))
      return { filter: new GrowingFilter(slices), generation }
    } catch (error) {
      if (error instanceof MalformedError) return undefined
      throw error
    }
  }

  async #readSlice(index: number, count: number): Promise<SliceState> {
    const bits = new Uint8Array(parametersOf(index).bits / 8)
    for (const from of pagesOf(bits.length)) {
      const page = await this.#pages.get(pageKey(index, from))
      if (page === undefined) throw new MalformedError('a page is missing or damaged')
      bits.set(page, from)
    }
    return { count, bits }
  }

  #writeState(slices: readonly SliceState[]): Uint8Array {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint8Array(encoder, keyId(this.key))
    encoding.writeUint8Array(encoder, this.#generation)
    encoding.writeVarUint(encoder, slices.length)
    for (const { count } of slices) encoding.writeVarUint(encoder, count)
    return encoding.toUint8Array(encoder)
  }

  /** The first element number of the log entry that contains number `version`. */
  async #startOf(version: number): Promise<number> {
    const range = { gte: this.#logKey(0), lte: this.#logKey(version), reverse: true, limit: 1 }
    for await (const [key] of this.#log.entries(range)) return positionOf(key)
    return version
  }

  #logKey(position: number): Uint8Array {
    return keyAt(this.#generation, position)
  }

  #logFrom(position: number): Range {
    return { gte: this.#logKey(position), lte: this.#logKey(Number.MAX_SAFE_INTEGER) }
  }
}

function keyAt(generation: Uint8Array, position: number): Uint8Array {
  return concat(generation, seqBytes(position))
}

function newGeneration(): Uint8Array {
  return new Uint8Array(randomBytes(GENERATION_BYTES))
}

/** Distinguishes keys without revealing them. */
function keyId(key: Uint8Array): Uint8Array {
  return sha256(concat(Buffer.from(`${DOMAIN}/filter-key`), key)).subarray(0, ELEMENT_BYTES)
}

/** The first element number of a log entry. */
function positionOf(key: Uint8Array): number {
  return seqOf(key.subarray(GENERATION_BYTES))
}

function pagesOf(bytes: number): number[] {
  return Array.from({ length: Math.ceil(bytes / PAGE_BYTES) }, (_, i) => i * PAGE_BYTES)
}

function pageKey(slice: number, from: number): Uint8Array {
  return concat(Uint8Array.of(slice), seqBytes(from))
}

function* elementsIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += ELEMENT_BYTES) {
    yield bytes.subarray(from, from + ELEMENT_BYTES)
  }
}
