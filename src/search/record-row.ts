/**
 * A record of the hive as the index keeps it: its text, and the numbers that lists order and filter
 * by. Encoded for the thread; never stored in this form.
 */
import * as encoding from 'lib0/encoding'
import * as decoding from 'lib0/decoding'
import { readAll, readBlob, readBytes, readText, readUint } from '../../crdt/bytes/index.ts'
import { encodeRecord, readRecord } from '../../crdt/records/index.ts'
import { STALE_STATES } from './item-marks.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'
import type { StaleState } from './item-marks.ts'

/** Whether a record may influence this node; the place in the list is stored. */
export const STATES = ['released', 'quarantined', 'disputed'] as const
export type RowState = (typeof STATES)[number]

/** Kinds of records that lists tell apart; the place in the list is stored. */
export const ROW_KINDS = ['fact', 'insight', 'skill', 'goal', 'lesson'] as const
export type RowKind = (typeof ROW_KINDS)[number]

export interface RecordRow {
  readonly record: HiveRecord
  readonly kind: RowKind
  readonly state: RowState
  readonly vouches: number
  /** In thousandths. */
  readonly confidence: number
  readonly tags: readonly string[]
  readonly stale?: StaleState
  /** Milliseconds of the Unix epoch. */
  readonly validFrom?: number
  readonly validTo?: number
  readonly validAgainFrom?: number
  /** Of a skill that is offered: what offers are ordered by. */
  readonly offer?: OfferRank
  /** Of a goal. */
  readonly goal?: GoalRank
}

/** Offers with more support, then with a higher head start, come first. */
export interface OfferRank {
  /** Whether it waits for this node's vote, since it reads like an order. */
  readonly isFlagged: boolean
  /** Vouches minus disputes. */
  readonly support: number
  readonly headStart: number
}

/** What goals are found and listed by. */
export interface GoalRank {
  /** Equal for goals that are variants, and for goals whose titles are; 16 bytes. */
  readonly variant: Uint8Array
  readonly title: Uint8Array
  /** The place of the status in a list. */
  readonly status: number
  /** Digest of the goal that most authors call its parent. */
  readonly parent?: Uint8Array
  /** Whether this node states something of it. */
  readonly isOwn: boolean
  /** Whether it waits for that, since it reads like an order. */
  readonly isFlagged: boolean
}

const MAX = Number.MAX_SAFE_INTEGER
const MAX_TAG = 1024
const KEY_BYTES = 16
const HASH_BYTES = 32

export function encodeRecordRow(row: RecordRow): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, ROW_KINDS.indexOf(row.kind))
    encoding.writeVarUint(encoder, STATES.indexOf(row.state))
    encoding.writeVarUint(encoder, row.vouches)
    encoding.writeVarUint(encoder, row.confidence)
    encoding.writeVarUint(encoder, row.tags.length)
    for (const tag of row.tags) encoding.writeVarString(encoder, tag)
    encoding.writeVarUint(encoder, STALE_STATES.indexOf(row.stale ?? 'none'))
    writeNumber(encoder, row.validFrom)
    writeNumber(encoder, row.validTo)
    writeNumber(encoder, row.validAgainFrom)
    writeNumber(encoder, row.offer?.support)
    writeNumber(encoder, row.offer?.headStart)
    encoding.writeUint8(encoder, row.offer?.isFlagged === true ? 1 : 0)
    writeGoal(encoder, row.goal)
    encoding.writeUint8Array(encoder, encodeRecord(row.record))
  })
}

export function decodeRecordRow(bytes: Uint8Array): RecordRow {
  return readAll(bytes, (decoder) => {
    const kind = ROW_KINDS[readUint(decoder, ROW_KINDS.length - 1)] ?? 'fact'
    const state = STATES[readUint(decoder, STATES.length - 1)] ?? 'quarantined'
    const vouches = readUint(decoder, MAX)
    const confidence = readUint(decoder, MAX)
    const tags = Array.from({ length: readUint(decoder, MAX) }, () => readText(decoder, MAX_TAG))
    const stale = STALE_STATES[readUint(decoder, STALE_STATES.length - 1)] ?? 'none'
    const validFrom = readNumber(decoder)
    const validTo = readNumber(decoder)
    const validAgainFrom = readNumber(decoder)
    const support = readNumber(decoder)
    const headStart = readNumber(decoder) ?? 0
    const isFlagged = readUint(decoder, 1) === 1
    const goal = readGoal(decoder)
    return {
      kind,
      state,
      vouches,
      confidence,
      tags,
      ...(stale === 'none' ? {} : { stale }),
      ...(validFrom === undefined ? {} : { validFrom }),
      ...(validTo === undefined ? {} : { validTo }),
      ...(validAgainFrom === undefined ? {} : { validAgainFrom }),
      ...(support === undefined ? {} : { offer: { support, headStart, isFlagged } }),
      ...(goal === undefined ? {} : { goal }),
      record: readRecord(decoder)
    }
  })
}

function writeGoal(encoder: encoding.Encoder, goal: GoalRank | undefined): void {
  encoding.writeUint8(encoder, goal === undefined ? 0 : 1)
  if (goal === undefined) return
  encoding.writeUint8Array(encoder, goal.variant)
  encoding.writeUint8Array(encoder, goal.title)
  encoding.writeVarUint(encoder, goal.status)
  encoding.writeUint8(encoder, goal.isOwn ? 1 : 0)
  encoding.writeUint8(encoder, goal.isFlagged ? 1 : 0)
  encoding.writeVarUint8Array(encoder, goal.parent ?? new Uint8Array())
}

function readGoal(decoder: Decoder): GoalRank | undefined {
  if (readUint(decoder, 1) === 0) return undefined
  const variant = readBytes(decoder, KEY_BYTES)
  const title = readBytes(decoder, KEY_BYTES)
  const status = readUint(decoder, MAX)
  const isOwn = readUint(decoder, 1) === 1
  const isFlagged = readUint(decoder, 1) === 1
  const parent = readBlob(decoder, HASH_BYTES)
  const named = parent.length === 0 ? {} : { parent }
  return { variant, title, status, isOwn, isFlagged, ...named }
}

function writeNumber(encoder: encoding.Encoder, number: number | undefined): void {
  encoding.writeUint8(encoder, number === undefined ? 0 : 1)
  if (number !== undefined) encoding.writeFloat64(encoder, number)
}

function readNumber(decoder: Decoder): number | undefined {
  return readUint(decoder, 1) === 0 ? undefined : decoding.readFloat64(decoder)
}
