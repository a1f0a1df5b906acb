/** Values: the items of an author's log, one for each key: a record, a register or a retraction. */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, SECRET_BYTES } from '../constants.ts'
import { equalBytes, readBytes, readUint, toHex } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readRecord, recordDigest } from './record.ts'
import { readRegister, writeRegister } from './register.ts'
import type { Decoder } from '../bytes/index.ts'
import type { EncodedRecord } from './record.ts'
import type { Register } from './register.ts'
import type { Retraction } from './retraction.ts'

/** One value of an author's log. */
export type Value =
  | ({ readonly type: 'record' } & EncodedRecord)
  | {
      readonly type: 'register'
      readonly digest: Uint8Array
      readonly register: Register
      /** In a closed swarm: the member's tag for the record. It is beside the update in the entry. */
      readonly voice?: Uint8Array
    }
  | ({ readonly type: 'retraction' } & Retraction)

const RECORD = 1
const REGISTER = 2
const RETRACTION = 3

/** A register directly after its record need not repeat the 32 bytes of the digest. */
const SAME_RECORD = 1
const NAMED_RECORD = 0

/** Whether the values need entries of `LESSON_FORMAT`: versions before it cannot read them. */
export function needLessonFormat(values: readonly Value[]): boolean {
  return values.some(
    (value) =>
      (value.type === 'record' && value.record.kind === 'lesson') ||
      (value.type === 'register' && value.register.vote === 'stale')
  )
}

/** Records that an entry has or votes on, each once, with the element of a filter where it is known. */
export function namedIn(
  values: readonly Value[]
): readonly { readonly digest: Uint8Array; readonly element?: Uint8Array | undefined }[] {
  const named = new Map<string, { digest: Uint8Array; element?: Uint8Array | undefined }>()
  for (const value of values) {
    if (value.type === 'retraction') continue
    const name = toHex(value.digest)
    if (!named.has(name))
      named.set(name, value.type === 'record' ? value : { digest: value.digest })
  }
  return [...named.values()]
}

/** Digests that the values refer to; consecutive equal ones once. */
export function subjectsOf(values: readonly Value[]): Uint8Array[] {
  return values.flatMap((value) => (value.type === 'record' ? [] : [value.digest]))
}

/** Digests of the records that the values add, or whose votes they change; each once. */
export function changedBy(values: readonly Value[]): Uint8Array[] {
  const changed = new Map<string, Uint8Array>()
  let before: Uint8Array | undefined
  for (const { digest } of values) {
    // A register after its record has the digest of that one.
    if (digest !== before) changed.set(toHex(digest), digest)
    before = digest
  }
  return [...changed.values()]
}

/** `before` is the value written before this one in the same update. */
export function encodeValue(value: Value, before: Value | undefined): Uint8Array {
  const encoder = encoding.createEncoder()
  if (value.type === 'record') {
    encoding.writeVarUint(encoder, RECORD)
    encoding.writeUint8Array(encoder, value.bytes)
  } else if (value.type === 'register') {
    encoding.writeVarUint(encoder, REGISTER)
    if (before?.type === 'record' && Buffer.compare(before.digest, value.digest) === 0) {
      encoding.writeVarUint(encoder, SAME_RECORD)
    } else {
      encoding.writeVarUint(encoder, NAMED_RECORD)
      encoding.writeUint8Array(encoder, value.digest)
    }
    writeRegister(encoder, value.register)
  } else {
    encoding.writeVarUint(encoder, RETRACTION)
    encoding.writeUint8Array(encoder, value.digest)
    encoding.writeUint8Array(encoder, value.secret)
  }
  return encoding.toUint8Array(encoder)
}

/** `known`: what its author has written here. A record that has its bytes is not read again. */
export function readValue(decoder: Decoder, before: Value | undefined, known?: Value): Value {
  const type = readUint(decoder, RETRACTION)
  if (type === RECORD) {
    const start = decoder.pos
    if (known?.type === 'record') {
      const end = start + known.bytes.length
      if (equalBytes(decoder.arr.subarray(start, end), known.bytes)) {
        decoder.pos = end
        return known
      }
    }
    const record = readRecord(decoder)
    const bytes = decoder.arr.subarray(start, decoder.pos)
    return { type: 'record', record, bytes, digest: recordDigest(bytes) }
  }
  if (type === REGISTER) {
    const digest = readSubject(decoder, before)
    return { type: 'register', digest, register: readRegister(decoder) }
  }
  if (type === RETRACTION) {
    const digest = readBytes(decoder, HASH_BYTES)
    return { type: 'retraction', digest, secret: readBytes(decoder, SECRET_BYTES) }
  }
  throw new MalformedError('unknown type of value')
}

function readSubject(decoder: Decoder, before: Value | undefined): Uint8Array {
  const follows = before?.type === 'record'
  if (readUint(decoder, SAME_RECORD) === NAMED_RECORD) {
    const digest = readBytes(decoder, HASH_BYTES)
    if (follows && Buffer.compare(before.digest, digest) === 0) {
      throw new MalformedError('a digest that need not be repeated')
    }
    return digest
  }
  if (!follows) throw new MalformedError('no record before this register')
  return before.digest
}
