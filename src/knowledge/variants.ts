/**
 * Variants: two texts that say the same in other typography. They may differ in white space between
 * words, in the form of quotes and dashes, in the mark that closes the text, and in the case of the
 * first word of a sentence. Nothing else: each other character may be a sign, a unit, a path, an
 * operator or a name, so it must be in both texts, in the same place.
 */

/** Typographic characters and their plain forms. Primes and guillemets are none of them. */
const TYPOGRAPHY: ReadonlyMap<string, string> = new Map([
  ...Array.from('\u2018\u2019\u201a\u201b', (quote) => [quote, "'"] as const),
  ...Array.from('\u201c\u201d\u201e\u201f', (quote) => [quote, '"'] as const),
  ...Array.from('\u2010\u2011\u2012\u2013\u2014\u2015\u2212', (dash) => [dash, '-'] as const),
  ['\u00ad', ''],
  ['\u200b', ''],
  ['\u2060', ''],
  ['\ufeff', '']
])

const TYPOGRAPHIC = new RegExp(`[${[...TYPOGRAPHY.keys()].join('')}]`, 'gu')

/**
 * What closes a text, behind a word, a number or a bracket: one full stop, exclamation mark or
 * ellipsis of any script. The dots of a path (`cd ..`) and a factorial (`5!`) are none.
 */
const CLOSING =
  /(?<=[\p{L}\p{N}\p{M}%)\]}"'`])(?:\.{3}|[.\u2026\u3002\uff0e\uff61\u06d4\u0964\u104b\u1362\u0589]|(?<!\p{N})[!\uff01])$/u

/** Question marks of other scripts, which have a meaning. */
const QUESTION = /[\uff1f\u061f\u037e]$/u

/** The first word of the text or of a sentence, if only its first letter is a capital. */
const FIRST_WORD =
  /(^|[.!?\u3002\uff01\uff1f] )(?:(\p{Lu})(?=[\p{Ll}\p{M}'][\p{Ll}\p{M}']*(?:[ ,.;:!?]|$))|(A)(?= ))/gu

/** A text that is equal for variants and for no other texts. Its cost is linear in the text. */
export function variantKey(text: string): string {
  return text
    .normalize('NFC')
    .replace(TYPOGRAPHIC, (character) => TYPOGRAPHY.get(character) ?? character)
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(QUESTION, '?')
    .replace(CLOSING, '')
    .replace(
      FIRST_WORD,
      (_, before: string, letter: string | undefined, article: string | undefined) =>
        before + (letter ?? article ?? '').toLowerCase()
    )
}

/** Whether two texts are variants of each other. */
export function areVariants(a: string, b: string): boolean {
  return variantKey(a) === variantKey(b)
}
