/**
 * Ids as callers give them: whole, or a beginning of at least 6 digits that no other id has. A whole
 * id reads nothing. A shorter one reads at most 64 ids, however many begin with it, and is never
 * resolved to one of several.
 */
import { fromHex, toHex } from '../../crdt/bytes/index.ts'
import { detectInstruction, displayText } from '../foreign-text/index.ts'
import { HiveError } from '../errors.ts'
import { quoted } from './quoted.ts'

/** The ids among which one is looked up. */
export interface IdScope {
  /** The name of what they identify, in plural. */
  readonly name: string
  /** At most `limit` digests whose hexadecimal form begins with `digits`, in order. */
  readonly idsFrom: (digits: string, limit: number) => Promise<readonly Uint8Array[]>
  /** A text for each digest, in order; undefined for a digest outside of the scope. */
  readonly textsOf: (digests: readonly Uint8Array[]) => Promise<readonly (string | undefined)[]>
}

/** An id that begins with the given digits. */
export interface IdCandidate {
  readonly id: string
  readonly text: string
}

/** The least digits of a shortened id. */
export const MIN_ID_DIGITS = 6

const DIGEST_BYTES = 32
const ID_DIGITS = 2 * DIGEST_BYTES

/** Anybody can make records whose ids begin alike, so a look-up stops here. */
const MAX_READ = 64

/** Candidates that an error names, the digits of each, and the characters of its text. */
const MAX_NAMED = 5
const NAMED_DIGITS = 12
const MAX_TEXT = 60

/**
 * The digest that `id` names; undefined if the scope has none. A whole id is not looked up. Throws
 * `HiveError` (ARGUMENT_INVALID, ID_AMBIGUOUS).
 */
export async function resolveId(id: string, scope: IdScope): Promise<Uint8Array | undefined> {
  const digits = idDigits(id)
  if (digits.length === ID_DIGITS) return fromHex(digits, DIGEST_BYTES)
  const read = await scope.idsFrom(digits, MAX_READ)
  const texts = await scope.textsOf(read)
  const candidates = read.flatMap((digest, i) => {
    const text = texts[i]
    return text === undefined ? [] : [{ id: toHex(digest), digest, text }]
  })
  const isCut = read.length === MAX_READ
  return onlyOne(digits, candidates, { name: scope.name, isCut })?.digest
}

/** The ids of all scopes. A digest of several has the text of the first that knows it. */
export function anyOf(name: string, scopes: readonly IdScope[]): IdScope {
  return {
    name,
    idsFrom: async (digits, limit) => {
      const found = await Promise.all(scopes.map((scope) => scope.idsFrom(digits, limit)))
      const sorted = found.flat().toSorted((a, b) => Buffer.compare(a, b))
      return sorted
        .filter((digest, i) => i === 0 || Buffer.compare(digest, sorted[i - 1] ?? digest) !== 0)
        .slice(0, limit)
    },
    textsOf: async (digests) => {
      const texts = await Promise.all(scopes.map((scope) => scope.textsOf(digests)))
      return digests.map((_, i) => texts.find((each) => each[i] !== undefined)?.[i])
    }
  }
}

/** Lower-case digits. Throws `HiveError` (ARGUMENT_INVALID) if they cannot begin an id. */
export function idDigits(id: string): string {
  const digits = typeof id === 'string' ? id.toLowerCase() : ''
  const isHex = /^[0-9a-f]+$/.test(digits)
  if (isHex && digits.length >= MIN_ID_DIGITS && digits.length <= ID_DIGITS) return digits
  const what = isHex && digits.length < MIN_ID_DIGITS ? 'is too short for an id' : 'is not an id'
  throw new HiveError(
    'ARGUMENT_INVALID',
    `${quoted(id)} ${what}. An id has ${ID_DIGITS} hexadecimal digits; its first ${MIN_ID_DIGITS} or more suffice if no other id begins with them.`
  )
}

/**
 * The only candidate; undefined if there is none. `isCut`: there may be more than the given ones.
 * Throws `HiveError` (ID_AMBIGUOUS).
 */
export function onlyOne<T extends IdCandidate>(
  digits: string,
  candidates: readonly T[],
  { name, isCut = false }: { readonly name: string; readonly isCut?: boolean }
): T | undefined {
  if (candidates.length <= 1 && !isCut) return candidates[0]
  const ids = candidates.map(({ id }) => id)
  const length = Math.max(NAMED_DIGITS, digitsThatDiffer(ids))
  const named = candidates
    .slice(0, MAX_NAMED)
    .map(({ id, text }) => `\n  ${id.slice(0, length)}  ${shortText(text)}`)
  const count = isCut ? `${MAX_READ} or more ids` : `${ids.length} ids`
  const more = ids.length > MAX_NAMED || isCut ? '\n  ...' : ''
  throw new HiveError(
    'ID_AMBIGUOUS',
    `${count} of ${name} begin with ${digits}. Give more digits.${named.join('')}${more}`
  )
}

/**
 * The whole id of which `given` is the only beginning, of at least 6 characters, among known ones;
 * `given` itself if it is whole, too short or unknown. Throws `HiveError` (ID_AMBIGUOUS).
 */
export function wholeId(given: string, known: readonly IdCandidate[], name: string): string {
  if (given.length < MIN_ID_DIGITS || known.some(({ id }) => id === given)) return given
  const candidates = known.filter(({ id }) => id.startsWith(given))
  return onlyOne(given, candidates, { name })?.id ?? given
}

/** As many digits as tell the ids apart. */
function digitsThatDiffer(ids: readonly string[]): number {
  const sorted = ids.toSorted()
  return Math.max(
    0,
    ...sorted.slice(1).map((id, i) => {
      const before = sorted[i] ?? ''
      let at = 0
      while (at < id.length && id[at] === before[at]) at += 1
      return at + 1
    })
  )
}

/** One line. A text that reads like an order must not reach a model by way of an error. */
function shortText(text: string): string {
  if (detectInstruction(text) !== undefined) return '(reads like an order to a model)'
  const line = displayText(text).replaceAll(/\s+/gu, ' ').trim()
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1).toWellFormed()}…`
}
