/**
 * Where a fact of a conversation comes from: its speaker, its time, the turn before it, and its
 * place in the conversation. `recall` finds a fact by the words, and by the turns beside it. They
 * stay on this node and are no part of the digest. On disk, after the tags of a fact that has a
 * context, or a claim that began again:
 *
 *   version (1) | speaker length (1), bytes | previous length (2), bytes | at (8, NaN for none) |
 *     in version 2: conversation length (1), bytes | turn (4) |
 *     number (1), times (8 each): when the claim began to hold again; absent where it did not
 */
import { HiveError } from '../errors.ts'

/** Where a fact of a conversation comes from. It stays on this node. */
export interface FactContext {
  /** The speaker; at most 255 bytes. */
  readonly speaker?: string
  /** When the speaker said it. A question may name the day, the month or the year (UTC). */
  readonly at?: Date
  /** The turn before it; at most 2,048 bytes. */
  readonly previous?: string
  /** A name for the conversation, or for one sitting of a long one; at most 255 bytes. */
  readonly conversation?: string
  /** The number of the turn in it, from 0 to 4,294,967,295; both or neither. */
  readonly turn?: number
}

/** The second one has the place in a conversation. */
const VERSIONS = [1, 2] as const
const OPTIONS: ReadonlySet<string> = new Set(['speaker', 'at', 'previous', 'conversation', 'turn'])
const MAX_SPEAKER_BYTES = 255
const MAX_CONVERSATION_BYTES = 255
const MAX_TURN = 2 ** 32 - 1
const TURN_BYTES = 4
const MAX_PREVIOUS_BYTES = 2_048
const FIXED_BYTES = 12
const TIME_BYTES = 8
const NONE = Buffer.alloc(0)

const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeZone: 'UTC' })

export function checkContext(context: FactContext): void {
  if (typeof context !== 'object' || context === null) throw invalid('is not an object')
  for (const name in context) {
    if (!OPTIONS.has(name)) throw invalid(`has an unknown option "${name}"`)
  }
  const { speaker, at, previous, conversation, turn } = context
  checkText('speaker', speaker, MAX_SPEAKER_BYTES)
  checkText('previous', previous, MAX_PREVIOUS_BYTES)
  if (at !== undefined && !(at instanceof Date && !Number.isNaN(at.getTime()))) {
    throw invalid('has an "at" that is not a valid Date')
  }
  checkText('conversation', conversation, MAX_CONVERSATION_BYTES)
  if ((conversation === undefined) !== (turn === undefined) || conversation === '') {
    throw invalid('needs both a conversation and a turn, or neither')
  }
  if (turn !== undefined && !(Number.isInteger(turn) && turn >= 0 && turn <= MAX_TURN)) {
    throw invalid(`has a "turn" that is not a whole number from 0 to ${MAX_TURN}`)
  }
}

/** Returns no bytes for neither. */
export function writeContext(
  context: FactContext | undefined,
  again: readonly number[] = []
): Buffer {
  if (context === undefined && again.length === 0) return NONE
  const speaker = Buffer.from(context?.speaker ?? '')
  const previous = Buffer.from(context?.previous ?? '')
  const place = writePlace(context)
  const times = again.length === 0 ? 0 : 1 + TIME_BYTES * again.length
  const bytes = Buffer.alloc(FIXED_BYTES + speaker.length + previous.length + place.length + times)
  let next = bytes.writeUInt8(VERSIONS[place.length === 0 ? 0 : 1])
  next = bytes.writeUInt8(speaker.length, next)
  next += speaker.copy(bytes, next)
  next = bytes.writeUInt16BE(previous.length, next)
  next += previous.copy(bytes, next)
  next = bytes.writeDoubleBE(context?.at?.getTime() ?? Number.NaN, next)
  next += place.copy(bytes, next)
  if (again.length > 0) next = bytes.writeUInt8(again.length, next)
  for (const time of again) next = bytes.writeDoubleBE(time, next)
  return bytes
}

/** Reads the bytes after the tags. Throws for bytes that `writeContext` did not write. */
export function readContext(bytes: Uint8Array): {
  readonly context: FactContext | undefined
  readonly again: readonly number[]
} {
  if (bytes.length === 0) return { context: undefined, again: [] }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = buffer.readUInt8(0)
  if (!VERSIONS.some((known) => known === version)) {
    throw new RangeError('a context of another format version')
  }
  const previousAt = 2 + buffer.readUInt8(1)
  const atAt = previousAt + 2 + buffer.readUInt16BE(previousAt)
  const speaker = buffer.toString('utf8', 2, previousAt)
  const previous = buffer.toString('utf8', previousAt + 2, atAt)
  const at = buffer.readDoubleBE(atAt)
  const place = version === VERSIONS[0] ? undefined : readPlace(buffer, atAt + TIME_BYTES)
  const timesAt = place?.end ?? atAt + TIME_BYTES
  const again: number[] = []
  for (let next = timesAt + 1; next < buffer.length; next += TIME_BYTES) {
    again.push(buffer.readDoubleBE(next))
  }
  const isEmpty = speaker === '' && previous === '' && Number.isNaN(at) && place === undefined
  if (isEmpty && again.length > 0) return { context: undefined, again }
  const context = {
    ...(speaker === '' ? {} : { speaker }),
    ...(Number.isNaN(at) ? {} : { at: new Date(at) }),
    ...(previous === '' ? {} : { previous }),
    ...(place === undefined ? {} : { conversation: place.conversation, turn: place.turn })
  }
  return { context, again }
}

function writePlace({ conversation, turn = 0 }: FactContext = {}): Buffer {
  if (conversation === undefined) return NONE
  const name = Buffer.from(conversation)
  const bytes = Buffer.alloc(1 + name.length + TURN_BYTES)
  bytes.writeUInt8(name.length)
  name.copy(bytes, 1)
  bytes.writeUInt32BE(turn, 1 + name.length)
  return bytes
}

function readPlace(
  bytes: Buffer,
  start: number
): { readonly conversation: string; readonly turn: number; readonly end: number } {
  const turnAt = start + 1 + bytes.readUInt8(start)
  const conversation = bytes.toString('utf8', start + 1, turnAt)
  return { conversation, turn: bytes.readUInt32BE(turnAt), end: turnAt + TURN_BYTES }
}

/** The words of a context that search indexes. */
export function contextWords({ speaker = '', at, previous = '' }: FactContext): string {
  return `${speaker} ${at === undefined ? '' : DAY.format(at)} ${previous}`
}

function checkText(name: string, text: unknown, maxBytes: number): void {
  if (text === undefined) return
  if (typeof text === 'string' && Buffer.byteLength(text) <= maxBytes) return
  throw invalid(`has a "${name}" that is not a string of at most ${maxBytes} bytes`)
}

function invalid(problem: string): HiveError {
  return new HiveError('ARGUMENT_INVALID', `The context of the fact ${problem}.`)
}
