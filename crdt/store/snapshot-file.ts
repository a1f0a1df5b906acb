/**
 * A snapshot: chunks of bytes in a file beside the database, from a clean stop to the next start. It holds
 * a table whose values take long to read from the database one by one.
 *
 * Guaranteed: what is read is what was written at the last clean stop, and the database was not opened
 * since. A seal names the chunks and the inventory of the closed store. The inventory lists the files of
 * the database with their checksums, and takes another name before the database is opened. So there is no
 * snapshot after a crash, in a directory whose parts are of different times, or after an earlier version
 * had the store open. A chunk that does not match its checksum ends the reading with an error.
 *
 * File: for each chunk 4 bytes of its length, 4 of its CRC-32, which continues that of the chunk before,
 * and the chunk.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { MalformedError } from '../errors.ts'
import type { FileHandle } from 'node:fs/promises'

/** The checksum of the first chunk continues that of the id. */
const Seal = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  chunks: z.int().min(0),
  /** CRC-32 of the last chunk, and so of all. */
  sum: z.int().min(0),
  /** SHA-256 of the inventory of the closed store, in hexadecimal digits. */
  inventory: z.string()
})

type Seal = z.infer<typeof Seal>

/** What a seal says of the chunks. */
export type SealedChunks = Pick<Seal, 'chunks' | 'id' | 'sum'>

const FRAME_BYTES = 8

/** A longer chunk is damage: it would take memory before its checksum is known. */
const MAX_CHUNK_BYTES = 2 ** 24

export class SnapshotFile {
  readonly #path: string
  readonly #sealPath: string

  constructor(directory: string, name: string) {
    this.#path = join(directory, `${name}.snapshot`)
    this.#sealPath = join(directory, `${name}.seal`)
  }

  /** The chunks of the store with this inventory; undefined if there are none. */
  sealed(inventory: string): SealedChunks | undefined {
    try {
      const seal = Seal.parse(JSON.parse(readFileSync(this.#sealPath, 'utf8')))
      return seal.inventory === inventory ? seal : undefined
    } catch {
      return undefined
    }
  }

  /** Throws `MalformedError` where the file is not what was sealed. */
  async *read({ id, chunks, sum }: SealedChunks): AsyncGenerator<Uint8Array> {
    const file = await open(this.#path)
    try {
      let running = crc32(id)
      for (let i = 0; i < chunks; i++) {
        const frame = viewOf(await readExactly(file, FRAME_BYTES))
        const length = frame.getUint32(0)
        if (length > MAX_CHUNK_BYTES) throw new MalformedError('a chunk that is too long')
        const chunk = await readExactly(file, length)
        running = crc32(chunk, running)
        if (running !== frame.getUint32(4)) throw new MalformedError('a damaged chunk')
        yield chunk
      }
      if (running !== sum) throw new MalformedError('the chunks of another snapshot')
    } finally {
      await file.close()
    }
  }

  /** Writes chunks durably, in place of those before. They count once they are sealed. */
  async write(chunks: Iterable<Uint8Array>): Promise<SealedChunks> {
    const id = randomBytes(16).toString('hex')
    const temporary = `${this.#path}.tmp`
    const file = await open(temporary, 'w', 0o600)
    try {
      let sum = crc32(id)
      let count = 0
      for (const chunk of chunks) {
        sum = crc32(chunk, sum)
        const frame = new Uint8Array(FRAME_BYTES)
        viewOf(frame).setUint32(0, chunk.length)
        viewOf(frame).setUint32(4, sum)
        await file.writeFile(frame)
        await file.writeFile(chunk)
        count += 1
      }
      await file.datasync()
      await file.close()
      await rename(temporary, this.#path)
      return { id, chunks: count, sum }
    } catch (error) {
      await file.close()
      await rm(temporary, { force: true })
      throw error
    }
  }

  /** Makes the chunks those of the closed store with this inventory. */
  async seal(chunks: SealedChunks, inventory: string): Promise<void> {
    const { id, chunks: count, sum } = chunks
    const seal: Seal = { version: 1, id, chunks: count, sum, inventory }
    const temporary = `${this.#sealPath}.tmp`
    await writeFile(temporary, JSON.stringify(seal), { flush: true, mode: 0o600 })
    await rename(temporary, this.#sealPath)
  }

  async remove(): Promise<void> {
    await rm(this.#sealPath, { force: true })
    await rm(this.#path, { force: true })
  }
}

async function readExactly(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at)
    if (bytesRead === 0) throw new MalformedError('a snapshot that ends early')
    at += bytesRead
  }
  return bytes
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length)
}
