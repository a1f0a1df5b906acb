/**
 * What can be kept of a damaged table of LevelDB. Each block of a table has a checksum, which LevelDB
 * does not verify; some damage makes it end the process. Blocks whose checksum is right are kept as
 * they are, under a new index. Format: LevelDB's `doc/table_format.md`, and `doc/log_format.md` for
 * the masked CRC-32C.
 */
import { uncompress } from 'snappyjs'

/** Behind each block: its compression, and the checksum of both. */
const TRAILER_BYTES = 5
const FOOTER_BYTES = 48
const HANDLES_BYTES = 40
const MAGIC = Buffer.from('57fb808b247547db', 'hex')
const PLAIN = 0
const SNAPPY = 1
const MASK_DELTA = 0xa282ead8

interface Handle {
  readonly offset: number
  readonly size: number
}

interface IndexEntry {
  readonly key: Buffer
  readonly handle: Handle
}

export interface Salvage {
  /** Whether all blocks are as they were written. */
  readonly isWhole: boolean
  /** A table of the blocks that are; undefined if none can be found. */
  readonly table: Buffer | undefined
}

export function salvageTable(bytes: Buffer): Salvage {
  const index = readIndex(bytes)
  if (index === undefined) return { isWhole: false, table: undefined }
  const kept = index.filter(({ handle }) => blockAt(bytes, handle) !== undefined)
  const isWhole = kept.length === index.length
  return { isWhole, table: kept.length === 0 ? undefined : writeTable(bytes, kept) }
}

function readIndex(bytes: Buffer): readonly IndexEntry[] | undefined {
  if (bytes.length < FOOTER_BYTES || !bytes.subarray(-MAGIC.length).equals(MAGIC)) return undefined
  try {
    const footer = new Reader(bytes.subarray(bytes.length - FOOTER_BYTES))
    footer.handle()
    const block = blockAt(bytes, footer.handle())
    return block === undefined ? undefined : entriesOf(block)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The contents of a block; undefined if they are not what was written. */
function blockAt(bytes: Buffer, { offset, size }: Handle): Buffer | undefined {
  const end = offset + size
  if (end + TRAILER_BYTES > bytes.length) return undefined
  if (bytes.readUInt32LE(end + 1) !== maskedChecksum(bytes.subarray(offset, end + 1))) {
    return undefined
  }
  const raw = bytes.subarray(offset, end)
  if (bytes[end] === PLAIN) return raw
  return bytes[end] === SNAPPY ? Buffer.from(uncompress(raw)) : undefined
}

/** Keys share their beginning with the one before. */
function entriesOf(block: Buffer): IndexEntry[] {
  const restarts = block.readUInt32LE(block.length - 4)
  const reader = new Reader(block.subarray(0, block.length - 4 * (restarts + 1)))
  const entries: IndexEntry[] = []
  let before = Buffer.alloc(0)
  while (!reader.isEnd) {
    const shared = reader.varint()
    const length = reader.varint()
    const valueLength = reader.varint()
    const key = Buffer.concat([before.subarray(0, shared), reader.bytes(length)])
    entries.push({ key, handle: new Reader(reader.bytes(valueLength)).handle() })
    before = key
  }
  return entries
}

function writeTable(bytes: Buffer, kept: readonly IndexEntry[]): Buffer {
  const parts: Buffer[] = []
  let length = 0
  const append = (part: Buffer, size: number): Handle => {
    const handle = { offset: length, size }
    parts.push(part)
    length += part.length
    return handle
  }
  const index = kept.map(({ key, handle: { offset, size } }) => {
    const handle = append(bytes.subarray(offset, offset + size + TRAILER_BYTES), size)
    return { key, handle }
  })
  // Without an entry in it the table has no filter.
  const meta = withTrailer(blockOf([]))
  const metaHandle = append(meta, meta.length - TRAILER_BYTES)
  const indexBlock = withTrailer(
    blockOf(index.map(({ key, handle }) => ({ key, value: writeHandle(handle) })))
  )
  const indexHandle = append(indexBlock, indexBlock.length - TRAILER_BYTES)
  const footer = Buffer.alloc(HANDLES_BYTES)
  Buffer.concat([writeHandle(metaHandle), writeHandle(indexHandle)]).copy(footer)
  return Buffer.concat([...parts, footer, MAGIC])
}

/** A block in which each key is whole. */
function blockOf(entries: readonly { readonly key: Buffer; readonly value: Buffer }[]): Buffer {
  const parts: Buffer[] = []
  const restarts: number[] = []
  let length = 0
  for (const { key, value } of entries) {
    restarts.push(length)
    const head = Buffer.from([0, ...varint(key.length), ...varint(value.length)])
    parts.push(head, key, value)
    length += head.length + key.length + value.length
  }
  if (restarts.length === 0) restarts.push(0)
  const tail = Buffer.alloc(4 * (restarts.length + 1))
  for (const [i, restart] of restarts.entries()) tail.writeUInt32LE(restart, 4 * i)
  tail.writeUInt32LE(restarts.length, 4 * restarts.length)
  return Buffer.concat([...parts, tail])
}

function withTrailer(block: Buffer): Buffer {
  const typed = Buffer.concat([block, Buffer.of(PLAIN)])
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(maskedChecksum(typed))
  return Buffer.concat([typed, sum])
}

function writeHandle({ offset, size }: Handle): Buffer {
  return Buffer.from([...varint(offset), ...varint(size)])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}

/** Throws `RangeError` at the end of the bytes. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  bytes(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('a block ends early')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() }
  }
}

/** CRC-32C (Castagnoli), reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  crc = (crc ^ 0xffffffff) >>> 0
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}
