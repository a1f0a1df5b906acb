/**
 * Registers: the state of one author for one record. Only its author may replace a register, by a
 * later one in its feed, so neither order nor repetition of delivery changes the result.
 */
import * as encoding from 'lib0/encoding'
import {
  CONFIDENCE_SCALE,
  MAX_COUNTERS,
  MAX_COUNTER_NAME_BYTES,
  MAX_TAGS,
  MAX_TAG_BYTES,
  MAX_TIME,
  SECRET_BYTES
} from '../constants.ts'
import { readBytes, readText, readUint } from '../bytes/index.ts'
import { LimitError, MalformedError } from '../errors.ts'
import type { Decoder } from '../bytes/index.ts'

/**
 * `none`: the author has no vote, or retracted it. `stale`: the record held, and no longer holds.
 */
export type Vote = 'none' | 'vouch' | 'dispute' | 'stale'

/** The state of one author for one record. */
export interface Register {
  readonly vote: Vote
  /** 0 to 1, stored in thousandths. */
  readonly confidence: number
  /** Days since the Unix epoch: coarse on purpose. */
  readonly day: number
  /**
   * The record holds from the first time on, and before the second; milliseconds of the Unix epoch.
   */
  readonly validFrom?: number
  readonly validTo?: number
  /** Hash of the secret that retracts this vote; see `retraction.ts`. */
  readonly commitment: Uint8Array
  /** Sorted, each once. */
  readonly tags: readonly string[]
  /** Evidence, which only grows; sorted by name. */
  readonly counters: readonly (readonly [name: string, count: number])[]
}

const VOTES: readonly Vote[] = ['none', 'vouch', 'dispute', 'stale']

/** About the year 13,000: days beyond it are not dates. */
const MAX_DAY = 2 ** 22

export function writeRegister(encoder: encoding.Encoder, register: Register): void {
  encoding.writeVarUint(encoder, VOTES.indexOf(register.vote))
  encoding.writeVarUint(encoder, Math.round(register.confidence * CONFIDENCE_SCALE))
  encoding.writeVarUint(encoder, register.day)
  writeTime(encoder, register.validFrom)
  writeTime(encoder, register.validTo)
  encoding.writeUint8Array(encoder, register.commitment)
  encoding.writeVarUint(encoder, register.tags.length)
  for (const tag of register.tags) encoding.writeVarString(encoder, tag)
  writeCounters(encoder, register.counters)
}

export function writeCounters(encoder: encoding.Encoder, counters: Register['counters']): void {
  encoding.writeVarUint(encoder, counters.length)
  for (const [name, count] of counters) {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, count)
  }
}

/** The bytes that a register was read from: it need not be encoded again to be stored. */
const encodings = new WeakMap<Register, Uint8Array>()

/** The bytes of a register. */
export function encodeRegister(register: Register): Uint8Array {
  return encodings.get(register) ?? encoding.encode((encoder) => writeRegister(encoder, register))
}

export function readRegister(decoder: Decoder): Register {
  const start = decoder.pos
  const vote = VOTES[readUint(decoder, VOTES.length - 1)] ?? 'none'
  const confidence = readUint(decoder, CONFIDENCE_SCALE) / CONFIDENCE_SCALE
  const day = readUint(decoder, MAX_DAY)
  const validFrom = readTime(decoder)
  const validTo = readTime(decoder)
  const commitment = readBytes(decoder, SECRET_BYTES)
  const tags = readAscending(
    decoder,
    MAX_TAGS,
    () => readText(decoder, MAX_TAG_BYTES),
    (tag) => tag
  )
  const counters = readCounters(decoder)
  const register = { vote, confidence, day, validFrom, validTo, commitment, tags, counters }
  encodings.set(register, decoder.arr.subarray(start, decoder.pos))
  return register
}

export function readCounters(decoder: Decoder): Register['counters'] {
  return readAscending(
    decoder,
    MAX_COUNTERS,
    () =>
      [
        readText(decoder, MAX_COUNTER_NAME_BYTES),
        readUint(decoder, Number.MAX_SAFE_INTEGER)
      ] as const,
    ([name]) => name
  )
}

/** Tags in canonical form. Throws `LimitError` if there are too many or one is too long. */
export function canonicalTags(tags: readonly string[]): string[] {
  const unique = [...new Set(tags.map((tag) => tag.normalize('NFC').trim()))].filter(Boolean)
  if (unique.length > MAX_TAGS) {
    throw new LimitError(
      'TAGS_INVALID',
      `The record has ${unique.length} tags; the limit is ${MAX_TAGS}. Remove tags.`
    )
  }
  for (const tag of unique) {
    if (!tag.isWellFormed()) {
      throw new LimitError(
        'TEXT_INVALID',
        'A tag contains half a surrogate pair. Pass valid Unicode.'
      )
    }
    if (Buffer.byteLength(tag) > MAX_TAG_BYTES) {
      throw new LimitError(
        'TAGS_INVALID',
        `The tag "${tag.slice(0, MAX_TAG_BYTES).toWellFormed()}" has more than ${MAX_TAG_BYTES} bytes. Use a shorter tag.`
      )
    }
  }
  return unique.toSorted(byCodeUnits)
}

/** Throws `LimitError` if a number is out of range. */
export function checkNumbers({
  confidence,
  day,
  validFrom = 0,
  validTo = 0
}: Pick<Register, 'confidence' | 'day' | 'validFrom' | 'validTo'>): void {
  if (!(confidence >= 0 && confidence <= 1)) {
    throw new LimitError(
      'NUMBER_INVALID',
      `The confidence is ${confidence}. Pass a number from 0 to 1.`
    )
  }
  if (!Number.isInteger(day) || day < 0 || day > MAX_DAY) {
    throw new LimitError('NUMBER_INVALID', `The day is ${day}. Pass whole days since 1970-01-01.`)
  }
  for (const time of [validFrom, validTo]) {
    if (!Number.isInteger(time) || Math.abs(time) > MAX_TIME) {
      throw new LimitError(
        'NUMBER_INVALID',
        `A time is ${time}. Pass milliseconds since 1970-01-01.`
      )
    }
  }
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function readAscending<T>(
  decoder: Decoder,
  max: number,
  read: () => T,
  keyOf: (item: T) => string
): T[] {
  const count = readUint(decoder, max)
  const items: T[] = []
  let last: string | undefined
  for (let i = 0; i < count; i++) {
    const item = read()
    const key = keyOf(item)
    if (last !== undefined && byCodeUnits(last, key) >= 0) throw new MalformedError('not ascending')
    last = key
    items.push(item)
  }
  return items
}

/** 0 for none, else 1 + the zigzag form. */
export function writeTime(encoder: encoding.Encoder, time: number | undefined): void {
  if (time === undefined) encoding.writeVarUint(encoder, 0)
  else encoding.writeVarUint(encoder, 1 + (time >= 0 ? 2 * time : -2 * time - 1))
}

export function readTime(decoder: Decoder): number | undefined {
  const number = readUint(decoder, 2 * MAX_TIME + 1)
  if (number === 0) return undefined
  const zigzag = number - 1
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
}
