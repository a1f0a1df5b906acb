/**
 * The stored form of a standing: a list of votes while a record has few authors, sums from then on.
 * A row with sums keeps them for good; its votes have keys of their own.
 */
import * as encoding from 'lib0/encoding'
import { CONFIDENCE_SCALE, KEY_BYTES, MAX_TIME } from '../constants.ts'
import { readAll, readBytes, readUint } from '../bytes/index.ts'
import { readRegister, readTime, writeRegister, writeTime } from './register.ts'
import type { Decoder } from '../bytes/index.ts'
import type { CountedVote, Tally } from './standing.ts'

/** The latest register of an author for a record. */
export interface StoredVote extends CountedVote {
  readonly author: Uint8Array
  readonly seq: number
  /** Whether earlier registers of the author are stored. */
  readonly hasOlder: boolean
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

const LIST = 1
const SUMS = 2
const RETRACTED = 1
const OLDER = 2
const MAX = Number.MAX_SAFE_INTEGER

export function writeRow(row: StandingRow): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8(encoder, row.form === 'list' ? LIST : SUMS)
    encoding.writeUint8(encoder, row.hasWithdrawals ? 1 : 0)
    if (row.form === 'sums') return writeSums(encoder, row.sums)
    encoding.writeVarUint(encoder, row.votes.length)
    for (const vote of row.votes) {
      encoding.writeUint8Array(encoder, vote.author)
      writeVoteTo(encoder, vote)
    }
  })
}

export function readRow(bytes: Uint8Array): StandingRow {
  return readAll(bytes, (decoder) => {
    const form = readUint(decoder, SUMS)
    const hasWithdrawals = readUint(decoder, 1) === 1
    if (form === SUMS) return { form: 'sums', hasWithdrawals, sums: readSums(decoder) }
    const votes = Array.from({ length: readUint(decoder, MAX) }, () =>
      readVoteFrom(decoder, readBytes(decoder, KEY_BYTES))
    )
    return { form: 'list', hasWithdrawals, votes }
  })
}

/** The value of a vote under a key of its own. */
export function writeVote(vote: StoredVote): Uint8Array {
  return encoding.encode((encoder) => writeVoteTo(encoder, vote))
}

export function readVote(author: Uint8Array, bytes: Uint8Array): StoredVote {
  return readAll(bytes, (decoder) => readVoteFrom(decoder, author))
}

function writeVoteTo(
  encoder: encoding.Encoder,
  { seq, isRetracted, hasOlder, register }: StoredVote
): void {
  encoding.writeVarUint(encoder, seq)
  encoding.writeUint8(encoder, (isRetracted ? RETRACTED : 0) + (hasOlder ? OLDER : 0))
  writeRegister(encoder, register)
}

function readVoteFrom(decoder: Decoder, author: Uint8Array): StoredVote {
  const seq = readUint(decoder, MAX)
  const bits = readUint(decoder, RETRACTED + OLDER)
  const register = readRegister(decoder)
  return {
    author,
    seq,
    isRetracted: (bits & RETRACTED) !== 0,
    hasOlder: (bits & OLDER) !== 0,
    register
  }
}

function writeSums(encoder: encoding.Encoder, sums: Sums): void {
  for (const count of [sums.stored, sums.speaking, sums.vouches, sums.disputes]) {
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

function readSums(decoder: Decoder): Sums {
  const stored = readUint(decoder, MAX)
  const speaking = readUint(decoder, MAX)
  const vouches = readUint(decoder, MAX)
  const disputes = readUint(decoder, MAX)
  const day = readTime(decoder)
  const validFrom = readTime(decoder)
  const validTo = readTime(decoder)
  const opinions = new Map<number, number>()
  let thousandths = 0
  for (let left = readUint(decoder, CONFIDENCE_SCALE + 1); left > 0; left--) {
    thousandths += readUint(decoder, CONFIDENCE_SCALE)
    opinions.set(thousandths, readUint(decoder, MAX))
  }
  return { stored, speaking, vouches, disputes, opinions, day, validFrom, validTo }
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
