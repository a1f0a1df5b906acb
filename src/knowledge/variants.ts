/**
 * Variants: two texts that say the same in other typography. They may differ in white space between
 * words, in the form of quotes, dashes and dots, in the full stop that closes a sentence of prose,
 * and in the case of the first word of a sentence. Nothing else: each other character may be a sign,
 * a unit, a path, an operator or a name, so it must be in both texts, in the same place.
 */
import { isSentence } from './sentences.ts'

/** Typographic characters and their plain forms. Primes and guillemets are none of them. */
const TYPOGRAPHY: ReadonlyMap<string, string> = new Map([
  ...Array.from('\u2018\u2019\u201a\u201b', (quote) => [quote, "'"] as const),
  ...Array.from('\u201c\u201d\u201e\u201f', (quote) => [quote, '"'] as const),
  ...Array.from('\u2010\u2011\u2012\u2013\u2014\u2015\u2212', (dash) => [dash, '-'] as const),
  ['\u2026', '...'],
  ['\u00ad', ''],
  ['\u200b', ''],
  ['\u2060', ''],
  ['\ufeff', '']
])

const TYPOGRAPHIC = new RegExp(`[${[...TYPOGRAPHY.keys()].join('')}]`, 'gu')

/** A long dash before a word and behind none: editors write it for the two of `--force`. */
const LONG_OPTION = /(?<![\p{L}\p{N}])[\u2014\u2015](?=\p{L})/gu

/** Marks of other scripts, which have a meaning. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/[\uff1f\u061f\u037e]$/u, '?'],
  [/\uff01$/u, '!']
]

/**
 * One full stop of any script at the end, behind a word, a number or a bracket. The dots of a path
 * (`cd ..`) and of a range (`main..`) are none.
 */
const FULL_STOP =
  /(?<=[\p{L}\p{N}\p{M}%)\]}"'`])[.\u3002\uff0e\uff61\u06d4\u0964\u104b\u1362\u0589]$/u

/**
 * An exclamation mark or an ellipsis behind a letter that no code has. Behind a plain one it may be
 * part of a name or a command: `save!`, `println!`, `:q!`, `git diff main...`.
 */
const EMPHASIS = /(?<=[^\p{ASCII}\P{L}]\p{M}*)(?:\.{3}|!)$/u

/**
 * The first word of the text or of a sentence behind the mark that closes another (`! -f` and `? x : y`
 * are operators), if only its first letter is a capital. An `A` is the
 * article before a small letter, and the name of something before a verb, a sign or a number.
 */
const FIRST_WORD =
  /(^|(?<=[\p{L}\p{N}\p{M})\]"'`%])[.!?\u3002\uff01\uff1f] )(?:(\p{Lu})(?=[\p{Ll}\p{M}'][\p{Ll}\p{M}']*(?:[ ,.;:!?]|$))|(A)(?= (?!(?:is|was|and|or|then|to|has|had|in|must|may|can|will|does|before|after|if|but|as|on|at|by|for|of|with|calls?)\b)\p{Ll}))/gu

/** A text that is equal for variants and for no other texts. Its cost is linear in the text. */
export function variantKey(text: string): string {
  return withSmallBegins(withoutClosing(plainText(text)))
}

/** The same for names, which are no sentences: each of their marks may be a part of them. */
export function nameKey(text: string): string {
  return withSmallBegins(plainText(text))
}

function plainText(text: string): string {
  let plain = text
    .normalize('NFC')
    .replace(LONG_OPTION, '--')
    .replace(TYPOGRAPHIC, (character) => TYPOGRAPHY.get(character) ?? character)
    .replace(/\s+/gu, ' ')
    .trim()
  for (const [mark, ascii] of MARKS) plain = plain.replace(mark, ascii)
  return plain
}

function withSmallBegins(text: string): string {
  return text.replace(
    FIRST_WORD,
    (_, before: string, letter: string | undefined, article: string | undefined) =>
      before + (letter ?? article ?? '').toLowerCase()
  )
}

/** Leaves out the mark that closes a sentence of prose. */
function withoutClosing(text: string): string {
  const mark = EMPHASIS.test(text) ? EMPHASIS : FULL_STOP
  const open = text.replace(mark, '')
  return open !== text && isSentence(open) ? open : text
}

/** Whether two texts are variants of each other. */
export function areVariants(a: string, b: string): boolean {
  return variantKey(a) === variantKey(b)
}
