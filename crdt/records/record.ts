/**
 * Records: knowledge by content. A record contains identity only, so that two authors with the same
 * knowledge name the same record; their votes are in their registers.
 */
import {
  HASH_BYTES,
  MAX_ACTION_BYTES,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  MAX_VERSIONS_BYTES
} from '../constants.ts'
import { readBytes, readText, readUint, sha256, toHex } from '../bytes/index.ts'
import { LimitError, MalformedError } from '../errors.ts'
import type { Decoder } from '../bytes/index.ts'

/** The kind of a record; part of its digest. */
export type RecordKind = 'fact' | 'insight' | 'skill' | 'goal' | 'lesson'

/** A record of the hive. Its digest names it on every node. */
export interface HiveRecord {
  readonly kind: RecordKind
  /** The subject of the record; may be empty. Of a lesson its summary, not empty. */
  readonly entity: string
  /** Of a lesson the detail; may be empty if it has an action. */
  readonly content: string
  /** A property of the entity with one value at a time; absent for free text. */
  readonly attribute?: string
  /** Present exactly when `attribute` is. */
  readonly value?: string
  /** Of a lesson: what to do. */
  readonly action?: string
  /** Of a lesson: what it holds for, such as `npm >=10 <12`. */
  readonly versions?: string
  /** Of a lesson: the digest of a skill that verifies it, in hex. */
  readonly verify?: string
}

/** A canonical record with its bytes and its digest, which are computed once. */
export interface EncodedRecord {
  readonly record: HiveRecord
  readonly bytes: Uint8Array
  readonly digest: Uint8Array
  /** In the filters that peers exchange, where it was needed before. */
  readonly element?: Uint8Array
}

const KINDS: readonly RecordKind[] = ['fact', 'insight', 'skill', 'goal', 'lesson']
const DIGEST = /^[0-9a-f]{64}$/

/** Bytes of UTF-8 for one UTF-16 code unit, at most. */
const MAX_UTF8 = 3

/**
 * Texts of at most this many code units in all fit a record in any encoding: kind and lengths are
 * 13 bytes.
 */
const SHORT_UNITS = Math.floor((MAX_RECORD_BYTES - 13) / MAX_UTF8)

/** Printable ASCII without runs, leading or trailing spaces, and the characters that are looked at. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/
const MAX_PLAIN = 32_768

/** NFC, trimmed, inner white space folded to one space; case is kept. */
export function canonicalText(text: string): string {
  return isPlain(text) ? text : text.normalize('NFC').trim().replace(/\s+/gu, ' ')
}

/**
 * NFC, lines that end with a line feed, without white space at their ends and without blank lines at
 * the beginning and the end.
 */
export function canonicalLines(text: string): string {
  const lines = text
    .normalize('NFC')
    .split(/\r\n|[\r\n]/)
    .map((line) => line.trimEnd())
  const first = lines.findIndex((line) => line !== '')
  return lines.slice(first, lines.findLastIndex((line) => line !== '') + 1).join('\n')
}

/** Whether a text is canonical at a glance. A longer one would fill the stack of the expression. */
function isPlain(text: string): boolean {
  return text === '' || (text.length <= MAX_PLAIN && PLAIN.test(text))
}

/** The canonical form of a record, in which equal knowledge has equal bytes. */
export function canonicalRecord(record: HiveRecord): HiveRecord {
  if (record.kind === 'lesson') return canonicalLesson(record)
  const content =
    record.kind === 'skill' ? record.content.normalize('NFC') : canonicalText(record.content)
  const canonical = { kind: record.kind, entity: canonicalText(record.entity), content }
  const attribute = canonicalText(record.attribute ?? '')
  if (attribute === '') return canonical
  return { ...canonical, attribute, value: canonicalText(record.value ?? '') }
}

function canonicalLesson({
  kind,
  entity,
  content,
  action = '',
  versions = '',
  verify = ''
}: HiveRecord): HiveRecord {
  const fields = {
    action: canonicalLines(action),
    versions: canonicalText(versions),
    verify: verify.trim().toLowerCase()
  }
  return {
    kind,
    entity: canonicalText(entity),
    content: canonicalLines(content),
    ...presentOf(fields)
  }
}

/** The fields of a lesson that are not empty. */
function presentOf(
  fields: Required<Pick<HiveRecord, 'action' | 'verify' | 'versions'>>
): Pick<HiveRecord, 'action' | 'verify' | 'versions'> {
  const { action, versions, verify } = fields
  return {
    ...(action === '' ? {} : { action }),
    ...(versions === '' ? {} : { versions }),
    ...(verify === '' ? {} : { verify })
  }
}

/** A record in canonical form. Throws `LimitError` if it does not fit the format. */
export function encodedRecord(given: HiveRecord): EncodedRecord {
  const record = canonicalRecord(given)
  const bytes = encodeRecord(record)
  return { record, bytes, digest: recordDigest(bytes) }
}

/** Bytes of a canonical record. Throws `LimitError` if it does not fit the format. */
export function encodeRecord(record: HiveRecord): Uint8Array {
  checkRecord(record)
  const bytes = Buffer.allocUnsafe(sizeOfRecord(record))
  writeRecord(record, bytes)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Throws `LimitError` if a canonical record does not fit the format. */
export function checkRecord(record: HiveRecord): void {
  const { kind, entity, content, attribute = '', value = '', action = '', versions = '' } = record
  if (!KINDS.includes(kind)) {
    throw new LimitError(
      'KIND_INVALID',
      `"${kind}" is not a kind of record. The kinds are ${KINDS.join(', ')}.`
    )
  }
  const isWellFormed =
    entity.isWellFormed() &&
    content.isWellFormed() &&
    attribute.isWellFormed() &&
    value.isWellFormed() &&
    action.isWellFormed() &&
    versions.isWellFormed()
  if (!isWellFormed) {
    throw new LimitError(
      'TEXT_INVALID',
      'The text contains half a surrogate pair. Pass valid Unicode.'
    )
  }
  checkName('entity', entity)
  checkName('attribute', attribute)
  if (kind === 'lesson') checkLesson(record)
  const units = entity.length + content.length + attribute.length + value.length
  if (units <= SHORT_UNITS && kind !== 'lesson') return
  const size = sizeOfRecord(record)
  if (size > MAX_RECORD_BYTES) {
    throw new LimitError(
      'RECORD_TOO_LARGE',
      `The record has ${size} bytes; the limit is ${MAX_RECORD_BYTES} bytes. Split it into smaller records.`
    )
  }
}

/** The limit of the whole is checked after it. */
function checkLesson({ entity, content, action = '', versions = '', verify }: HiveRecord): void {
  if (entity === '' || (content === '' && action === '')) {
    throw new LimitError(
      'LESSON_INVALID',
      'The lesson is incomplete. Give a summary, and a detail, an action or both.'
    )
  }
  if (Buffer.byteLength(action) > MAX_ACTION_BYTES) {
    throw new LimitError(
      'LESSON_INVALID',
      `The action has more than ${MAX_ACTION_BYTES} bytes. Put long text into the detail.`
    )
  }
  if (Buffer.byteLength(versions) > MAX_VERSIONS_BYTES) {
    throw new LimitError(
      'LESSON_INVALID',
      `The versions have more than ${MAX_VERSIONS_BYTES} bytes. Use a short range, such as "npm >=10 <12".`
    )
  }
  if (verify !== undefined && !DIGEST.test(verify)) {
    throw new LimitError(
      'LESSON_INVALID',
      'What verifies a lesson is the id of a skill: 64 hexadecimal digits.'
    )
  }
}

/**
 * Writes a checked canonical record and returns its end; the target has room for the largest.
 * Written by hand, since every fact passes here.
 */
export function writeRecord(record: HiveRecord, target: Buffer): number {
  const { kind, entity, content, attribute = '', value = '' } = record
  let next = target.writeUInt8(KINDS.indexOf(kind) + 1, 0)
  next = writeText(entity, target, next)
  next = writeText(content, target, next)
  if (kind === 'lesson') return writeLesson(record, target, next)
  next = writeText(attribute, target, next)
  return attribute === '' ? next : writeText(value, target, next)
}

function writeLesson(
  { action = '', versions = '', verify = '' }: HiveRecord,
  target: Buffer,
  at: number
): number {
  let next = writeText(action, target, at)
  next = writeText(versions, target, next)
  next = target.writeUInt8(verify === '' ? 0 : 1, next)
  return next + target.write(verify, next, 'hex')
}

/** A record's digest: SHA-256 of its bytes. */
export function recordDigest(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

/** Throws `MalformedError`. */
export function readRecord(decoder: Decoder): HiveRecord {
  const start = decoder.pos
  const kind = KINDS[readUint(decoder, KINDS.length) - 1]
  if (kind === undefined) throw new MalformedError('unknown kind of record')
  const entity = readText(decoder, MAX_NAME_BYTES)
  const content = readText(decoder, MAX_RECORD_BYTES)
  if (kind === 'lesson') return readLesson(decoder, start, { kind, entity, content })
  const attribute = readText(decoder, MAX_NAME_BYTES)
  const value = attribute === '' ? undefined : readText(decoder, MAX_RECORD_BYTES)
  if (decoder.pos - start > MAX_RECORD_BYTES) throw new MalformedError('record too large')
  if (value === undefined) return { kind, entity, content }
  return { kind, entity, content, attribute, value }
}

function readLesson(
  decoder: Decoder,
  start: number,
  { entity, content, ...rest }: HiveRecord
): HiveRecord {
  const action = readText(decoder, MAX_ACTION_BYTES)
  const versions = readText(decoder, MAX_VERSIONS_BYTES)
  const verify = readUint(decoder, 1) === 0 ? '' : toHex(readBytes(decoder, HASH_BYTES))
  if (decoder.pos - start > MAX_RECORD_BYTES) throw new MalformedError('record too large')
  if (entity === '' || (content === '' && action === '')) {
    throw new MalformedError('a lesson without a summary, or without detail and action')
  }
  return { ...rest, entity, content, ...presentOf({ action, versions, verify }) }
}

/** The kind of a record, from its first byte. */
export function kindOf(bytes: Uint8Array): RecordKind {
  const kind = KINDS[(bytes[0] ?? 0) - 1]
  if (kind === undefined) throw new MalformedError('unknown kind of record')
  return kind
}

function sizeOfRecord(record: HiveRecord): number {
  const { kind, entity, content, attribute = '', value = '' } = record
  if (kind === 'lesson') {
    const { action = '', versions = '', verify = '' } = record
    const fields = [entity, content, action, versions]
    return fields.reduce((sum, text) => sum + sizeOfText(text), 2 + verify.length / 2)
  }
  const rest = attribute === '' ? 0 : sizeOfText(value)
  return 1 + sizeOfText(entity) + sizeOfText(content) + sizeOfText(attribute) + rest
}

function sizeOfText(text: string): number {
  const length = Buffer.byteLength(text)
  return sizeOfLength(length) + length
}

/** Bytes of a length as an unsigned LEB128 number. */
function sizeOfLength(length: number): number {
  return length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : 3
}

/**
 * Writes a length and the UTF-8 after it; returns the end. ASCII text is written once, since its
 * length is known.
 */
function writeText(text: string, target: Buffer, at: number): number {
  const guess = sizeOfLength(text.length)
  let length = target.write(text, at + guess)
  const size = sizeOfLength(length)
  if (size !== guess) length = target.write(text, at + size)
  let rest = length
  let next = at
  for (; rest >= 2 ** 7; rest >>>= 7) next = target.writeUInt8((rest & 0x7f) | 0x80, next)
  return target.writeUInt8(rest, next) + length
}

function checkName(what: string, name: string): void {
  if (name.length * MAX_UTF8 <= MAX_NAME_BYTES) return
  const length = Buffer.byteLength(name)
  if (length > MAX_NAME_BYTES) {
    throw new LimitError(
      'NAME_INVALID',
      `The ${what} has ${length} bytes; the limit is ${MAX_NAME_BYTES} bytes. Put long text into the content.`
    )
  }
}
