/**
 * Where a fact of a conversation comes from: its speaker, its time, the turn before it, and its
 * place in the conversation. `recall` finds a fact by the words, and by the turns beside it. They
 * stay on this node and are no part of the digest. On disk, after the tags of a fact that has a
 * context, or a claim that began again:
 *
 *   version (1) | speaker length (1), bytes | previous length (2), bytes | at (8, NaN for none) |
 *     from version 2 on: conversation length (1, 0 for none), bytes | turn (4) |
 *     in version 3: 1 for a stale fact, else 0 (1) | number (1), projects (length (1), bytes) |
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

/** The second one has the place in a conversation, the third also projects and the mark of stale. */
const VERSIONS = [1, 2, 3] as const
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

/** What a stored fact has after its tags. */
export interface FactTail {
  readonly context?: FactContext
  /** Later begins of a claim, ascending. */
  readonly again?: readonly number[]
  /** Sorted, each once. */
  readonly projects?: readonly string[]
  readonly isStale?: boolean
}

/** Returns no bytes for a tail without anything. */
export function writeTail({
  context,
  again = [],
  projects = [],
  isStale = false
}: FactTail): Buffer {
  const isScoped = isStale || projects.length > 0
  if (context === undefined && again.length === 0 && !isScoped) return NONE
  const speaker = Buffer.from(context?.speaker ?? '')
  const previous = Buffer.from(context?.previous ?? '')
  const place = writePlace(context, isScoped)
  const scope = isScoped ? writeScope(projects, isStale) : NONE
  const times = again.length === 0 ? 0 : 1 + TIME_BYTES * again.length
  const texts = speaker.length + previous.length + place.length + scope.length
  const bytes = Buffer.alloc(FIXED_BYTES + texts + times)
  let next = bytes.writeUInt8(VERSIONS[isScoped ? 2 : place.length === 0 ? 0 : 1])
  next = bytes.writeUInt8(speaker.length, next)
  next += speaker.copy(bytes, next)
  next = bytes.writeUInt16BE(previous.length, next)
  next += previous.copy(bytes, next)
  next = bytes.writeDoubleBE(context?.at?.getTime() ?? Number.NaN, next)
  next += place.copy(bytes, next)
  next += scope.copy(bytes, next)
  if (again.length > 0) next = bytes.writeUInt8(again.length, next)
  for (const time of again) next = bytes.writeDoubleBE(time, next)
  return bytes
}

/** Reads the bytes after the tags. Throws for bytes that `writeTail` did not write. */
export function readTail(bytes: Uint8Array): FactTail {
  if (bytes.length === 0) return {}
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = buffer.readUInt8(0)
  if (!VERSIONS.some((known) => known === version)) {
    throw new RangeError('the context has another format version')
  }
  const previousAt = 2 + buffer.readUInt8(1)
  const atAt = previousAt + 2 + buffer.readUInt16BE(previousAt)
  const speaker = buffer.toString('utf8', 2, previousAt)
  const previous = buffer.toString('utf8', previousAt + 2, atAt)
  const at = buffer.readDoubleBE(atAt)
  const place = version === VERSIONS[0] ? undefined : readPlace(buffer, atAt + TIME_BYTES)
  const scopeAt = place?.end ?? atAt + TIME_BYTES
  const scope = version === VERSIONS[2] ? readScope(buffer, scopeAt) : undefined
  const timesAt = scope?.end ?? scopeAt
  const again: number[] = []
  for (let next = timesAt + 1; next < buffer.length; next += TIME_BYTES) {
    again.push(buffer.readDoubleBE(next))
  }
  const local = {
    again,
    ...(scope === undefined ? {} : { projects: scope.projects, isStale: scope.isStale })
  }
  const conversation = place?.conversation ?? ''
  const isEmpty = speaker === '' && previous === '' && Number.isNaN(at) && conversation === ''
  if (isEmpty && (again.length > 0 || scope !== undefined)) return local
  const context = {
    ...(speaker === '' ? {} : { speaker }),
    ...(Number.isNaN(at) ? {} : { at: new Date(at) }),
    ...(previous === '' ? {} : { previous }),
    ...(place === undefined || conversation === '' ? {} : { conversation, turn: place.turn })
  }
  return { context, ...local }
}

/** `isRequired`: the place of a fact without a conversation has an empty name. */
function writePlace(
  { conversation = '', turn = 0 }: FactContext = {},
  isRequired: boolean
): Buffer {
  if (conversation === '' && !isRequired) return NONE
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

function writeScope(projects: readonly string[], isStale: boolean): Buffer {
  const names = projects.map((project) => Buffer.from(project))
  const head = Buffer.of(isStale ? 1 : 0, names.length)
  return Buffer.concat([head, ...names.flatMap((name) => [Buffer.of(name.length), name])])
}

function readScope(
  bytes: Buffer,
  start: number
): { readonly projects: string[]; readonly isStale: boolean; readonly end: number } {
  const projects: string[] = []
  let end = start + 2
  for (let left = bytes.readUInt8(start + 1); left > 0; left--) {
    const nameAt = end + 1
    end = nameAt + bytes.readUInt8(end)
    projects.push(bytes.toString('utf8', nameAt, end))
  }
  return { projects, isStale: bytes.readUInt8(start) === 1, end }
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
