/**
 * The `knowledge` document of one author, as Yjs updates (format V1).
 *
 * A log in the form of a Yjs document: one Y.Map root; each write is a new key, the struct's own
 * clock in base 36; each value is one ContentBinary. Nothing is overwritten or deleted, so structs
 * neither refer to each other nor conflict, and the union of all authors' documents is the union of
 * their values. Any Yjs can read these updates. This replica reads them with its own parser, which
 * accepts this form only: through Yjs, a few bytes of an update could overwrite, delete or exhaust
 * memory (docs/LIMITS.md).
 */
import { hash } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import {
  DOMAIN,
  KNOWLEDGE_DOC,
  LOG_ROOT,
  MAX_RECORD_BYTES,
  MIN_STRUCT_BYTES
} from '../constants.ts'
import { readAll, readBytes, readBlob, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { encodeValue, readValue } from './value.ts'
import type { Decoder } from '../bytes/index.ts'
import type { Value } from './value.ts'

/** ContentBinary (3) with a parentSub (bit 6), without origin and rightOrigin (bits 8 and 7). */
const STRUCT_INFO = 0x23
const ROOT_PARENT = 1
const ROOT = Buffer.from(LOG_ROOT)

/** The bytes before each key: info, "parent is a root", the root's name. */
const STRUCT_PREFIX = Buffer.concat([Buffer.from([STRUCT_INFO, ROOT_PARENT, ROOT.length]), ROOT])

/** A value is at most a record and its type byte. */
const MAX_VALUE_BYTES = MAX_RECORD_BYTES + 1

/** Clocks must stay safe integers in later updates. */
const MAX_CLOCK = 2 ** 52

/** The Yjs clientID of an author: 53 bits, the most that Yjs carries exactly. */
export function clientIdOf(swarm: string, author: Uint8Array, doc = KNOWLEDGE_DOC): number {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, `${DOMAIN}/client`)
  encoding.writeVarString(encoder, swarm)
  encoding.writeVarString(encoder, doc)
  encoding.writeUint8Array(encoder, author)
  const digest = hash('sha256', encoding.toUint8Array(encoder), 'buffer')
  return Number(digest.readBigUInt64BE(0) >> 11n)
}

/** The Yjs update that appends `values` from `clock` on. */
export function writeLogUpdate(
  client: number,
  clock: number,
  values: readonly Value[]
): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, values.length)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock)
  let before: Value | undefined
  for (const [i, value] of values.entries()) {
    encoding.writeUint8Array(encoder, STRUCT_PREFIX)
    encoding.writeVarString(encoder, (clock + i).toString(36))
    encoding.writeVarUint8Array(encoder, encodeValue(value, before))
    before = value
  }
  encoding.writeVarUint(encoder, 0)
  return encoding.toUint8Array(encoder)
}

/** The values of an update, and the clock of the next one. */
export interface LogUpdate {
  readonly values: Value[]
  readonly next: number
}

/**
 * Reads an update that continues `client`'s log at `clock`, or at any clock without one; anything
 * else is malformed. `known`: the values that its author has written.
 */
export function readLogUpdate(
  update: Uint8Array,
  client: number,
  expectedClock?: number,
  known: readonly Value[] = []
): LogUpdate {
  return readAll(update, (decoder) => {
    expectUint(decoder, 1, 'one client')
    const count = readUint(decoder, Math.floor(update.length / MIN_STRUCT_BYTES))
    if (count === 0) throw new MalformedError('no structs')
    expectUint(decoder, client, "the author's client")
    const clock = readUint(decoder, MAX_CLOCK)
    if (expectedClock !== undefined && clock !== expectedClock) {
      throw new MalformedError('not the next clock')
    }
    const values: Value[] = []
    let before: Value | undefined
    for (let i = 0; i < count; i++) {
      before = readStruct(decoder, (clock + i).toString(36), before, known[i])
      values.push(before)
    }
    expectUint(decoder, 0, 'no deletes')
    return { values, next: clock + count }
  })
}

function readStruct(
  decoder: Decoder,
  key: string,
  before: Value | undefined,
  known: Value | undefined
): Value {
  if (Buffer.compare(readBytes(decoder, STRUCT_PREFIX.length), STRUCT_PREFIX) !== 0) {
    throw new MalformedError('not a binary value under a new key of the log')
  }
  const name = readBlob(decoder, key.length)
  if (Buffer.from(name).toString('latin1') !== key) {
    throw new MalformedError("not the struct's own clock as its key")
  }
  return readAll(readBlob(decoder, MAX_VALUE_BYTES), (value) => readValue(value, before, known))
}

function expectUint(decoder: Decoder, expected: number, what: string): void {
  if (readUint(decoder, Number.MAX_SAFE_INTEGER) !== expected)
    throw new MalformedError(`not ${what}`)
}
