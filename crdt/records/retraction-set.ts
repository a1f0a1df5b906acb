/**
 * The retractions that open a commitment of a stored register, and that peers see. The set follows
 * from what was delivered alone: a retraction is in it while a register is stored that it opens. A
 * hash tree over the ids is in memory, about 80 bytes a retraction; the retractions are on disk.
 */
import { HASH_BYTES } from '../constants.ts'
import { KeyIndex, PrefixTree } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { openedId, retractionId, retractionOf, writeRetraction } from './retraction.ts'
import type { PrefixNode } from '../bytes/index.ts'
import type { Drafts, DraftSection } from '../store/drafts.ts'
import type { Section, Store } from '../store/section.ts'
import type { Retraction } from './retraction.ts'

const NAME = 'retraction-set'
const ROWS_PER_BLOCK = 4096

export class RetractionSet {
  readonly #section: Section
  /** The tree follows what is taken for a commit. */
  readonly #drafts: DraftSection
  #ids = new Ids()

  constructor(store: Pick<Store, 'section'>, drafts: Pick<Drafts, 'section'>) {
    this.#section = store.section(NAME)
    this.#drafts = drafts.section(NAME, (id, value) => this.#ids.set(id, value !== undefined))
  }

  async load(): Promise<void> {
    const ids = new Ids()
    for await (const [id] of this.#section.entries()) ids.set(id, true)
    this.#ids = ids
  }

  has(id: Uint8Array): boolean {
    return this.#ids.has(id)
  }

  /** For the draft of the next commit. */
  put(retraction: Retraction): void {
    this.#drafts.put(retractionId(retraction), writeRetraction(retraction))
  }

  /** For the draft of the next commit. */
  del(digest: Uint8Array, commitment: Uint8Array): void {
    this.#drafts.del(openedId(digest, commitment))
  }

  /** Those of the ids that are in the set; one that is damaged on disk comes again from peers. */
  async get(ids: readonly Uint8Array[]): Promise<Retraction[]> {
    // Also those on their way to disk: the tree has them already.
    const values = await this.#drafts.getMany(ids)
    return values.flatMap((bytes, i) => {
      const retraction = bytes === undefined ? undefined : readIf(bytes)
      const id = ids[i]
      if (retraction === undefined && id !== undefined && !this.#drafts.isChanging(id)) {
        this.#ids.set(id, false)
      }
      return retraction ?? []
    })
  }

  /** All that are on disk. */
  async *all(): AsyncGenerator<Retraction> {
    for await (const [, bytes] of this.#section.entries()) {
      const retraction = readIf(bytes)
      if (retraction !== undefined) yield retraction
    }
  }

  /** Equal on two replicas exactly when they have the same retractions. */
  digest(): Uint8Array {
    return this.#ids.tree.digest()
  }

  /** The digest that the set would have with these as well. */
  digestWith(retractions: readonly Retraction[]): Uint8Array {
    return this.#ids.digestWith(retractions.map(retractionId))
  }

  get size(): number {
    return this.#ids.tree.totals().items
  }

  /** A node of the tree over the ids. */
  nodeAt(prefix: string): PrefixNode<Uint8Array> {
    return this.#ids.tree.nodeAt(prefix)
  }
}

function readIf(bytes: Uint8Array): Retraction | undefined {
  try {
    return retractionOf(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** Ids in rows of large blocks. A row stays when its id goes, since it may come again. */
class Ids {
  readonly #blocks: Uint8Array[] = []
  readonly #gone = new Set<number>()
  readonly #index = new KeyIndex((row) => this.#idOf(row))
  #size = 0
  readonly tree = new PrefixTree<Uint8Array>({
    keyByteOf: (row, index) => this.#blockOf(row)[(row % ROWS_PER_BLOCK) * HASH_BYTES + index] ?? 0,
    itemOf: (row) => (this.#gone.has(row) ? undefined : this.#idOf(row)),
    keyOfItem: (id) => id,
    hashed: (ids) => ({ bytes: Buffer.concat(ids), weight: ids.length }),
    hashedRows: (rows) => {
      const ids = rows.flatMap((row) => (this.#gone.has(row) ? [] : [this.#idOf(row)]))
      return { bytes: Buffer.concat(ids), items: ids.length, weight: ids.length }
    }
  })

  has(id: Uint8Array): boolean {
    const row = this.#index.find(id)
    return row !== undefined && !this.#gone.has(row)
  }

  digestWith(ids: readonly Uint8Array[]): Uint8Array {
    const rows = ids.map((id) => {
      if (this.#index.find(id) === undefined) {
        this.set(id, true)
        this.set(id, false)
      }
      return [this.#index.find(id) ?? 0, id] as const
    })
    return this.tree.digestWith(new Map(rows))
  }

  set(id: Uint8Array, isThere: boolean): void {
    const known = this.#index.find(id)
    if (known === undefined && !isThere) return
    const row = known ?? this.#append(id)
    if (isThere) this.#gone.delete(row)
    else this.#gone.add(row)
    this.tree.touch(row, known === undefined)
  }

  #append(id: Uint8Array): number {
    const row = this.#size
    if (row % ROWS_PER_BLOCK === 0) this.#blocks.push(new Uint8Array(ROWS_PER_BLOCK * HASH_BYTES))
    this.#idOf(row).set(id)
    this.#size += 1
    this.#index.add(row)
    return row
  }

  #idOf(row: number): Uint8Array {
    const at = (row % ROWS_PER_BLOCK) * HASH_BYTES
    return this.#blockOf(row).subarray(at, at + HASH_BYTES)
  }

  #blockOf(row: number): Uint8Array {
    const block = this.#blocks[Math.floor(row / ROWS_PER_BLOCK)]
    if (block === undefined) throw new RangeError(`no row ${row}`)
    return block
  }
}
