/**
 * The terms of a text, for the index, for queries and for filters, in any script. SQLite gets terms
 * separated by spaces: its own tokenizer knows words between spaces only.
 *
 * - Letters are folded: compatibility forms, case, diacritics of Latin, Greek and Arabic, and usual
 *   equivalents (ß and ss, ё and е, alef with hamza).
 * - Identifiers give their parts as well: `getUserById`, `http_client`.
 * - Scripts without spaces give overlapping runs of two letters, or of three for Thai, Lao, Khmer,
 *   Burmese and others of that family. Korean gives its words and such runs, since endings are written on.
 * - Long words of texts that are not English give their first letters as a stem. Latin ones give
 *   their letters in reverse order too, so that a compound is found by its last part.
 * - Vietnamese words keep their tones, and give the word without them as well.
 */

/** Scripts without spaces, and Hangul, as classes of letters. */
const PAIRED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Bopomofo}\\p{Script=Yi}\\u30fc'
const TRIPLED =
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}\\p{Script=Javanese}\\p{Script=Balinese}\\p{Script=Tai_Tham}\\p{Script=Tai_Viet}\\p{Script=New_Tai_Lue}'
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

/** Hebrew writes its article, prepositions and conjunctions on: all of these letters may be the word's own. */
const HEBREW_PREFIX = /^(?:[ושכ]?[הבלמ]|[ושכ])(?=\p{Script=Hebrew}{3})/u

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

/** Terms of a query that are compared beside its words. */
const MAX_FORMS = 64

/**
 * Letters of a stem. Truncation serves about as well as a stemmer of each language (McNamee, Nicholas,
 * Mayfield: Addressing Morphological Variation in Alphabetic Languages, SIGIR 2009).
 */
const STEM_LETTERS = 5

/** Ends a stem, so that it equals no word. */
const STEM_END = '\ue000'

const IS_ASCII = /^[\0-\u007f]*$/

/** Terms of texts that have stems, and reversed compounds: an index without them has no such forms. */
export const HAS_STEMS = '\ue001'
export const HAS_COMPOUNDS = '\ue002'

/** Accented Latin letters, and the least share of them in a text that is not English. */
const ACCENTED = /(?=\p{Script=Latin})[^\0-\u007f]/gu
const MIN_ACCENTED = 1 / 150

/** Frequent words of languages with compounds, and of others, that are no words of English. */
const GERMANIC = wordsPattern(
  'der und ist nicht eine einem einen einer dem auf wird sich werden das mit bei vom zum zur beim im oder wenn kein keine durch nach auch noch muss kann sind wurde wurden liegt steht Der Die Das Den Ein Eine Im Bei Mit Wenn Het Een niet een voor het van worden deze naar geen och att som inte eller ikke'
)
const ROMANCE = wordsPattern('una como dans une avec sont nous vous della sono uma')

/** Letters of languages with compounds; Turkish has some of them, and others beside. */
const COMPOUNDING = /[äöüßåøæ]/iu
const TURKISH = /[ığş]/iu

const VIETNAMESE = /[\u01a1\u01b0\u1ea0-\u1ef9]/iu

/**
 * Letters of a compound, and of the last part of one. With five, 84 % of the nouns of GermaNet that
 * end with another noun have it as their head; with six 89 %, but a fifth of the compounds is lost.
 */
const COMPOUND_LETTERS = 9
const LAST_PART_LETTERS = 5
const MIN_FIRST_PART = 3
const MAX_COMPOUND = 40
const COMPOUND = new RegExp(`^[a-z]{${COMPOUND_LETTERS},}$`)
const LAST_PART = new RegExp(`^[a-z]{${LAST_PART_LETTERS},}$`)

/** Letters of the International Phonetic Alphabet stand for a to z: Porter's stemmer leaves them. */
const REVERSED_A = 0x250

/** Longer words are no words; only their parts are indexed. */
const MAX_WORD = 256

/** A word of a query: the text matches it with the whole, or with all parts. */
export interface QueryWord {
  readonly whole: string
  /** Empty for a word without parts. */
  readonly parts: readonly string[]
  /** Other spellings of the whole. */
  readonly spellings: readonly string[]
  /** Empty for a short word. */
  readonly stem: string
}

/** The terms that a text is indexed by, separated by spaces. */
export interface IndexedTerms {
  readonly words: string
  /** What the words are found by too. */
  readonly parts: string
}

export function indexedTerms(text: string): IndexedTerms {
  const { words, parts } = termsOf(runsOf(text))
  return { words: words.join(' '), parts: parts.join(' ') }
}

/** The terms of a text in lists. */
export interface TermLists {
  readonly words: readonly string[]
  readonly parts: readonly string[]
}

/** The same, but text in ASCII has no stems and compounds: a tenth of the time. */
export function plainTerms(text: string): TermLists {
  if (!PLAIN.test(text)) return termsOf(runsOf(text))
  const words: string[] = []
  const parts: string[] = []
  for (const run of text.match(PLAIN_RUN) ?? []) {
    const { whole, parts: more } = PLAIN_WORD.test(run)
      ? { whole: run.toLowerCase(), parts: NO_PARTS }
      : plainWordOf(run)
    if (whole !== '' && whole.length <= MAX_WORD) words.push(whole)
    if (more.length > 0) parts.push(...more)
  }
  return { words, parts }
}

const NO_PARTS: readonly string[] = []

function termsOf(runs: Iterable<Run>): TermLists {
  const words: string[] = []
  const others: string[] = []
  let hasStems = false
  let hasCompounds = false
  for (const { whole, parts, extra, stem, compound = '', isRun } of runs) {
    if (whole !== '' && whole.length <= MAX_WORD) words.push(whole)
    for (const term of parts) (isRun ? words : others).push(term)
    for (const term of extra) others.push(term)
    if (stem !== '') others.push(stem)
    if (compound !== '') others.push(compound)
    hasStems ||= stem !== ''
    hasCompounds ||= compound !== ''
  }
  if (hasStems) others.push(HAS_STEMS)
  if (hasCompounds) others.push(HAS_COMPOUNDS)
  return { words, parts: others }
}

/** The words of a query, each once. */
export function queryWords(text: string): QueryWord[] {
  const words = new Map<string, QueryWord>()
  for (const { whole, parts, extra, isRun } of runsOf(text)) {
    // A run of letters is no word: its parts are found one by one.
    if (isRun) for (const part of parts) words.set(part, plainWord(part))
    else if (whole.length <= MAX_WORD) {
      const stem = stemOf(whole.replace(ARTICLE, ''))
      words.set(whole, { whole, parts: parts.slice(0, MAX_PARTS), spellings: extra, stem })
    }
  }
  return [...words.values()].slice(0, MAX_WORDS)
}

function plainWord(whole: string): QueryWord {
  return { whole, parts: [], spellings: [], stem: '' }
}

/** Expressions of what the words are found by too, with a low weight. */
export function formsOf(
  words: readonly QueryWord[],
  { hasStems, hasCompounds }: { readonly hasStems: boolean; readonly hasCompounds: boolean }
): string[] {
  const wholes = new Set(words.map(({ whole }) => whole))
  const terms = words
    .flatMap(({ whole, parts, spellings, stem }) => [
      ...(hasStems ? [stem] : []),
      ...spellings,
      ...(IS_ASCII.test(whole) ? [] : parts)
    ])
    .filter((term) => term !== '' && !wholes.has(term) && !STOP_WORDS.has(term))
  const compounds = hasCompounds ? words.flatMap(compoundForms) : []
  return [...new Set([...terms.map(wholeExpression), ...compounds])].slice(0, MAX_FORMS)
}

/** Compounds that end with the word, and the stems of what a compound may end with. */
function compoundForms({ whole }: QueryWord): string[] {
  if (!LAST_PART.test(whole)) return []
  const compounds = `"${reversed(whole)}" *`
  if (!COMPOUND.test(whole)) return [compounds]
  const letters = whole.slice(0, MAX_COMPOUND)
  const count = Math.max(0, letters.length - STEM_LETTERS - MIN_FIRST_PART)
  const stems = Array.from({ length: count }, (_, i) => stemOf(letters.slice(i + MIN_FIRST_PART)))
  return [compounds, ...stems.map(wholeExpression)]
}

/** The words that tell something; all of them if none does. */
export function withoutStopWords(words: readonly QueryWord[]): readonly QueryWord[] {
  const telling = tellingWords(words)
  return telling.length === 0 ? words : telling
}

export function tellingWords(words: readonly QueryWord[]): readonly QueryWord[] {
  return words.filter(({ whole }) => !STOP_WORDS.has(whole))
}

/** The expression of FTS5 for one term; its operators cannot be part of a term. */
export function wholeExpression(term: string): string {
  return `"${term}"`
}

/** The expression that finds a word, another spelling, or all of its parts. */
export function expressionOf({ whole, parts, spellings }: QueryWord): string {
  const choices = [whole, ...spellings].map(wholeExpression)
  if (parts.length > 0) choices.push(`(${parts.map(wholeExpression).join(' AND ')})`)
  return choices.length === 1 ? wholeExpression(whole) : `(${choices.join(' OR ')})`
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
  /** Empty for a short word, and in English. */
  readonly stem: string
  /** A long word of a language with compounds, in reverse order. */
  readonly compound?: string
  readonly isRun: boolean
}

/** What the letters of a text show about its language. */
interface Language {
  readonly isInflected: boolean
  readonly hasCompounds: boolean
  readonly hasTones: boolean
}

function* plainRunsOf(text: string): Generator<Run> {
  for (const [run] of text.matchAll(PLAIN_RUN)) yield plainWordOf(run)
}

function* runsOf(text: string): Generator<Run> {
  if (PLAIN.test(text) && !GERMANIC.test(text) && !ROMANCE.test(text)) {
    yield* plainRunsOf(text)
    return
  }
  const composed = text.normalize('NFKC')
  const language = languageOf(composed)
  for (const [run, paired, tripled, hangul] of composed.matchAll(RUN)) {
    if (paired !== undefined) yield lettersOf(foldTerm(paired), 2)
    else if (tripled !== undefined) yield lettersOf(tripled, 3)
    else if (hangul !== undefined) {
      const parts = gramsOf(hangul, 2)
      yield {
        whole: hangul,
        parts: parts.length > 1 ? parts : [],
        extra: [],
        stem: '',
        isRun: false
      }
    } else yield wordOf(run, language)
  }
}

function lettersOf(run: string, length: number): Run {
  const letters = Array.from(run)
  // A question of one letter finds it too.
  const extra = length === 2 && letters.length > 1 ? letters : []
  return { whole: '', parts: gramsOf(run, length), extra, stem: '', isRun: true }
}

/** All runs of `length` letters; of a shorter text the text. */
function gramsOf(text: string, length: number): string[] {
  const letters = Array.from(text)
  if (letters.length <= length) return [text]
  return letters.slice(length - 1).map((_, i) => letters.slice(i, i + length).join(''))
}

/** Most text is ASCII, in which classes of Unicode cost ten times as much. */
function plainWordOf(run: string): Run {
  if (PLAIN_WORD.test(run)) {
    return { whole: run.toLowerCase(), parts: [], extra: [], stem: '', isRun: false }
  }
  const whole = run.replaceAll('_', '').toLowerCase()
  const parts = [...run.matchAll(PLAIN_PART)].map(([part]) => part.toLowerCase())
  return { whole, parts: parts.length > 1 ? parts : [], extra: [], stem: '', isRun: false }
}

function languageOf(text: string): Language {
  const accented = text.match(ACCENTED)?.length ?? 0
  const isGermanic = GERMANIC.test(text)
  return {
    isInflected: isGermanic || accented >= text.length * MIN_ACCENTED || ROMANCE.test(text),
    hasCompounds: isGermanic || (COMPOUNDING.test(text) && !TURKISH.test(text)),
    hasTones: VIETNAMESE.test(text)
  }
}

/** A pattern that finds any of the words, in lower case. */
function wordsPattern(words: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.replaceAll(' ', '|')})(?![\\p{L}\\p{N}_])`, 'u')
}

function wordOf(run: string, { isInflected, hasCompounds, hasTones }: Language): Run {
  const joined = run.replaceAll('_', '')
  const lower = joined.toLowerCase()
  const folded = foldTerm(joined)
  const whole = hasTones ? lower : folded
  const parts = IS_IDENTIFIER.test(run)
    ? [...run.matchAll(PART)].map(([part]) => foldTerm(part))
    : []
  const extra: string[] = []
  if (folded !== whole) extra.push(folded)
  const bare = whole.replace(ARTICLE, '')
  if (bare !== whole) extra.push(bare)
  const root = whole.replace(HEBREW_PREFIX, '')
  if (root !== whole) extra.push(root)
  if (/[äöü]/.test(lower)) {
    extra.push(foldTerm(lower.replace(/[äöü]/g, (letter) => UMLAUTS.get(letter) ?? letter)))
  }
  const isLatin = /^\p{Script=Latin}/u.test(run)
  const stem = hasTones || (isLatin && !isInflected) ? '' : stemOf(bare)
  const compound =
    stem !== '' && hasCompounds && whole.length <= MAX_WORD && COMPOUND.test(whole)
      ? reversed(whole)
      : ''
  return { whole, parts: parts.length > 1 ? parts : [], extra, stem, compound, isRun: false }
}

function reversed(word: string): string {
  const codes = Array.from(word, (letter) => REVERSED_A + letter.charCodeAt(0) - 97)
  return String.fromCharCode(...codes.toReversed())
}

function stemOf(whole: string): string {
  const letters = Array.from(whole)
  return letters.length > STEM_LETTERS ? letters.slice(0, STEM_LETTERS).join('') + STEM_END : ''
}
