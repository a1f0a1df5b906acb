/**
 * The stored form of a standing: a list of votes while a record has few authors, sums from then on.
 * A row with sums keeps them for good; its votes have keys of their own.
 */
import * as encoding from 'lib0/encoding'
import { CONFIDENCE_SCALE, KEY_BYTES, MAX_TIME } from '../constants.ts'
import { equalBytes, readAll, readUint } from '../bytes/index.ts'
import { seqInOrder } from './voice-order.ts'
import type { VotePosition } from './voice-order.ts'
import { readRegister, readTime, writeTime } from './register.ts'
import type { Decoder } from '../bytes/index.ts'
import { NO_VOTES } from './standing.ts'
import type { CountedVote, Tally } from './standing.ts'
import type { Register, Vote } from './register.ts'

/**
 * The latest register of a voice for a record. Registers are read when they are asked for: a vote
 * that is added to a list needs the voices of the others alone.
 */
export interface StoredVote extends CountedVote, VotePosition {
  /** Whether earlier registers of the voice are stored. */
  readonly hasOlder: boolean
  /** The bytes of the register. */
  readonly encoded: Uint8Array
}

/** Sums over all stored votes of a record. */
export interface Sums extends Tally {
  /** Stored votes, and those that say something. */
  readonly stored: number
  readonly speaking: number
  /** Authors by opinion in thousandths. */
  readonly opinions: ReadonlyMap<number, number>
  readonly day?: number
  readonly validFrom?: number
  readonly validTo?: number
}

export type StandingRow = {
  /** Whether retractions of votes on this record are stored. */
  readonly hasWithdrawals: boolean
} & (
  | { readonly form: 'list'; readonly votes: readonly StoredVote[] }
  | { readonly form: 'sums'; readonly sums: Sums }
)

export const EMPTY_ROW: StandingRow = { form: 'list', hasWithdrawals: false, votes: [] }

/** How many of the stored votes are what; also those outside of their feed's window, until they are removed. */
export function tallyOf(row: StandingRow): Tally {
  if (row.form === 'sums') {
    const { vouches, disputes, stales } = row.sums
    return { vouches, disputes, stales }
  }
  if (row.votes.length === 0) return NO_VOTES
  const votes = row.votes.flatMap(({ register, isRetracted }) => (isRetracted ? [] : register.vote))
  const count = (vote: Vote): number => votes.filter((each) => each === vote).length
  return { vouches: count('vouch'), disputes: count('dispute'), stales: count('stale') }
}

const LIST = 1
/** Sums of schema 5, without stale votes. */
const OLD_SUMS = 2
const SUMS = 3
const RETRACTED = 1
const OLDER = 2
/** The author's key stands before the register: it is not the voice. */
const AUTHORED = 4
const MAX = Number.MAX_SAFE_INTEGER

/** Bytes of a row before its list: form, flag, number of votes. */
const HEAD_BYTES = 3

/** Bytes of a vote before its register: order, bits, length of the register. */
const ORDER_BYTES = 6
const VOTE_BYTES = ORDER_BYTES + 3

/** A vote with a register that is read at its first use. */
export function storedVote(
  vote: Omit<StoredVote, 'register'> & { readonly register?: Register }
): StoredVote {
  let { register } = vote
  return {
    voice: vote.voice,
    order: vote.order,
    author: vote.author,
    seq: vote.seq,
    isRetracted: vote.isRetracted,
    hasOlder: vote.hasOlder,
    encoded: vote.encoded,
    get register() {
      return (register ??= readAll(vote.encoded, readRegister))
    }
  }
}

export function writeRow(row: StandingRow): Uint8Array {
  if (row.form === 'sums') {
    return encoding.encode((encoder) => {
      encoding.writeUint8(encoder, SUMS)
      encoding.writeUint8(encoder, row.hasWithdrawals ? 1 : 0)
      writeSums(encoder, row.sums)
    })
  }
  const bytes = Buffer.allocUnsafe(sizeOfList(row.votes))
  bytes[0] = LIST
  bytes[1] = row.hasWithdrawals ? 1 : 0
  bytes[2] = row.votes.length
  let at = HEAD_BYTES
  for (const vote of row.votes) {
    bytes.set(vote.voice, at)
    at = putVote(bytes, at + KEY_BYTES, vote)
  }
  return bytes
}

/** Bytes of a row with these votes. */
export function sizeOfList(votes: readonly StoredVote[]): number {
  return votes.reduce((sum, vote) => sum + KEY_BYTES + sizeOfVote(vote), HEAD_BYTES)
}

export function readRow(bytes: Uint8Array): StandingRow {
  const hasWithdrawals = bytes[1] === 1
  if (bytes[0] === SUMS || bytes[0] === OLD_SUMS) {
    const hasStales = bytes[0] === SUMS
    const sums = readAll(bytes.subarray(2), (decoder) => readSums(decoder, hasStales))
    return { form: 'sums', hasWithdrawals, sums }
  }
  const votes: StoredVote[] = []
  for (let at = HEAD_BYTES; at < bytes.length;) {
    const voice = bytes.subarray(at, at + KEY_BYTES)
    const vote = voteAt(bytes, at + KEY_BYTES, voice)
    votes.push(vote)
    at += KEY_BYTES + sizeOfVote(vote)
  }
  return { form: 'list', hasWithdrawals, votes }
}

/** The value of a vote under a key of its own. */
export function writeVote(vote: StoredVote): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeOfVote(vote))
  putVote(bytes, 0, vote)
  return bytes
}

export function readVote(voice: Uint8Array, bytes: Uint8Array): StoredVote {
  return voteAt(bytes, 0, voice)
}

function isAuthored({ voice, author }: VotePosition): boolean {
  return voice !== author && !equalBytes(voice, author)
}

/** Without the voice, which is in its key or before it. */
function sizeOfVote(vote: StoredVote): number {
  return VOTE_BYTES + (isAuthored(vote) ? KEY_BYTES : 0) + vote.encoded.length
}

/** Returns the place behind it. */
function putVote(bytes: Buffer, at: number, vote: StoredVote): number {
  const { order, author, isRetracted, hasOlder, encoded } = vote
  const hasAuthor = isAuthored(vote)
  bytes.writeUIntBE(order, at, ORDER_BYTES)
  bytes[at + ORDER_BYTES] =
    (isRetracted ? RETRACTED : 0) + (hasOlder ? OLDER : 0) + (hasAuthor ? AUTHORED : 0)
  bytes.writeUInt16BE(encoded.length, at + ORDER_BYTES + 1)
  if (hasAuthor) bytes.set(author, at + VOTE_BYTES)
  const start = at + VOTE_BYTES + (hasAuthor ? KEY_BYTES : 0)
  bytes.set(encoded, start)
  return start + encoded.length
}

function voteAt(bytes: Uint8Array, at: number, voice: Uint8Array): StoredVote {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const bits = view.readUInt8(at + ORDER_BYTES)
  const hasAuthor = (bits & AUTHORED) !== 0
  const start = at + VOTE_BYTES + (hasAuthor ? KEY_BYTES : 0)
  const order = view.readUIntBE(at, ORDER_BYTES)
  return storedVote({
    voice,
    order,
    author: hasAuthor ? bytes.subarray(at + VOTE_BYTES, start) : voice,
    seq: hasAuthor ? seqInOrder(order) : order,
    isRetracted: (bits & RETRACTED) !== 0,
    hasOlder: (bits & OLDER) !== 0,
    encoded: bytes.subarray(start, start + view.readUInt16BE(at + ORDER_BYTES + 1))
  })
}

function writeSums(encoder: encoding.Encoder, sums: Sums): void {
  const { stored, speaking, vouches, disputes, stales } = sums
  for (const count of [stored, speaking, vouches, disputes, stales]) {
    encoding.writeVarUint(encoder, count)
  }
  writeTime(encoder, sums.day)
  writeTime(encoder, sums.validFrom)
  writeTime(encoder, sums.validTo)
  const opinions = [...sums.opinions].toSorted(([a], [b]) => a - b)
  encoding.writeVarUint(encoder, opinions.length)
  let before = 0
  for (const [thousandths, authors] of opinions) {
    encoding.writeVarUint(encoder, thousandths - before)
    encoding.writeVarUint(encoder, authors)
    before = thousandths
  }
}

function readSums(decoder: Decoder, hasStales: boolean): Sums {
  const stored = readUint(decoder, MAX)
  const speaking = readUint(decoder, MAX)
  const vouches = readUint(decoder, MAX)
  const disputes = readUint(decoder, MAX)
  const stales = hasStales ? readUint(decoder, MAX) : 0
  const day = readTime(decoder)
  const validFrom = readTime(decoder)
  const validTo = readTime(decoder)
  const opinions = new Map<number, number>()
  let thousandths = 0
  for (let left = readUint(decoder, CONFIDENCE_SCALE + 1); left > 0; left--) {
    thousandths += readUint(decoder, CONFIDENCE_SCALE)
    opinions.set(thousandths, readUint(decoder, MAX))
  }
  return { stored, speaking, vouches, disputes, stales, opinions, day, validFrom, validTo }
}

/** Times as keys: big-endian, so that keys sort as the times do. */
export function timeBytes(time: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(time + MAX_TIME + 1))
  return bytes
}

export function timeOf(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)) - MAX_TIME - 1
}
