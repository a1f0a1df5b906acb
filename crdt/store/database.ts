/**
 * Opening a store's database: a LevelDB directory, or memory. A directory belongs to one process,
 * and in it to one store; what fails is said in words that name the directory.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve as absolute } from 'node:path'
import { Level } from 'level'
import { MemoryLevel } from 'memory-level'
import { messageOf, StoreError } from '../errors.ts'
import type { AbstractLevel } from 'abstract-level'

/** An abstract-level database: LevelDB on disk, or `memory-level`. */
export type Database = AbstractLevel<string | Buffer | Uint8Array, Uint8Array, Uint8Array>

/** Keys from `gt` or `gte` to `lt` or `lte`; at most `limit` of them. */
export interface Range {
  readonly gt?: Uint8Array
  readonly gte?: Uint8Array
  readonly lt?: Uint8Array
  readonly lte?: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

export const ENCODING = { keyEncoding: 'view', valueEncoding: 'view' } as const

/** A key behind those of all sections, which nothing has. */
export const LAST_KEY: Uint8Array = Buffer.from('~')

/**
 * What LevelDB gathers in memory before it writes a table, up to twice. Its default of 4 MiB makes
 * four times as many tables, which all overlap, since digests come in random order.
 */
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024

/** A probe of this size decides whether there is space again; LevelDB needs about as much to reopen. */
const PROBE_BYTES = 1024 * 1024

/**
 * Directories that this process has open. When LevelDB refuses a second open, it closes a descriptor
 * of the lock file. POSIX then releases the lock of the first open, and another process could open
 * the directory. So this process never tries a second open.
 */
const openDirectories = new Set<string>()

export function memoryDatabase(): Database {
  return new MemoryLevel<Uint8Array, Uint8Array>({ ...ENCODING, storeEncoding: 'view' })
}

/** The database in a directory; opening begins at once. */
export function createDatabase(directory: string, createIfMissing: boolean): Database {
  return new Level<Uint8Array, Uint8Array>(directory, {
    ...ENCODING,
    writeBufferSize: WRITE_BUFFER_BYTES,
    createIfMissing
  })
}

/** The name of LevelDB's manifest, which no two openings of a database share; undefined if there is none. */
export function manifestIn(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'CURRENT'), 'utf8').trim()
  } catch {
    return undefined
  }
}

/** The number in the name of a file: LevelDB numbers all its files in one order. 0 without one. */
export function numberIn(name: string): number {
  return Number(name.replace(/\D/g, ''))
}

/** A LevelDB on disk; one in memory has nothing to merge. */
interface Compactable {
  compactRange(start: Uint8Array, end: Uint8Array, options: typeof ENCODING): Promise<void>
}

export function isCompactable(database: Database): database is Database & Compactable {
  return 'compactRange' in database
}

/** Writes what is only in LevelDB's log into a table, durably: it does so before it merges any range. */
export async function writeTables(database: Database): Promise<void> {
  if (isCompactable(database)) await database.compactRange(LAST_KEY, LAST_KEY, ENCODING)
}

/** Takes the directory for this process until the result is called. */
export function lockDirectory(directory: string): () => void {
  const path = canonicalPath(directory)
  if (openDirectories.has(path)) {
    throw new StoreError(
      'STORE_LOCKED',
      `This process has already opened ${directory}. Close that store first, or use another directory.`
    )
  }
  openDirectories.add(path)
  return () => openDirectories.delete(path)
}

/** One name for a directory, through whatever links it was given; it may not exist yet. */
function canonicalPath(directory: string): string {
  const names: string[] = []
  let parent = absolute(directory)
  for (; !existsSync(parent) && dirname(parent) !== parent; parent = dirname(parent)) {
    names.unshift(basename(parent))
  }
  try {
    return join(realpathSync(parent), ...names)
  } catch {
    // Opening it fails too, and says why.
    return absolute(directory)
  }
}

export async function openDatabase(database: Database, where: string): Promise<void> {
  try {
    await database.open()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.cause : undefined
    if (reason instanceof Error && 'code' in reason && reason.code === 'LEVEL_LOCKED') {
      throw new StoreError(
        'STORE_LOCKED',
        `Another process has opened ${where}. Stop that process, or use another directory.`,
        { cause }
      )
    }
    throw new StoreError(
      'STORE_OPEN_FAILED',
      `Cannot open the store in ${where}: ${messageOf(reason ?? cause)}. ${remedyOf(reason ?? cause)}`,
      { cause }
    )
  }
}

/** LevelDB gives the text of the operating system, without its code. */
function remedyOf(cause: unknown): string {
  const text = messageOf(cause)
  if (/No space left|quota exceeded/i.test(text)) {
    return 'Nothing stored is lost. Make room on its disk: opening a store writes a file.'
  }
  if (/Permission denied|Read-only file system/i.test(text)) {
    return 'Check the owner and the modes of the directory and its files, and whether it can be written.'
  }
  if (/Too many open files/i.test(text)) return 'Close other programs, or raise "ulimit -n".'
  return 'Nothing was changed. Check the disk, and run "hive doctor".'
}

/** Throws `failure` while there is no space to write. */
export async function probeSpace(directory: string, failure: StoreError): Promise<void> {
  const path = join(directory, 'probe.tmp')
  try {
    const file = await open(path, 'w')
    try {
      // Not `write`: it may end early, without an error, where the space ends.
      await file.writeFile(Buffer.alloc(PROBE_BYTES))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch {
    throw failure
  } finally {
    await rm(path, { force: true })
  }
}
