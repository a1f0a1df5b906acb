/**
 * The format of stored facts: one buffer for each. The fields that decide whether a repetition adds
 * something stand at fixed offsets in front, so that they are read without the rest. Written by
 * hand, since this is the hot path of ingestion.
 */
import { readRecord } from '../../crdt/records/index.ts'
import { SEAL_BYTES, readAll, toHex } from '../../crdt/bytes/index.ts'
import { readTail, writeTail } from './fact-context.ts'
import type { FactTail } from './fact-context.ts'
import type { Fact, LessonFields } from './fact.ts'

/** A stored fact: its digest, the bytes of its record, and the fields that stay on this node. */
export interface StoredFact extends Omit<
  Fact,
  'id' | 'kind' | 'entity' | 'content' | 'attribute' | 'value' | keyof LessonFields
> {
  readonly digest: Uint8Array
  readonly record: Uint8Array
}

/** A fact to write. */
export interface FactWrite {
  readonly digest: Uint8Array
  /** The digest as a string of one character a byte: a key for maps. */
  readonly digestKey: string
  /** The bytes to store, after the free bytes of the seal. */
  readonly bytes: Uint8Array
  readonly confidence: number
  readonly isPrivate: boolean
  /** Whether any repetition may change it: it is stale, or has projects. */
  readonly isScoped: boolean
}

/** The fields of a stored fact, times in milliseconds of the Unix epoch. */
export interface FactFields extends FactTail {
  readonly record: Uint8Array
  readonly confidence: number
  readonly isPrivate: boolean
  readonly recordedAt: number
  readonly validFrom: number | undefined
  readonly agent: string
  readonly source: string | undefined
  readonly tags: readonly string[]
}

/** Offsets of the fields of a stored fact, including the free bytes of its seal. */
const FLAGS = SEAL_BYTES
const CONFIDENCE = FLAGS + 1
const RECORDED_AT = CONFIDENCE + 8
const VALID_FROM = RECORDED_AT + 8
const SIZE = VALID_FROM + 8
const HEADER_BYTES = SIZE + 4

/** Bits of the flags. */
const PRIVATE = 1
const SCOPED = 2

/** Reads the bytes after the seal. */
export function readFact(digest: Uint8Array, stored: Uint8Array): StoredFact {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  const start = HEADER_BYTES - SEAL_BYTES
  const end = start + bytes.readUInt32BE(SIZE - SEAL_BYTES)
  const validFrom = bytes.readDoubleBE(VALID_FROM - SEAL_BYTES)
  const {
    agent,
    source,
    tags,
    context,
    again = [],
    projects = [],
    isStale
  } = readTrailer(bytes, end)
  return {
    digest,
    record: stored.subarray(start, end),
    confidence: bytes.readDoubleBE(CONFIDENCE - SEAL_BYTES),
    private: (bytes.readUInt8(FLAGS - SEAL_BYTES) & PRIVATE) !== 0,
    recordedAt: new Date(bytes.readDoubleBE(RECORDED_AT - SEAL_BYTES)),
    agent,
    tags,
    ...(Number.isNaN(validFrom) ? {} : { validFrom: new Date(validFrom) }),
    ...(source === '' ? {} : { source }),
    ...(context === undefined ? {} : { context }),
    ...(projects.length === 0 ? {} : { projects }),
    ...(isStale === true ? { stale: true as const } : {}),
    ...(again.length === 0 ? {} : { validAgainFrom: again.map((time) => new Date(time)) })
  }
}

/** The bytes of a stored fact, for `putSealable`. */
export function writeFact(fact: StoredFact): Uint8Array {
  return encodeFact({
    record: fact.record,
    confidence: fact.confidence,
    isPrivate: fact.private,
    recordedAt: fact.recordedAt.getTime(),
    validFrom: fact.validFrom?.getTime(),
    agent: fact.agent,
    source: fact.source,
    tags: fact.tags,
    context: fact.context,
    again: fact.validAgainFrom?.map((time) => time.getTime()),
    projects: fact.projects,
    isStale: fact.stale
  })
}

/** One buffer, with free bytes for the seal in front. */
export function encodeFact(fields: FactFields): Buffer {
  const { record, agent, source = '', tags } = fields
  const tail = writeTail(fields)
  const bytes = Buffer.allocUnsafe(
    HEADER_BYTES + record.length + trailerSize(agent, source, tags) + tail.length
  )
  writeHeader(bytes, fields)
  bytes.set(record, HEADER_BYTES)
  writeTrailer(bytes, HEADER_BYTES + record.length, { agent, source, tags })
  bytes.set(tail, bytes.length - tail.length)
  return bytes
}

/** The fields of a stored fact that decide whether a repetition adds something. */
export function recentFactOf(
  stored: Uint8Array
): Pick<FactWrite, 'confidence' | 'isPrivate' | 'isScoped'> {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength)
  const flags = view.getUint8(FLAGS - SEAL_BYTES)
  return {
    confidence: view.getFloat64(CONFIDENCE - SEAL_BYTES),
    isPrivate: (flags & PRIVATE) !== 0,
    isScoped: (flags & SCOPED) !== 0
  }
}

export function factOf(stored: StoredFact): Fact {
  const { digest, record, ...rest } = stored
  const { kind, ...fields } = readAll(record, readRecord)
  return { id: toHex(digest), ...(kind === 'lesson' ? { kind } : {}), ...fields, ...rest }
}

interface Trailer {
  readonly agent: string
  readonly source: string
  readonly tags: readonly string[]
}

type ReadTrailer = Trailer & FactTail

function writeHeader(bytes: Buffer, fields: FactFields): void {
  const { isPrivate, isStale = false, projects = [] } = fields
  const isScoped = isStale || projects.length > 0
  bytes.writeUInt8((isPrivate ? PRIVATE : 0) | (isScoped ? SCOPED : 0), FLAGS)
  bytes.writeDoubleBE(fields.confidence, CONFIDENCE)
  bytes.writeDoubleBE(fields.recordedAt, RECORDED_AT)
  bytes.writeDoubleBE(fields.validFrom ?? Number.NaN, VALID_FROM)
  bytes.writeUInt32BE(fields.record.length, SIZE)
}

/** Texts of at most 255 bytes, each with a length byte; the number of tags has a byte too. */
function trailerSize(agent: string, source: string, tags: readonly string[]): number {
  let size = 3 + Buffer.byteLength(agent) + Buffer.byteLength(source)
  for (const tag of tags) size += 1 + Buffer.byteLength(tag)
  return size
}

function writeTrailer(bytes: Buffer, at: number, { agent, source, tags }: Trailer): void {
  let next = writeShort(bytes, at, agent)
  next = writeShort(bytes, next, source)
  next = bytes.writeUInt8(tags.length, next)
  for (const tag of tags) next = writeShort(bytes, next, tag)
}

function writeShort(bytes: Buffer, at: number, text: string): number {
  const length = bytes.write(text, at + 1)
  bytes.writeUInt8(length, at)
  return at + 1 + length
}

/** Read by hand, without a view for each text, since indexing reads every fact. */
function readTrailer(bytes: Buffer, at: number): ReadTrailer {
  let next = at
  const short = (): string => {
    const start = next + 1
    next = start + bytes.readUInt8(next)
    return next === start ? '' : bytes.toString('utf8', start, next)
  }
  const agent = short()
  const source = short()
  const count = bytes.readUInt8(next)
  next += 1
  const tags: string[] = []
  while (tags.length < count) tags.push(short())
  return { agent, source, tags, ...readTail(bytes.subarray(next)) }
}
