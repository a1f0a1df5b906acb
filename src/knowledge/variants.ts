/**
 * Variants: two texts with the same words in other typography. Variants may differ in the case of
 * plain words, punctuation around words, white space, typographic characters, and in the word at
 * which the sentence begins ("Since 84, Chrome has gap" and "Chrome has gap since 84"). Each word,
 * number, sign, unit, version, date, name and identifier must be in both texts, in the same
 * circular order. So a swap, a negation or another number makes two texts differ.
 *
 * `dice` is the cheap test before it: the share of common character bigrams (Dice, Ecology 26(3),
 * 1945).
 */

/** Typographic characters and their plain forms; none that could change a number. */
const TYPOGRAPHY: ReadonlyMap<string, string> = new Map([
  ...Array.from('\u2018\u2019\u201a\u201b\u2032', (quote) => [quote, "'"] as const),
  ...Array.from('\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033', (quote) => [quote, '"'] as const),
  ...Array.from('\u2010\u2011\u2012\u2013\u2014\u2015\u2212', (dash) => [dash, '-'] as const),
  ['\u2026', '...'],
  ['\ufb00', 'ff'],
  ['\ufb01', 'fi'],
  ['\ufb02', 'fl'],
  ['\ufb03', 'ffi'],
  ['\ufb04', 'ffl'],
  ['\u00ad', ''],
  ['\u200b', ''],
  ['\ufeff', '']
])

const TYPOGRAPHIC = new RegExp(`[${[...TYPOGRAPHY.keys()].join('')}]`, 'gu')

/** Punctuation without meaning at the edge of a word. A question mark has a meaning. */
const LEADING = /^["'([{]+(?=.)/u
const TRAILING = /[.,;:!"')\]}]+$/u

/** Letters only: a word whose case has no meaning. */
const PLAIN_WORD = /^[\p{L}\p{M}]+$/u

/**
 * An upper-case letter after a lower-case one, or after the first letter of a mixed word: an
 * identifier or a name.
 */
const INNER_CAPITAL = /\p{Ll}\p{Lu}|\p{Lu}{2,}\p{Ll}/u

/** The words of a text in a form that is equal for variants. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .replace(TYPOGRAPHIC, (character) => TYPOGRAPHY.get(character) ?? character)
    .split(/\s+/u)
    .map(wordOf)
    .filter((word) => word !== '' && !/^-+$/.test(word))
}

/** Whether two texts are variants of each other. */
export function areVariants(a: string, b: string): boolean {
  return isRotation(wordsOf(a), wordsOf(b))
}

/**
 * Share of common character bigrams, 0 to 1, counted with repetition; the order of words does not
 * matter.
 */
export function diceCoefficient(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>()
  let total = 0
  for (const bigram of bigramsOf(a)) {
    counts.set(bigram, (counts.get(bigram) ?? 0) + 1)
    total += 1
  }
  let common = 0
  for (const bigram of bigramsOf(b)) {
    total += 1
    const left = counts.get(bigram) ?? 0
    if (left === 0) continue
    counts.set(bigram, left - 1)
    common += 1
  }
  return total === 0 ? 1 : (2 * common) / total
}

function wordOf(chunk: string): string {
  const bare = chunk.replace(LEADING, '')
  const trailing = TRAILING.exec(bare)?.[0] ?? ''
  const stem = bare.slice(0, bare.length - trailing.length)
  // Brackets that the word opens, and a sign after a digit ("5!"), belong to the word.
  const ownPunctuation =
    /[([{]/.test(stem) || /\d$/.test(stem) ? keptPunctuation(stem, trailing) : ''
  const word = stem + ownPunctuation
  return PLAIN_WORD.test(word) && !INNER_CAPITAL.test(word) ? word.toLowerCase() : word
}

/** The part of the punctuation after a word that belongs to the word. */
function keptPunctuation(stem: string, trailing: string): string {
  if (/\d$/.test(stem) && trailing.startsWith('!')) return '!'
  const opened = stem.replaceAll(/[^([{]/g, '').length
  const closing = /^[)\]}]+/.exec(trailing)?.[0] ?? ''
  return closing.slice(0, opened)
}

function isRotation(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  if (a.length === 0) return true
  return a.some((_, start) => b.every((word, i) => word === a[(start + i) % a.length]))
}

function* bigramsOf(words: readonly string[]): Generator<string> {
  for (const word of words) {
    const padded = ` ${word} `
    for (let i = 0; i + 1 < padded.length; i++) yield padded.slice(i, i + 2)
  }
}
