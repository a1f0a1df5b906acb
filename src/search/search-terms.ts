/**
 * The terms of a text, for the index, for queries and for filters, in any script. SQLite gets terms
 * separated by spaces: its own tokenizer knows words between spaces only.
 *
 * - Letters are folded: compatibility forms, case, diacritics of Latin, Greek and Arabic, and usual
 *   equivalents (ß and ss, ё and е, alef with hamza).
 * - Identifiers give their parts as well: `getUserById`, `http_client`.
 * - Scripts without spaces give overlapping runs of two letters, or of three for Thai, Lao, Khmer
 *   and Burmese. Korean gives its words and such runs, since endings are written on.
 */

/** Scripts without spaces, and Hangul, as classes of letters. */
const PAIRED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Bopomofo}\\u30fc'
const TRIPLED =
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}'
const HANGUL = '\\p{Script=Hangul}'

/** A run of letters and digits of one kind of script. */
const RUN = new RegExp(
  `([${PAIRED}]+)|([${TRIPLED}]+)|([${HANGUL}]+)|((?:(?![${PAIRED}${TRIPLED}${HANGUL}])[\\p{L}\\p{N}\\p{M}_])+)`,
  'gu'
)

/** Only these need no folding but that of case. */
const PLAIN = /^[\0-\u007f]*$/

/** Marks that are diacritics of their letter; the breve of й and the marks of Indic scripts are not. */
const DIACRITICS = /(?<=[\p{Script=Latin}\p{Script=Greek}])\p{M}+|(?<=[еЕ])\u0308/gu
const ARABIC_MARKS = /[\u0640\u064b-\u065f\u0670\u05b0-\u05c7]/g

const EQUIVALENT: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['ł', 'l'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ı', 'i'],
  ['ς', 'σ'],
  ['أ', 'ا'],
  ['إ', 'ا'],
  ['آ', 'ا'],
  ['ٱ', 'ا'],
  ['ى', 'ي'],
  ['ة', 'ه'],
  ['ک', 'ك'],
  ['ی', 'ي']
])
const EQUIVALENTS = new RegExp(`[${[...EQUIVALENT.keys()].join('')}]`, 'gu')

/** Words, numbers and abbreviations inside of an identifier. */
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{N}+/gu
const IS_IDENTIFIER = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|[\p{L}]\p{N}|\p{N}\p{L}|_/u

const PLAIN_RUN = /[A-Za-z0-9_]+/g
/** A word with one capital at most, in front, or a number, or an abbreviation. */
const PLAIN_WORD = /^(?:[A-Za-z]?[a-z]*|[0-9]+|[A-Z]+)$/
const PLAIN_PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g

/** The Arabic article, and the conjunction or preposition before it. */
const ARTICLE = /^[وفبك]?ال(?=..)/u

/** German umlauts that are written out. */
const UMLAUTS: ReadonlyMap<string, string> = new Map([
  ['ä', 'ae'],
  ['ö', 'oe'],
  ['ü', 'ue']
])

/** Words of English that rank nothing. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  'a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of on or our should so than that the their them then there these they this those to was we were what when where which who why will with would you your'.split(
    ' '
  )
)

const MAX_WORDS = 32

/** Parts of one word of a query that are compared. */
const MAX_PARTS = 16

/** Longer words are no words; only their parts are indexed. */
const MAX_WORD = 256

/** A word of a query: the text matches it with the whole, or with all parts. */
export interface QueryWord {
  readonly whole: string
  /** Empty for a word without parts. */
  readonly parts: readonly string[]
}

/** The terms that a text is indexed by, separated by spaces. */
export interface IndexedTerms {
  readonly words: string
  /** What the words are found by too. */
  readonly parts: string
}

export function indexedTerms(text: string): IndexedTerms {
  const words: string[] = []
  const others: string[] = []
  for (const { whole, parts, extra, isRun } of runsOf(text)) {
    if (whole !== '' && whole.length <= MAX_WORD) words.push(whole)
    for (const term of parts) (isRun ? words : others).push(term)
    for (const term of extra) others.push(term)
  }
  return { words: words.join(' '), parts: others.join(' ') }
}

/** The words of a query, each once. */
export function queryWords(text: string): QueryWord[] {
  const words = new Map<string, QueryWord>()
  for (const { whole, parts, isRun } of runsOf(text)) {
    // A run of letters is no word: its parts are found one by one.
    if (isRun) for (const part of parts) words.set(part, { whole: part, parts: [] })
    else if (whole.length <= MAX_WORD) words.set(whole, { whole, parts: parts.slice(0, MAX_PARTS) })
  }
  return [...words.values()].slice(0, MAX_WORDS)
}

/** The words that tell something; all of them if none does. */
export function withoutStopWords(words: readonly QueryWord[]): readonly QueryWord[] {
  const telling = words.filter(({ whole }) => !STOP_WORDS.has(whole))
  return telling.length === 0 ? words : telling
}

/** The expression of FTS5 for one term; its operators cannot be part of a term. */
export function wholeExpression(term: string): string {
  return `"${term}"`
}

/** The expression that finds a word, or all of its parts. */
export function expressionOf({ whole, parts }: QueryWord): string {
  if (parts.length === 0) return wholeExpression(whole)
  return `(${wholeExpression(whole)} OR (${parts.map(wholeExpression).join(' AND ')}))`
}

/** The text in the form in which terms are compared. */
export function foldTerm(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(DIACRITICS, '')
    .replace(ARABIC_MARKS, '')
    .normalize('NFC')
    .replace(EQUIVALENTS, (letter) => EQUIVALENT.get(letter) ?? letter)
}

interface Run {
  /** Empty for a run of a script without spaces. */
  readonly whole: string
  readonly parts: readonly string[]
  /** Other forms of the word that questions may use. */
  readonly extra: readonly string[]
  readonly isRun: boolean
}

function* runsOf(text: string): Generator<Run> {
  if (PLAIN.test(text)) {
    for (const [run] of text.matchAll(PLAIN_RUN)) yield plainWordOf(run)
    return
  }
  const composed = text.normalize('NFKC')
  for (const [run, paired, tripled, hangul] of composed.matchAll(RUN)) {
    if (paired !== undefined) yield lettersOf(foldTerm(paired), 2)
    else if (tripled !== undefined) yield lettersOf(tripled, 3)
    else if (hangul !== undefined) {
      const parts = gramsOf(hangul, 2)
      yield { whole: hangul, parts: parts.length > 1 ? parts : [], extra: [], isRun: false }
    } else yield wordOf(run)
  }
}

function lettersOf(run: string, length: number): Run {
  const letters = Array.from(run)
  // A question of one letter finds it too.
  const extra = length === 2 && letters.length > 1 ? letters : []
  return { whole: '', parts: gramsOf(run, length), extra, isRun: true }
}

/** All runs of `length` letters; of a shorter text the text. */
function gramsOf(text: string, length: number): string[] {
  const letters = Array.from(text)
  if (letters.length <= length) return [text]
  return letters.slice(length - 1).map((_, i) => letters.slice(i, i + length).join(''))
}

/** Most text is ASCII, in which classes of Unicode cost ten times as much. */
function plainWordOf(run: string): Run {
  if (PLAIN_WORD.test(run)) return { whole: run.toLowerCase(), parts: [], extra: [], isRun: false }
  const whole = run.replaceAll('_', '').toLowerCase()
  const parts = [...run.matchAll(PLAIN_PART)].map(([part]) => part.toLowerCase())
  return { whole, parts: parts.length > 1 ? parts : [], extra: [], isRun: false }
}

function wordOf(run: string): Run {
  const whole = foldTerm(run.replaceAll('_', ''))
  const parts = IS_IDENTIFIER.test(run)
    ? [...run.matchAll(PART)].map(([part]) => foldTerm(part))
    : []
  const extra: string[] = []
  if (ARTICLE.test(whole)) extra.push(whole.replace(ARTICLE, ''))
  const lower = run.toLowerCase()
  if (/[äöü]/.test(lower)) {
    extra.push(foldTerm(lower.replace(/[äöü]/g, (letter) => UMLAUTS.get(letter) ?? letter)))
  }
  return { whole, parts: parts.length > 1 ? parts : [], extra, isRun: false }
}
