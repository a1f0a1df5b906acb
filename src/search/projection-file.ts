/** SQLite files that are projections: their content can be rebuilt from the store. */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { SQLOutputValue } from 'node:sqlite'

export interface Projection {
  /** Version of the tables; stored as `user_version`. At least 1. */
  readonly version: number
  /** SQL that creates the tables. */
  readonly schema: string
  /** SQL that runs before anything else. */
  readonly pragmas: string
  /** Suffixes of further files that belong to it, in addition to those of SQLite. */
  readonly beside?: readonly string[]
}

/** Opens `path`, or memory for `:memory:`; recreates a file of another version or a damaged one. */
export function openProjection(path: string, projection: Projection): DatabaseSync {
  try {
    return openAt(path, projection)
  } catch (error) {
    if (path === ':memory:') throw error
    for (const suffix of ['', '-wal', '-shm', ...(projection.beside ?? [])]) {
      rmSync(`${path}${suffix}`, { force: true })
    }
    return openAt(path, projection)
  }
}

/** Throws if the file is not a complete database of this version. */
function openAt(path: string, { version, schema, pragmas }: Projection): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(pragmas)
    const stored = numberOf(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (stored === version) return database
    if (stored !== 0)
      throw new Error(
        `The tables in ${path} have version ${stored}; this release uses version ${version}.`
      )
    database.exec(`BEGIN; ${schema} PRAGMA user_version = ${version}; COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

export function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}
