/**
 * A snapshot: chunks of bytes in a file beside the database. It is written once, whole, and never changes.
 * What a reader gets is what was written: the database has the id, the number and the checksum of the chunks.
 *
 * File: for each chunk 4 bytes of its length, 4 of its CRC-32, which continues that of the chunk before,
 * and the chunk.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { MalformedError } from '../errors.ts'

/** What the database has of the chunks in a file. */
export interface WrittenChunks {
  /** The checksum of the first chunk continues that of the id. */
  readonly id: string
  readonly chunks: number
  /** CRC-32 of the last chunk, and so of all. */
  readonly sum: number
}

const FRAME_BYTES = 8

/** A longer chunk is damage: it would take memory before its checksum is known. */
const MAX_CHUNK_BYTES = 2 ** 24

/** Read ahead while what came before is taken in. */
const READ_BYTES = 1024 * 1024

/** Written between two syncs: a stop waits for no more. */
const PART_BYTES = 4 * 1024 * 1024

/** Throws `MalformedError` where the file is not what was written. */
export async function* readSnapshot(
  path: string,
  { id, chunks, sum }: WrittenChunks
): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  const stream = file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false })
  try {
    const reader = new Reader(stream)
    let running = crc32(id)
    for (let i = 0; i < chunks; i++) {
      const frame = viewOf(await reader.read(FRAME_BYTES))
      const length = frame.getUint32(0)
      if (length > MAX_CHUNK_BYTES) throw new MalformedError('a chunk that is too long')
      const chunk = await reader.read(length)
      running = crc32(chunk, running)
      if (running !== frame.getUint32(4)) throw new MalformedError('a damaged chunk')
      yield chunk
    }
    if (running !== sum) throw new MalformedError('the chunks of another snapshot')
  } finally {
    // First: it reads ahead, and a read of a closed file would be an error that nobody awaits.
    stream.destroy()
    await file.close()
  }
}

/**
 * Writes chunks durably, in place of a file at the path. Nothing may change a chunk meanwhile. If aborted,
 * it ends with the part that is being written, and leaves no file.
 */
export async function writeSnapshot(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal
): Promise<WrittenChunks> {
  const id = randomBytes(16).toString('hex')
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    let sum = crc32(id)
    let count = 0
    let unsynced = 0
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      sum = crc32(chunk, sum)
      const frame = new Uint8Array(FRAME_BYTES)
      viewOf(frame).setUint32(0, chunk.length)
      viewOf(frame).setUint32(4, sum)
      await file.writeFile(frame)
      await file.writeFile(chunk)
      count += 1
      unsynced += FRAME_BYTES + chunk.length
      if (unsynced < PART_BYTES) continue
      await file.datasync()
      unsynced = 0
    }
    signal.throwIfAborted()
    await file.datasync()
    await file.close()
    await rename(temporary, path)
    return { id, chunks: count, sum }
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
}

/** Reads numbers of bytes from parts of any length. */
class Reader {
  readonly #parts: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]()
  }

  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length;) {
      if (this.#rest.length === 0) await this.#next()
      const part = this.#rest.subarray(0, length - at)
      bytes.set(part, at)
      at += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    return bytes
  }

  async #next(): Promise<void> {
    const next = await this.#parts.next()
    if (next.done === true) throw new MalformedError('a snapshot that ends early')
    this.#rest = next.value
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length)
}
