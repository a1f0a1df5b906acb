/**
 * The store: one LevelDB database, split into sections, written through one group-commit queue.
 *
 * Guarantees: what `commit` resolves for is on disk (`fsync`, unless it asks for less), whole or not
 * at all; commits land in the order of their calls; a damaged value reads as absent and is counted, never as other data.
 * After a failed write (disk full) reads go on, and every commit tries to reopen first.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lockDirectory, memoryDatabase, openDatabase, writeTables } from './database.ts'
import { CommitQueue, MAX_BATCH_OPERATIONS, writeError } from './commit-queue.ts'
import { copyStore } from './copy-store.ts'
import { DigestLog } from './digest-log.ts'
import { InventoryKeeper } from './inventory-keeper.ts'
import { Erasure } from './erasure.ts'
import { openDirectory } from './open-directory.ts'
import { messageOf, StoreError } from '../errors.ts'
import { makeDirectory } from '../make-directory.ts'
import { LevelSection } from './level-section.ts'
import { MIGRATIONS, SCHEMA } from './migrations.ts'
import { closedError, OpenDatabase } from './open-database.ts'
import { SectionSnapshot } from './section-snapshot.ts'
import type { CopyOptions, StoreCopy } from './copy-store.ts'
import type { Database } from './database.ts'
import type { FileDamage } from './inventory.ts'
import type { OpenedDirectory, StoreCondition } from './open-directory.ts'
import { verifyValues } from './verify-values.ts'
import type { ValuesReport } from './verify-values.ts'
import type { CommitOptions, Operation, Scrub, Section, Store, StoreReport } from './section.ts'

/** Logs whose ends the inventory has. */
const LOGS = ['fact-log', 'record-log'] as const

const SCHEMA_KEY = Buffer.from('schema')

/** How to open a store. */
export interface OpenStoreOptions {
  /** Rebuilds the tables of a directory, as after damage. Default false. */
  readonly repair?: boolean
  /** The database for copies, of a store over a database of one's own; without it there are no copies. */
  readonly copies?: () => Database
}

/** Opens the store in `directory`, or in memory when there is none, or over a database of one's own. */
export async function openStore(
  location?: string | Database,
  options: OpenStoreOptions = {}
): Promise<Store> {
  if (typeof location === 'string') return openDirectoryStore(location, options)
  const database = location ?? memoryDatabase()
  await openDatabase(database, 'memory')
  const { copies } = options
  const openCopies = copies && (() => openStore(copies()))
  return withSchema(new LevelStore(inMemory(database), undefined, openCopies))
}

async function openDirectoryStore(where: string, options: OpenStoreOptions): Promise<Store> {
  await makeDirectory(where).catch((cause: unknown) => {
    throw openFailed(where, cause)
  })
  const release = lockDirectory(where)
  let opened
  try {
    opened = await openDirectory(where, options)
    const openCopies = (): Promise<Store> => openCopiesIn(join(where, 'copies'))
    return await storeOf(where, { opened, release, openCopies })
  } catch (error) {
    await opened?.database.close()
    release()
    throw isOfSystem(error) ? openFailed(where, error) : error
  }
}

function openFailed(where: string, cause: unknown): StoreError {
  const text = `Cannot open the store in ${where}: ${messageOf(cause)}`
  return new StoreError('STORE_OPEN_FAILED', text, { cause })
}

/** An error of the operating system, such as of a file that this user cannot read. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** Copies can be made again: a new store takes the place of one that cannot be repaired. */
async function openCopiesIn(path: string): Promise<Store> {
  const open = async (): Promise<Store> =>
    storeOf(path, { opened: await openDirectory(path), release: nothing })
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.code === 'STORE_DAMAGED' || error.code === 'STORE_READ_FAILED') {
      await rm(path, { recursive: true, force: true })
      return open()
    }
    throw writeError(path, error.cause ?? error)
  }
}

interface OpenedStore {
  readonly opened: OpenedDirectory
  readonly release: () => void
  readonly openCopies?: () => Promise<Store>
}

function storeOf(where: string, { opened, release, openCopies }: OpenedStore): Promise<Store> {
  const { database, inventory } = opened
  const onUnreadable = (): void => inventory.requestRepair()
  const onOpened = (): Promise<void> => inventory.opened()
  const onDisk = new OpenDatabase({ database, where, release, onUnreadable, onOpened })
  return withSchema(new LevelStore(onDisk, opened, openCopies))
}

function inMemory(database: Database): OpenDatabase {
  return new OpenDatabase({
    database,
    where: 'memory',
    release: nothing,
    onUnreadable: nothing,
    onOpened: nothing
  })
}

function nothing(): undefined {}

async function withSchema(store: LevelStore): Promise<Store> {
  try {
    await store.checkSchema()
    await store.checkEnds()
    await store.snapshots?.load()
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

class LevelStore implements Store {
  readonly #open: OpenDatabase
  readonly #openCopies: (() => Promise<Store>) | undefined
  #copies: Promise<Store> | undefined
  readonly #queue: CommitQueue
  readonly #sections = new Map<string, LevelSection>()
  #closing: Promise<void> | undefined
  readonly #closed = new AbortController()
  readonly #opened: OpenedDirectory | undefined
  readonly #keeper: InventoryKeeper | undefined
  readonly snapshots: SectionSnapshot | undefined
  #lost: Readonly<Record<string, number>> = {}
  #isMigrated = false
  readonly #erasure = new Erasure({
    database: () => this.#open.database,
    commit: (operations) => this.#queue.add(operations)
  })
  damaged = 0

  constructor(open: OpenDatabase, opened?: OpenedDirectory, openCopies?: () => Promise<Store>) {
    this.#open = open
    this.#openCopies = openCopies
    this.#opened = opened
    this.#queue = new CommitQueue({
      open,
      snapshots: () => this.snapshots,
      onWritten: () => this.#keeper?.changed()
    })
    this.#keeper =
      opened && new InventoryKeeper({ inventory: opened.inventory, ends: () => this.#ends() })
    this.snapshots =
      opened &&
      new SectionSnapshot({
        directory: open.where,
        manifest: opened.manifest,
        section: (name) => this.section(name),
        commit: (operations, commitOptions) => this.#queue.add(operations, commitOptions),
        toTables: () => writeTables(open.database),
        isSuspect: () => this.isSuspect || this.#isMigrated || this.#queue.hasFailed,
        closing: this.closing
      })
  }

  get #where(): string {
    return this.#open.where
  }

  section(name: string): Section {
    const known = this.#sections.get(name)
    if (known !== undefined) return known
    const section = new LevelSection(this.#open, name, () => {
      if (this.damaged === 0) this.#opened?.inventory.suspect('damaged')
      this.damaged += 1
    })
    this.#sections.set(name, section)
    return section
  }

  commit(operations: readonly Operation[], options: CommitOptions = {}): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closedError(this.#where))
    if (operations.length === 0) return Promise.resolve()
    return this.#queue.add(operations, options)
  }

  erase(operations: readonly Operation[]): void {
    if (this.#closing === undefined) this.#erasure.add(operations)
  }

  flush(): Promise<void> {
    return this.#queue.flush()
  }

  copyTo(directory: string, options: CopyOptions = {}): Promise<StoreCopy> {
    if (this.#closing !== undefined) return Promise.reject(closedError(this.#where))
    return copyStore(this.#open, directory, options)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  get closing(): AbortSignal {
    return this.#closed.signal
  }

  async #close(): Promise<void> {
    this.#closed.abort()
    await this.flush()
    await this.#erasure.finish()
    await this.snapshots?.idle()
    await this.flush()
    // Undefined where the tables cannot be read: the next start compares less.
    const ends = await this.#keeper?.end().catch(nothing)
    await this.#open.close()
    if (ends !== undefined) await this.#keeper?.writeClosed(ends)
    const copies = await this.#copies?.catch(nothing)
    await copies?.close()
  }

  async copies(): Promise<Store | undefined> {
    if (this.#closing !== undefined) throw closedError(this.#where)
    this.#copies ??= this.#openCopies?.()
    try {
      return await this.#copies
    } catch (error) {
      this.#copies = undefined
      throw error
    }
  }

  get condition(): StoreCondition {
    const { damage = [], isRepaired = false, unverified } = this.#opened?.condition ?? {}
    return { damage, isRepaired, unverified, lost: this.#lost }
  }

  get isSuspect(): boolean {
    const { damage, isRepaired, unverified, lost } = this.condition
    return (
      this.damaged > 0 ||
      isRepaired ||
      unverified !== undefined ||
      damage.length > 0 ||
      Object.keys(lost).length > 0
    )
  }

  async verify(signal?: AbortSignal, onRead?: (values: number) => void): Promise<StoreReport> {
    const files = await this.scrub({ signal })
    try {
      return { files, ...(await verifyValues(this.#open, { signal, onRead })) }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_READ_FAILED') throw error
      return { files, values: 0, damaged: {}, unreadable: error.message }
    }
  }

  trust(): void {
    this.#opened?.inventory.trust()
  }

  async discardDamaged(signal?: AbortSignal): Promise<ValuesReport['damaged']> {
    const keys: Uint8Array[] = []
    // Copied: the key may be a part of a larger buffer.
    const onDamaged = (key: Uint8Array): unknown => keys.push(key.slice())
    const { damaged } = await verifyValues(this.#open, { signal, onDamaged })
    if (keys.length > 0 && this.snapshots !== undefined) await this.commit([this.snapshots.drop()])
    for (let from = 0; from < keys.length; from += MAX_BATCH_OPERATIONS) {
      const batch = keys.slice(from, from + MAX_BATCH_OPERATIONS)
      await this.commit(batch.map((key) => ({ type: 'del', key })))
    }
    return damaged
  }

  async scrub({ tables, signal }: Scrub = {}): Promise<readonly FileDamage[]> {
    const { inventory } = this.#opened ?? {}
    if (inventory === undefined) return []
    const damage = await inventory.scrub(tables ?? inventory.tables(), signal)
    if (damage.length > 0) inventory.requestRepair()
    return damage
  }

  tables(): string[] {
    return this.#opened?.inventory.tables() ?? []
  }

  /** Compares where the logs end with the inventory. */
  async checkEnds(): Promise<void> {
    const expected = Object.entries(this.#opened?.ends ?? {})
    if (expected.length === 0) return
    const ends = await this.#ends()
    const lost = expected.map(([log, end]) => [log, end - (ends[log] ?? 0)] as const)
    this.#lost = Object.fromEntries(lost.filter(([, count]) => count > 0))
    if (Object.keys(this.#lost).length > 0) this.#opened?.inventory.suspect('damaged')
  }

  async #ends(): Promise<Record<string, number>> {
    const ends: Record<string, number> = {}
    for (const name of LOGS) {
      const log = new DigestLog(this, name)
      await log.load()
      if (log.end > 0) ends[name] = log.end
    }
    return ends
  }

  /** Brings an older store to this version's schema; refuses what it cannot, and never guesses. */
  async checkSchema(): Promise<void> {
    const meta = this.section('meta')
    const stored = (await meta.get(SCHEMA_KEY))?.[0]
    if (stored === undefined) {
      await this.commit([meta.put(SCHEMA_KEY, Uint8Array.of(SCHEMA))])
      return
    }
    for (let version = stored; version !== SCHEMA; version++) {
      this.#isMigrated = true
      const migrate = MIGRATIONS.get(version)
      if (migrate === undefined) throw schemaError(this.#where, stored)
      const operations = await migrate(this)
      await this.commit([...operations, meta.put(SCHEMA_KEY, Uint8Array.of(version + 1))])
    }
  }
}

function schemaError(where: string, stored: number): StoreError {
  return new StoreError(
    'STORE_SCHEMA',
    `${where} has schema ${stored}; this version reads schemas 2 to ${SCHEMA}. Use the version that wrote the store, or another directory.`
  )
}
