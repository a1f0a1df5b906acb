/**
 * Residual risk: what redaction may have missed. Each signal has a weight, the probability that a
 * text with it still discloses something. Independent signals add up to a score from 0 to 1, and a
 * record above the limit is withheld.
 */
import { Draft } from './reading/draft.ts'
import { OPAQUE } from './reading/scanned-text.ts'
import { isTag } from './rules/secret-values.ts'
import { isOpaque, isRandom } from './words/entropy.ts'
import { SECRET_ENDINGS } from './reading/context-words.ts'
import { AT, MANY_DIGITS, NON_ASCII, QUOTE } from './reading/text-features.ts'
import { hasPersonHint } from './rules/script-names.ts'
import { hasToken } from './rules/secret-tokens.ts'

export type WithheldReason =
  /** Control, tag or bidirectional characters, which may hide text from a reader. */
  | 'hidden-text'
  /** Part of a private key without its other end. */
  | 'key-fragment'
  /** A word such as "password" before a value that no rule matched. */
  | 'named-secret'
  /** A token that is random enough to be a key. */
  | 'random-token'
  /** A secret that appears when lines or quoted pieces are joined. */
  | 'split-secret'
  /** Only placeholders are left. */
  | 'nothing-left'
  /** More placeholders than words. */
  | 'mostly-redacted'
  /** Findings of many kinds: a document about a person rather than a fact. */
  | 'many-kinds'
  /** A long number of no known form. */
  | 'long-number'
  /** Two words with an @ between them, of no known form. */
  | 'address-like'
  /** Mostly letters that are not Latin, which the layers for names and code do not read. */
  | 'foreign-script'
  /** A word that announces a person in a script without capitals, without a name that was found. */
  | 'foreign-name'

export interface Risk {
  /** 0 to 1. */
  readonly score: number
  /** The strongest signal, if there is one. */
  readonly signal: WithheldReason | undefined
}

/** From this score on a record is withheld: one strong signal, or three weak ones. */
export const MAX_RISK = 0.6

export const CERTAIN: number = 1

const WEIGHTS: Readonly<Record<WithheldReason, number>> = {
  'hidden-text': CERTAIN,
  'key-fragment': CERTAIN,
  'split-secret': CERTAIN,
  'nothing-left': CERTAIN,
  'named-secret': 0.9,
  'random-token': 0.9,
  'mostly-redacted': 0.4,
  'many-kinds': 0.3,
  'long-number': 0.3,
  'address-like': 0.3,
  'foreign-script': 0.2,
  'foreign-name': MAX_RISK
}

const KEY_FRAGMENT = /-----(?:BEGIN|END)|PRIVATE KEY/

const NAMED_SECRET =
  /\b(?:password|passwd|passphrase|secret|api[ _-]?key|access[ _-]?token|auth[ _-]?token)s?\b["'`]?(?:[ \t]?[:=]\s{0,3}|[ \t]{1,3})["'`]?([^\s"'`,;<>()[\]{}]{6,256})/gi

const LONG_TOKEN = /[A-Za-z0-9+_=-]{20,4096}/g

const PLACEHOLDERS = /<[A-Z]+_[1-9]\d{0,3}>/g

const THREE_LETTERS = /\p{L}\P{L}*\p{L}\P{L}*\p{L}/u

const WORDS = /\p{L}{2,}/gu

/** Between the pieces of a value that is split over lines or joined from quoted parts. */
const JOINT = /["'`]\s{0,8}[+.,&|]{0,2}\s{0,8}\\?\s{0,8}["'`]|\\?\r?\n[ \t>|#*/]{0,16}/g

/** No text contains private-use characters at this point. */
const JOINED = '\ue000'
const JOINED_WORDS = /(?<!\S)[^\s\ue000]*\ue000\S*/g

export interface RiskInput {
  /** The text after redaction, fields joined by line breaks. */
  readonly text: string
  /** The content alone. */
  readonly content: string
  /** Features of the fields, as in `Draft`. */
  readonly features: number
  readonly groups: number
  /** Whether a token that is random enough to be a key is left. */
  readonly isRandom: boolean
  readonly kinds: number
}

export function riskOf(input: RiskInput): Risk {
  let safe = 1
  let signal: WithheldReason | undefined
  for (const found of signalsOf(input)) {
    safe *= 1 - WEIGHTS[found]
    if (signal === undefined || WEIGHTS[found] > WEIGHTS[signal]) signal = found
  }
  return { score: Math.round((1 - safe) * 100) / 100, signal }
}

function* signalsOf({
  text,
  content,
  features,
  groups,
  isRandom: isRandomLeft,
  kinds
}: RiskInput): Generator<WithheldReason> {
  if (text.includes('-----') && KEY_FRAGMENT.test(text)) yield 'key-fragment'
  if ((groups & SECRET_ENDINGS) !== 0) {
    for (const [, value = ''] of text.matchAll(NAMED_SECRET)) {
      if (isOpaque(value) && !isTag(value)) yield 'named-secret'
    }
  }
  if (isRandomLeft) yield 'random-token'
  if ((features & QUOTE) !== 0 || content.includes('\n')) {
    if (hasToken(new Draft(joinPieces(text)))) yield 'split-secret'
  }
  if ((features & MANY_DIGITS) !== 0 && /(?<![\w.])\d{9,}/.test(text)) yield 'long-number'
  if ((features & AT) !== 0 && /[\w.-]{2}@[\w-]{2,}\.\w/.test(text)) yield 'address-like'
  if ((features & NON_ASCII) !== 0 && isMostlyNonLatin(content)) yield 'foreign-script'
  if ((features & NON_ASCII) !== 0 && hasPersonHint(text)) yield 'foreign-name'
  if (kinds === 0) return
  if (kinds >= 6) yield 'many-kinds'
  let placeholders = 0
  const left = content.replaceAll(PLACEHOLDERS, () => {
    placeholders += 1
    return ' '
  })
  if (!THREE_LETTERS.test(left)) yield 'nothing-left'
  else if (placeholders > 3 && !hasWords(left, placeholders)) yield 'mostly-redacted'
}

/** Whether one of the long words of `draft` has a token that is random enough to be a key. */
export function hasRandomToken({ text, long }: Draft): boolean {
  for (let i = 0; i + 2 < long.length; i += 3) {
    if (((long[i + 2] ?? 0) & OPAQUE) === 0) continue
    if (
      text
        .slice(long[i], long[i + 1])
        .match(LONG_TOKEN)
        ?.some(isRandom) === true
    )
      return true
  }
  return false
}

/** The words that appear when pieces are joined. */
function joinPieces(text: string): string {
  const words = text.replaceAll(JOINT, JOINED).match(JOINED_WORDS) ?? []
  return words.join(' ').replaceAll(JOINED, '')
}

/** Whether `text` has at least this many words. */
function hasWords(text: string, count: number): boolean {
  let found = 0
  WORDS.lastIndex = 0
  while (found < count && WORDS.test(text)) found += 1
  return found === count
}

function isMostlyNonLatin(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return letters > 0 && (text.match(/\p{Script=Latin}/gu)?.length ?? 0) < letters / 2
}
