/**
 * The inventory of a store's directory: a file that lists LevelDB's files, with a checksum of each
 * that no longer changes, and the ends of the logs. LevelDB does not check the blocks that it reads,
 * drops a damaged end of its log without an error, and makes a new database where `CURRENT` is
 * missing. A file that differs from the inventory at the next start was lost or damaged meanwhile.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { manifestIn, numberIn } from './database.ts'

const NAME = 'inventory.json'

/** The inventory of a closed store that was opened since. */
const OPENED = 'inventory.opened.json'

/** There when the tables must be repaired at the next start. */
const REPAIR_REQUEST = 'repair'

/** What was found and not verified since. */
const SUSPICION = 'suspect'

/** Read at a time. */
const CHUNK_BYTES = 1024 * 1024

/**
 * Files of at most this size are read at once, without a thread: at a start that takes a third of the
 * time.
 */
const SMALL_BYTES = 64 * 1024

/** Tables never change once written. */
export const TABLE = /^\d+\.(ldb|sst)$/

/** Bytes of tables that are read at the start after a clean end: 4 ms. A node reads the others next. */
const CHECKED_BYTES = 4 * 1024 * 1024

/** Files that are read at the same time. */
const READERS = 3

/** The last bytes of a whole table. */
const TABLE_END = Buffer.from('57fb808b247547db', 'hex')

const MANIFEST = /^MANIFEST-\d+$/

/** Files that change while the store is open, and stand when it is closed. */
const CHANGING = /^(\d+\.log|MANIFEST-\d+|CURRENT)$/

/** A file's size and CRC-32. */
const FileState = z.tuple([z.int().min(0), z.int().min(0)])

const Contents = z.strictObject({
  version: z.literal(1),
  /** Whether the store was closed after it; then the changing files are in it. */
  isClosed: z.boolean(),
  files: z.record(z.string(), FileState),
  /** Position behind the last digest, by log. */
  ends: z.record(z.string(), z.int().min(0))
})

type FileState = z.infer<typeof FileState>
export type InventoryContents = z.infer<typeof Contents>

/** Tables that were rebuilt, or something else that was lost or changed. */
export type Suspicion = 'damaged' | 'repaired'

/** How a file differs from the inventory. */
export interface FileDamage {
  readonly file: string
  readonly problem: 'missing' | 'size' | 'content'
}

export class Inventory {
  readonly #directory: string
  #files = new Map<string, FileState>()
  #ends: Readonly<Record<string, number>> = {}
  /** LevelDB's manifest of the opening in which the files were seen. */
  #manifest = ''
  /** Counts how often LevelDB has opened the database. */
  #openings = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * What was written last; `undefined`: there is none, as in a new directory or one of an earlier
   * version; `damaged`: it cannot be read.
   */
  read(): InventoryContents | 'damaged' | undefined {
    const latest = textOf(join(this.#directory, NAME))
    const text = latest ?? textOf(join(this.#directory, OPENED))
    if (text === undefined) return undefined
    const [json = '', sum = '', manifest = ''] = text.split('\n')
    if (sum !== String(crc32(json))) return 'damaged'
    const { data } = Contents.safeParse(JSON.parse(json))
    if (data === undefined) return 'damaged'
    const opened = latest === undefined ? asOpened(data) : data
    const contents = opened.isClosed ? opened : this.#withoutLater(opened, manifest)
    this.#manifest = manifest
    this.#files = new Map(Object.entries(contents.files))
    this.#ends = contents.ends
    return contents
  }

  /**
   * Files that are missing, or that have another size or other contents. After a clean end tables are
   * read up to a limit, the newest first; after a crash all, since damage may have been its cause.
   */
  async compare({ files, isClosed }: InventoryContents): Promise<FileDamage[]> {
    const damage: FileDamage[] = []
    const unread: (readonly [file: string, state: FileState])[] = []
    let read = 0
    for (const [file, state] of Object.entries(files).toSorted(newestFirst)) {
      const [size] = state
      const actual = sizeOf(join(this.#directory, file))
      if (actual === undefined) {
        // An open store merges tables into others.
        if (isClosed) damage.push({ file, problem: 'missing' })
      } else if (actual !== size) damage.push({ file, problem: 'size' })
      else if (!isClosed || CHANGING.test(file) || read + size <= CHECKED_BYTES) {
        read += size
        unread.push([file, state])
      }
    }
    const differ = async (): Promise<void> => {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
        const [file, [size, sum]] = next
        if ((await this.#sumOf(file, size, chunk)) !== sum)
          damage.push({ file, problem: 'content' })
      }
    }
    // One file is read while the checksum of another one is computed.
    await Promise.all(Array.from({ length: READERS }, differ))
    return damage
  }

  /** Whether a file is as it was written; false for an unknown one. */
  async isUnchanged(file: string): Promise<boolean> {
    const expected = this.#files.get(file)
    if (expected === undefined) return false
    const { size, sum } = await this.#checksum(file)
    return size === expected[0] && sum === expected[1]
  }

  /** Tables with other contents than when they were written, among those of `files`. */
  async scrub(files: readonly string[], signal?: AbortSignal): Promise<FileDamage[]> {
    const damage: FileDamage[] = []
    for (const file of files) {
      signal?.throwIfAborted()
      const expected = this.#files.get(file)
      if (expected === undefined) continue
      try {
        const { size, sum } = await this.#checksum(file)
        if (size !== expected[0]) damage.push({ file, problem: 'size' })
        else if (sum !== expected[1]) damage.push({ file, problem: 'content' })
      } catch {
        // LevelDB removes a table once it has merged it into others.
      }
    }
    return damage
  }

  /** The tables of the last inventory, in order. */
  tables(): string[] {
    return [...this.#files.keys()].filter((file) => TABLE.test(file)).toSorted()
  }

  /** The tables are damaged: the next start repairs them. */
  requestRepair(): void {
    try {
      writeFileSync(join(this.#directory, REPAIR_REQUEST), '', { mode: 0o600 })
    } catch {
      // On a full disk the damage is found again, and the request repeated.
    }
  }

  isRepairRequested(): boolean {
    return sizeOf(join(this.#directory, REPAIR_REQUEST)) !== undefined
  }

  /**
   * What was found, now or at an earlier start, and no verification has followed; undefined where
   * nothing was.
   */
  suspicion(): Suspicion | undefined {
    const text = textOf(join(this.#directory, SUSPICION))
    return text === undefined ? undefined : text === 'repaired' ? 'repaired' : 'damaged'
  }

  /** Notes it, durably, for the starts that follow. What is rebuilt needs more than what is damaged. */
  suspect(found: Suspicion): void {
    if (this.suspicion() === 'repaired') return
    try {
      writeFileSync(join(this.#directory, SUSPICION), found, { mode: 0o600, flush: true })
    } catch {
      // On a full disk this run verifies the store all the same.
    }
  }

  /** All was read, and what follows from the rest was mended. */
  trust(): void {
    rmSync(join(this.#directory, SUSPICION), { force: true })
  }

  /** The tables were rebuilt, some under their old names. */
  repaired(): void {
    this.#files.clear()
    this.#manifest = manifestIn(this.#directory) ?? ''
    rmSync(join(this.#directory, REPAIR_REQUEST), { force: true })
  }

  /**
   * Notes that the store is open, before anything changes. The new name needs no sync of its own:
   * LevelDB syncs the directory before it replaces `CURRENT`, and removes files only after that.
   */
  async begin(contents: InventoryContents | undefined): Promise<void> {
    if (contents?.isClosed !== true) return
    try {
      renameSync(join(this.#directory, NAME), join(this.#directory, OPENED))
    } catch {
      await rm(join(this.#directory, NAME), { force: true })
    }
  }

  /**
   * LevelDB has opened the database. A stop that cuts a merge short leaves tables that no manifest
   * names. The next opening removes them, and gives their names to new tables: numbers go on from that of
   * the new manifest. So this forgets all tables from that number on.
   */
  async opened(): Promise<void> {
    this.#openings += 1
    this.#manifest = manifestIn(this.#directory) ?? ''
    const first = numberIn(this.#manifest)
    const tables = this.tables()
    const left = tables.filter((file) => numberIn(file) < first)
    if (left.length === tables.length) return
    this.#files = new Map([...this.#files].filter(([file]) => left.includes(file)))
    // Without space the first inventory of the open store says it.
    await this.#store(false).catch(() => undefined)
  }

  /** Writes what is there, durably; checksums of tables are computed once. */
  async write(ends: Readonly<Record<string, number>>, isClosed: boolean): Promise<void> {
    const openings = this.#openings
    const files = new Map<string, FileState>()
    for (const file of await readdir(this.#directory)) {
      const isTable = TABLE.test(file)
      if (!isTable && !(isClosed && CHANGING.test(file))) continue
      const known = isTable ? this.#files.get(file) : undefined
      try {
        if (known !== undefined) files.set(file, known)
        else {
          // Durable first: a table that a loss of power cuts short would seem damaged.
          const { size, sum, end } = await this.#checksum(file, { sync: true })
          // LevelDB may still be writing it.
          if (!isTable || end.equals(TABLE_END)) files.set(file, [size, sum])
        }
      } catch {
        // Removed meanwhile.
      }
    }
    if (openings !== this.#openings) throw new Error('The database was opened again meanwhile.')
    this.#files = files
    this.#ends = { ...ends }
    await this.#store(isClosed)
  }

  /** Of an open store. A start that was killed before `opened` has written may have reused names. */
  #withoutLater(contents: InventoryContents, manifest: string): InventoryContents {
    const current = manifestIn(this.#directory) ?? ''
    if (manifest === '' || current === manifest || !MANIFEST.test(current)) return contents
    const first = numberIn(current)
    const files = Object.entries(contents.files).filter(([file]) => numberIn(file) < first)
    return { ...contents, files: Object.fromEntries(files) }
  }

  async #store(isClosed: boolean): Promise<void> {
    const contents: InventoryContents = {
      version: 1,
      isClosed,
      files: Object.fromEntries(this.#files),
      ends: this.#ends
    }
    await writeDurably(this.#directory, JSON.stringify(contents), this.#manifest)
    await rm(join(this.#directory, OPENED), { force: true })
  }

  /** Of a file that is no longer written. */
  async #sumOf(file: string, size: number, chunk: Buffer<ArrayBuffer>): Promise<number> {
    if (size <= SMALL_BYTES) return crc32(readFileSync(join(this.#directory, file)))
    return (await this.#checksum(file, { chunk })).sum
  }

  async #checksum(
    file: string,
    { sync = false, chunk = Buffer.allocUnsafe(CHUNK_BYTES) } = {}
  ): Promise<{ size: number; sum: number; end: Buffer }> {
    const handle = await open(join(this.#directory, file))
    try {
      let size = 0
      let sum = 0
      let end: Buffer = Buffer.alloc(0)
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, size)
        if (bytesRead === 0) {
          if (sync) await handle.datasync()
          return { size, sum, end }
        }
        const read = chunk.subarray(0, bytesRead)
        sum = crc32(read, sum)
        end = Buffer.concat([end, read.subarray(-TABLE_END.length)]).subarray(-TABLE_END.length)
        size += bytesRead
      }
    } finally {
      await handle.close()
    }
  }
}

/** Tables stay as they are while the store is open; the other files change. */
function asOpened(contents: InventoryContents): InventoryContents {
  const files = Object.entries(contents.files).filter(([file]) => TABLE.test(file))
  return { ...contents, isClosed: false, files: Object.fromEntries(files) }
}

/** Undefined for a file that cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function newestFirst([a]: readonly [string, FileState], [b]: readonly [string, FileState]): number {
  return parseInt(b, 10) - parseInt(a, 10) || 0
}

/** The manifest is behind the checksum, where earlier versions read nothing. */
async function writeDurably(directory: string, json: string, manifest: string): Promise<void> {
  const path = join(directory, NAME)
  const temporary = `${path}.tmp`
  const text = `${json}\n${crc32(json)}\n${manifest}`
  try {
    await writeFile(temporary, text, { flush: true, mode: 0o600 })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size
  } catch {
    return undefined
  }
}
