/**
 * The checksum of a projection's file. SQLite notices damage of its own structures only; a changed
 * bit in a value would stay. The sum is written when the file is closed, deleted before the next
 * change, and compared in the background after the file was opened: nothing writes to the file
 * itself until then, since SQLite appends changes to its log.
 */
import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { crc32 } from 'node:zlib'

/** Bytes read at a time: about a millisecond. */
const CHUNK_BYTES = 1024 * 1024

export const SUM_SUFFIX = '.sum'

/** Length and CRC-32 of a file, in decimal digits. */
const SUM = /^\d+ \d+$/

/** Reads a file part by part and compares it with a sum. */
export class SumCheck {
  readonly #expected: string
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  #file: number | undefined
  #position = 0
  #crc = 0

  constructor(path: string, expected: string) {
    this.#expected = expected
    this.#file = openSync(path, 'r')
  }

  /** Whether the file has the sum; undefined until it is read. */
  get result(): boolean | undefined {
    return this.#file === undefined ? this.sum === this.#expected : undefined
  }

  /** The sum of what was read. */
  get sum(): string {
    return `${this.#position} ${this.#crc}`
  }

  /** Reads a part of the file. */
  step(): void {
    if (this.#file === undefined) return
    const read = readSync(this.#file, this.#chunk, 0, CHUNK_BYTES, this.#position)
    if (read === 0) return this.close()
    this.#crc = crc32(this.#chunk.subarray(0, read), this.#crc)
    this.#position += read
  }

  /** Reads the rest of the file. */
  finish(): boolean {
    while (this.result === undefined) this.step()
    return this.result
  }

  /** Ends the reading. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** The sum of a file. */
export function sumOf(path: string): string {
  const check = new SumCheck(path, '')
  check.finish()
  return check.sum
}

/** The stored sum of a file; undefined if the file was not closed after its last change. */
export function readSum(path: string): string | undefined {
  try {
    const sum = readFileSync(path + SUM_SUFFIX, 'utf8')
    return SUM.test(sum) ? sum : undefined
  } catch {
    return undefined
  }
}

/** Stores the sum of a closed file. */
export function writeSum(path: string): void {
  const temporary = `${path}${SUM_SUFFIX}.new`
  try {
    writeFileSync(temporary, sumOf(path), { mode: 0o600 })
    renameSync(temporary, path + SUM_SUFFIX)
  } catch {
    // Without a sum the next start has less to compare, and nothing else changes.
    rmSync(temporary, { force: true })
  }
}

/** Deletes the stored sum, before a change. */
export function removeSum(path: string): void {
  rmSync(path + SUM_SUFFIX, { force: true })
}
