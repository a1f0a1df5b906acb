/**
 * Variants: two texts with the same words in other typography. Variants may differ in the case of
 * plain words, punctuation around words, white space, typographic characters, and in the word at
 * which the sentence begins ("Since 84, Chrome has gap" and "Chrome has gap since 84"). Each word,
 * number, sign, unit, version, date, name and identifier must be in both texts, in the same
 * circular order. So a swap, a negation or another number makes two texts differ.
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

/**
 * A text that is equal for variants and for no other texts: the words from the place at which they
 * read least. Its cost is linear in the length of the text.
 */
export function variantKey(text: string): string {
  const words = wordsOf(text)
  const start = leastRotation(words)
  return [...words.slice(start), ...words.slice(0, start)].join(' ')
}

/** Whether two texts are variants of each other. */
export function areVariants(a: string, b: string): boolean {
  return variantKey(a) === variantKey(b)
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

/**
 * Where the least of all rotations begins (Shiloach, Journal of Algorithms 2(2), 1981): of two
 * candidates the greater one and all starts that its common prefix covers are left behind.
 */
function leastRotation(words: readonly string[]): number {
  const { length } = words
  const at = (index: number): string => words[index % length] ?? ''
  let [first, second, common] = [0, 1, 0]
  while (first < length && second < length && common < length) {
    const [a, b] = [at(first + common), at(second + common)]
    if (a === b) {
      common += 1
      continue
    }
    if (a > b) first += common + 1
    else second += common + 1
    if (first === second) second += 1
    common = 0
  }
  return Math.min(first, second)
}
