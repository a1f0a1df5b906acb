/** Why a request to a projection failed, and so what helps. */
import { errorOf } from '../errors.ts'

/**
 * `damaged`: the file is not what was written; it is deleted and built again. `unwritable`: the disk
 * is full or refuses writes; the file is good, and the request is repeated later. `refused`: the
 * request does not fit the database as it is now.
 */
export type ProjectionFailure = 'damaged' | 'refused' | 'unwritable'

export class ProjectionError extends Error {
  readonly failure: ProjectionFailure

  constructor(failure: ProjectionFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

/** Result codes of SQLite (https://www.sqlite.org/rescode.html) that the file is not to blame for. */
const BUSY = 5
const LOCKED = 6
const NO_MEMORY = 7
const READ_ONLY = 8
const INPUT_OUTPUT = 10
const FULL = 13
const CANNOT_OPEN = 14

/** Extended codes of `INPUT_OUTPUT` for reads of the file; all others concern writes and locks. */
const FAILED_READS: ReadonlySet<number> = new Set([
  266, // SQLITE_IOERR_READ
  522, // SQLITE_IOERR_SHORT_READ
  8202, // SQLITE_IOERR_DATA
  8458 // SQLITE_IOERR_CORRUPTFS
])

const UNWRITABLE: ReadonlySet<number> = new Set([
  BUSY,
  LOCKED,
  NO_MEMORY,
  READ_ONLY,
  INPUT_OUTPUT,
  FULL,
  CANNOT_OPEN
])

/** Errors of the file system, by the code of Node.js. */
const UNWRITABLE_FILES: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EDQUOT',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'EPERM',
  'EROFS'
])

/**
 * Whatever is not known to concern writing counts as damage: a changed bit may end in any error,
 * such as a table that is missing or an integer that is too large.
 */
export function failureOf(thrown: unknown): ProjectionFailure {
  const error = errorOf(thrown)
  if (error instanceof ProjectionError) return error.failure
  if ('code' in error && UNWRITABLE_FILES.has(error.code)) return 'unwritable'
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
  if (FAILED_READS.has(code)) return 'damaged'
  return UNWRITABLE.has(code & 0xff) ? 'unwritable' : 'damaged'
}
