/** SQLite files that are projections: their content can be rebuilt from the store. */
import { rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { failureOf, ProjectionError } from './projection-failure.ts'
import { readSum, removeSum, SumCheck, SUM_SUFFIX, writeSum } from './projection-sum.ts'
import type { SQLOutputValue } from 'node:sqlite'

export interface Projection {
  /** Version of the tables; stored as `user_version`. At least 1. */
  readonly version: number
  /** SQL that creates the tables. */
  readonly schema: string
  /** SQL that runs before anything else. */
  readonly pragmas: string
  /** Pages of SQLite's log after which they are written to the file. */
  readonly checkpointPages: number
  /** Suffixes of further files that belong to it, in addition to those of SQLite. */
  readonly beside?: readonly string[]
}

/**
 * A file that was not closed, as in a crash, has no sum. SQLite's own check takes about 10 ms a
 * megabyte, so larger files are used without a check.
 */
const MAX_CHECKED_BYTES = 64 * 1024 * 1024

/** An open projection. Its owner calls `change` before each change. */
export class ProjectionFile {
  readonly #path: string
  readonly #projection: Projection
  readonly database: DatabaseSync
  /** Whether a damaged file was deleted at the opening. */
  readonly wasDamaged: boolean
  #check: SumCheck | undefined
  #isChanged = false

  /** Opens `path`, or memory for `:memory:`; recreates a file of another version or a damaged one. */
  constructor(path: string, projection: Projection) {
    this.#path = path
    this.#projection = projection
    const opened = openProjection(path, projection)
    this.database = opened.database
    this.wasDamaged = opened.wasDamaged
    if (path === ':memory:') return
    const sum = readSum(path)
    if (sum === undefined) this.#allowCheckpoints()
    else this.#startCheck(new SumCheck(path, sum))
  }

  /** Throws `ProjectionError` (damaged) if the file is known to be damaged. */
  assertIntact(): void {
    if (this.#check?.result !== false) return
    throw new ProjectionError('damaged', `${this.#path} is not as it was closed`)
  }

  /** The stored sum is of the file before the change. */
  change(): void {
    if (this.#isChanged || this.#path === ':memory:') return
    removeSum(this.#path)
    this.#isChanged = true
  }

  /** Frees the space of SQLite's log, if the file has room for what it contains. */
  shrink(): void {
    if (this.#path !== ':memory:' && (this.#check === undefined || this.#check.result === true))
      this.#writeBack()
  }

  /** Closes the file; a damaged one is deleted, and another one gets a sum. */
  close(): void {
    if (this.#isChanged && this.#check?.finish() === false) return this.discard()
    this.#check?.close()
    const isWhole = this.#isChanged && this.#writeBack()
    this.database.close()
    if (isWhole) writeSum(this.#path)
  }

  /** Closes and deletes the file. */
  discard(): void {
    this.#check?.close()
    this.database.close()
    if (this.#path !== ':memory:') removeProjection(this.#path, this.#projection)
  }

  /** Writes SQLite's log to the file; returns whether all of it is written. */
  #writeBack(): boolean {
    try {
      return this.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
    } catch {
      // The disk is full: the log stays beside the file.
      return false
    }
  }

  #startCheck(check: SumCheck): void {
    this.#check = check
    const step = (): void => {
      try {
        for (let i = 0; i < STEPS && check.result === undefined; i++) check.step()
      } catch {
        // An unreadable file differs from the sum.
        check.close()
      }
      if (check.result === undefined) setImmediate(step)
      else if (check.result && this.database.isOpen) this.#allowCheckpoints()
    }
    setImmediate(step)
  }

  #allowCheckpoints(): void {
    this.database.exec(`PRAGMA wal_autocheckpoint = ${this.#projection.checkpointPages}`)
  }
}

/** Parts of the file that are checked in one turn. */
const STEPS = 4

/** A file that cannot be written is good: it is not deleted. */
function openProjection(
  path: string,
  projection: Projection
): { readonly database: DatabaseSync; readonly wasDamaged: boolean } {
  try {
    return { database: openAt(path, projection), wasDamaged: false }
  } catch (error) {
    if (path === ':memory:' || failureOf(error) === 'unwritable') throw error
    removeProjection(path, projection)
    const wasDamaged = !(error instanceof VersionError)
    return { database: openAt(path, projection), wasDamaged }
  }
}

function removeProjection(path: string, { beside = [] }: Projection): void {
  for (const suffix of ['', '-wal', '-shm', SUM_SUFFIX, ...beside]) {
    rmSync(`${path}${suffix}`, { force: true })
  }
}

/** Throws if the file is not a complete database of this version. */
function openAt(path: string, { version, schema, pragmas }: Projection): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    // Nothing is written to the file until its sum is compared.
    database.exec(`${pragmas}; PRAGMA wal_autocheckpoint = 0`)
    const stored = numberOf(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (stored === version) {
      if (readSum(path) === undefined) checkTables(database, path)
      return database
    }
    if (stored === 0 && readSum(path) !== undefined)
      throw new ProjectionError('damaged', `${path} is empty`)
    if (stored !== 0) throw new VersionError(`${path} has version ${stored} of the tables`)
    database.exec(`BEGIN; ${schema} PRAGMA user_version = ${version}; COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function checkTables(database: DatabaseSync, path: string): void {
  if (statSync(path).size > MAX_CHECKED_BYTES) return
  const found = database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
  if (found !== 'ok') throw new ProjectionError('damaged', `${path}: ${String(found)}`)
}

/** The file is of another release. */
class VersionError extends Error {}

export function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}
