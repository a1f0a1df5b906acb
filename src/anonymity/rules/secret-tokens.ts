/**
 * Layer 1, tokens: formats of issuers (`providers.ts`), searched before any layer could match a
 * part of one.
 */
import { TOKEN } from '../reading/scanned-text.ts'
import { entropyOf } from '../words/entropy.ts'
import { LONG_RUN, LONG_WORD } from '../reading/text-features.ts'
import { inLongWords } from './rule.ts'
import { MARKED_FORMATS, UNMARKED_FORMATS } from '../reading/token-beginnings.ts'
import type { Draft } from '../reading/draft.ts'
import type { TokenFormat } from './providers.ts'
import type { Layer, LongWordSearch } from './rule.ts'

interface TokenSearch {
  readonly formats: readonly TokenFormat[]
  /** Whether any of their literals occurs: far cheaper than the formats. */
  readonly keywords: RegExp
  readonly pattern: RegExp
}

/** The only unmarked format with tokens below this length. */
const SHORT = 'sumologic-id'
const LONG_LENGTH = 26

const MARKED = searchOf(MARKED_FORMATS)
const UNMARKED = searchOf(UNMARKED_FORMATS.filter(({ id }) => id !== SHORT))
const UNMARKED_SHORT = searchOf(UNMARKED_FORMATS.filter(({ id }) => id === SHORT))

const marked = inLongWords(TOKEN, (word, found) => findTokens(word, MARKED, found))
const unmarked = inLongWords(0, (word, found) => findTokens(word, UNMARKED, found), LONG_LENGTH)
const short = inLongWords(0, (word, found) => findTokens(word, UNMARKED_SHORT, found))

export const tokens: Layer = (draft, mark) => {
  if ((draft.features & LONG_RUN) === 0) return
  // Twice, since two tokens may be joined.
  marked(draft, mark)
  marked(draft, mark)
  if ((draft.features & LONG_WORD) === 0) return
  unmarked(draft, mark)
  short(draft, mark)
}

/** Whether `draft` has a token that starts with a literal of at least three characters. */
export function hasToken({ text, long }: Draft): boolean {
  const found: string[] = []
  for (let i = 0; i + 2 < long.length; i += 3) {
    if (((long[i + 2] ?? 0) & TOKEN) === 0) continue
    findTokens(text.slice(long[i], long[i + 1]), MARKED, (_from, _to, _kind, rule) => {
      found.push(rule)
    })
  }
  return found.length > 0
}

function searchOf(formats: readonly TokenFormat[]): TokenSearch {
  const keywords = new Set(formats.flatMap((each) => each.keywords))
  return {
    formats,
    keywords: new RegExp([...keywords].map((keyword) => RegExp.escape(keyword)).join('|')),
    pattern: new RegExp(
      `(?<![A-Za-z0-9])(?:${formats.map(({ pattern }) => pattern.source).join('|')})`,
      'g'
    )
  }
}

function findTokens(
  text: string,
  { formats, keywords, pattern }: TokenSearch,
  found: Parameters<LongWordSearch>[1]
): void {
  if (!keywords.test(text)) return
  for (const { 0: hit, index } of text.matchAll(pattern)) {
    const format = formats.find(
      ({ pattern: own, entropy = 0 }) => own.exec(hit)?.[0] === hit && entropyOf(hit) >= entropy
    )
    if (format !== undefined) found(index, index + hit.length, 'secret', format.id)
  }
}
