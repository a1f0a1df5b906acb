/**
 * Whole postal addresses: an anchor (a street, a flat, a box, a corner) grows to the left over the
 * words and the number before it, and to the right over flats, cities, countries and postal codes,
 * also over line breaks.
 */
import { ADDRESS_WORDS, STREET_WORDS } from '../reading/context-words.ts'
import { DIGIT } from '../reading/text-features.ts'
import { isDictionaryWord } from '../words/vocabulary.ts'
import { addresses } from './addresses.ts'
import type { Draft } from '../reading/draft.ts'
import type { Layer, Mark } from './rule.ts'

const UNIT = '(?:apt|apartment|suite|ste|unit|flat)\\b\\.? ?#?\\d{1,5}[a-z]?(?![\\w.])'
const MILITARY =
  '(?:psc|cmr|unit) \\d{1,5},? box \\d{1,5}(?:[\\s,]{1,4}[adf]po a[aep] \\d{5})?|(?:us(?:s|ns|cgc|nv) \\p{L}{2,20}[\\s,]{1,4})?[adf]po a[aep] \\d{5}'

/** Anchors by themselves. */
const CERTAIN = new RegExp(`\\b(?:${MILITARY})\\b`, 'giu')
/** Anchors only with a number before or a postal code after them. */
const LIKELY = new RegExp(`\\b${UNIT}`, 'giu')
const CORNER =
  /\b[Tt]he corner of [^\n,;:]{1,60}? and (?:\p{Lu}[\p{L}'’.-]*|\d{1,5}|ten)(?: (?:\p{Lu}[\p{L}'’.-]*|\d{1,5})){0,4}/gu
const SMALL_CORNER = /\bthe corner of [^\n,;:\p{Lu}]{1,60}? and \p{Ll}{3,20} \p{Ll}{3,20}/gu
const NO_WORD =
  '(?!(?:at|to|in|on|is|we|i|and|the|from|of|for|with|that|his|her|my|your|it|has|had|was|are|by|card|account)\\b)'
/** `450 Præstevænget 15`. */
const BETWEEN_NUMBERS = new RegExp(
  `(?<![\\p{L}\\d.#:/-])\\d{2,6} ${NO_WORD}\\p{L}[\\p{L}\\p{M}'’.-]{2,30}(?: ${NO_WORD}\\p{L}[\\p{L}\\p{M}'’.-]{0,30}){0,3} \\d{1,4}[A-Za-z]?(?![\\p{L}\\d:/%.-]|\\.\\d)`,
  'gu'
)
/** A line that an address is announced before. */
const ANNOUNCED =
  /(?<=\b(?:address|anschrift|adresse|dirección|indirizzo)\s?:\s{1,8})(?=[^\n]{0,80}\d)[^\n;]{4,80}/giu

const NUMBERED_LEFT = new RegExp(
  `(?<![\\p{L}\\d.:#/-])\\d{1,6}[A-Za-z]?,? (?:${NO_WORD}[\\p{L}\\p{M}\\d'’./()-]{1,30},? {1,12}){0,6}$`,
  'iu'
)
const CAPITALS_LEFT =
  /(?<![\p{L}\d])(?:(?!(?:At|To|In|On|The|From|Address|Please|It)\b)\p{Lu}[\p{L}\p{M}'’.-]{0,30},? {1,12}|\d{1,5}\.? {1,12}){1,5}$/u
const LEFT_REACH = 100
/** `Hansinegata 120 street`. */
const BEFORE_STREET = new RegExp(
  `(?<![\\p{L}\\d])(?:\\d{1,6} )?(?:\\p{Lu}[\\p{L}\\p{M}'’.-]{1,30})(?: ${NO_WORD}[\\p{L}\\p{M}'’.-]{1,30}){0,3} \\d{1,4}[a-z]?\\.? (?:[Ss]treet|[Ss]t)\\b\\.?`,
  'gu'
)

const SEPARATOR = /[ \t]{0,4}(?:,[ \t]{0,4})?(?:\n[ \t>?*]{0,12}(?:,[ \t]{0,4})?)?/y
const EXACT = new RegExp(
  `(?:${UNIT}|(?:st|street)\\b\\.?|(?:[a-z]{2} )?(?:\\d{4,6}(?:-\\d{3,4})?|\\d{2}-\\d{3}|[a-z]{1,2}\\d[a-z\\d]? \\d[a-z]{2})(?![\\p{L}\\d:/-]|\\.\\d))`,
  'iuy'
)
const WORDS =
  /[(]?\p{Lu}[\p{L}\p{M}'’.()∆-]{0,30}(?: (?:\p{Ll}{1,4} )?[(]?(?:\p{Lu}|∆)[\p{L}\p{M}'’.()-]{0,30}){0,4}(?<!\.)(?!\S*:)/uy
/** A word or a short number on its own before a postal code. */
const BEFORE_CODE = /(?:\p{L}[\p{L} ]{1,30}|\d{1,3})(?=\s{1,6}\d{4,6}(?!\d))/uy
const SMALL_WORDS = /\p{L}[\p{L}\p{M}'’() -]{1,40}(?=,|\n|$| \d{4,6}\b)/uy
const BEFORE_BREAK = /[ \t]{0,4}(?:[,\n]|$|\.$|\.\s|[ \t]\d{4,6}(?!\d))/y
const CODE_BEFORE = /\d{4,6}$/
/** The number of a flat or house right after a street. */
const REST = /\.? ?\d{1,5}(?![\p{L}\d])/uy
const PIECES = 8

interface Span {
  readonly from: number
  readonly to: number
}

export const wholeAddresses: Layer = (draft, mark) => {
  const own = new Set<string>()
  addresses(draft, (hit, kind, rule) => {
    const marked = mark(hit, kind, rule)
    own.add(marked)
    return marked
  })
  if ((draft.features & DIGIT) === 0 && own.size === 0) return
  replaceAll(draft, mark, anchorsOf(draft, own))
}

function anchorsOf({ text, groups, features }: Draft, own: ReadonlySet<string>): Span[] {
  const spans: Span[] = []
  if (own.size > 0) {
    for (let i = 0; i < text.length; i++) {
      if (own.has(text.charAt(i))) spans.push(grow(text, i, i + 1))
    }
  }
  if ((groups & (ADDRESS_WORDS | STREET_WORDS)) !== 0) {
    for (const { from, to } of matchesOf(CERTAIN, text)) spans.push(grow(text, from, to))
    for (const { from, to } of matchesOf(ANNOUNCED, text)) {
      spans.push({ from, to: endOf(text, to, from) })
    }
    for (const pattern of [CORNER, SMALL_CORNER, BEFORE_STREET])
      spans.push(...matchesOf(pattern, text))
    for (const { from, to } of matchesOf(LIKELY, text)) {
      const whole = grow(text, from, to)
      if (/\d/.test(text.slice(whole.from, from) + text.slice(to, whole.to))) spans.push(whole)
    }
  }
  if ((features & DIGIT) === 0) return spans
  for (const { from, to } of matchesOf(BETWEEN_NUMBERS, text)) {
    const words = text.slice(from, to).match(/\p{L}{4,}/gu) ?? []
    if (words.some((word) => !isDictionaryWord(word.toLowerCase())))
      spans.push(grow(text, from, to))
  }
  return spans
}

function grow(text: string, from: number, to: number): Span {
  const line = lineBefore(text, from)
  const left = NUMBERED_LEFT.exec(line)?.[0] ?? CAPITALS_LEFT.exec(line)?.[0] ?? ''
  return { from: from - left.length, to: endOf(text, to, from) }
}

/** The text of the line before `at`; of the line above as well if `at` starts its line. */
function lineBefore(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1)
  const isFirst = start > 0 && !/[^\n \t>?*]/.test(text.slice(start, at))
  const from = isFirst ? text.lastIndexOf('\n', start - 1) : start
  return text.slice(Math.max(from + 1, at - LEFT_REACH), at).replaceAll(/[\n\t>?*]/g, ' ')
}

/** The end of an address of which `at` is known to belong to it. */
function endOf(text: string, at: number, from: number): number {
  const isSmall = /^\P{Lu}*\p{Ll}\P{Lu}*$/u.test(text.slice(from, at))
  let end = at
  let reached = at
  let isExact = /\d$/.test(text.slice(from, at))
  for (let i = 0; i < PIECES; i++) {
    SEPARATOR.lastIndex = reached
    const separator = SEPARATOR.exec(text)?.[0] ?? ''
    if (separator === '') {
      const rest = stickyAt(REST, text, reached)
      if (rest === undefined) return end
      reached += rest.length
      end = reached
      continue
    }
    const next = reached + separator.length
    EXACT.lastIndex = next
    const exact = EXACT.exec(text)
    if (exact !== null) {
      reached = next + exact[0].length
      end = reached
      isExact = true
      continue
    }
    const words =
      stickyAt(BEFORE_CODE, text, next) ??
      stickyAt(WORDS, text, next) ??
      (isSmall && !CODE_BEFORE.test(text.slice(from, reached))
        ? stickyAt(SMALL_WORDS, text, next)
        : undefined)
    if (words === undefined) return end
    reached = next + words.length
    const isApart = /[,\n]/.test(separator)
    BEFORE_BREAK.lastIndex = reached
    const isBroken = BEFORE_BREAK.test(text)
    if (!isBroken) return isExact || separator.includes(',') ? reached : end
    if (isApart || isExact) end = reached
    isExact = false
  }
  return end
}

function stickyAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function matchesOf(pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].map(({ 0: hit, index }) => ({
    from: index,
    to: index + hit.length
  }))
}

/** Spans that touch or overlap become one. */
function replaceAll(draft: Draft, mark: Mark, spans: readonly Span[]): void {
  const { text } = draft
  let open: Span | undefined
  const close = (): void => {
    if (open === undefined || open.to - open.from < 2) return
    draft.replace(
      open.from,
      open.to,
      mark(text.slice(open.from, open.to), 'address', 'whole-address')
    )
  }
  for (const span of spans.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (open !== undefined && span.from <= open.to + 1) {
      open = { from: open.from, to: Math.max(open.to, span.to) }
      continue
    }
    close()
    open = span
  }
  close()
  draft.commit()
}
