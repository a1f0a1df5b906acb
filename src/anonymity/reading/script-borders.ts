/**
 * Borders between scripts. Han, kana, Hangul, Thai and others are written without spaces around Latin
 * words and digits, so a change of script ends a word as a space does. While the layers read a text,
 * a border is a white-space character that no published text has.
 */

/** Ogham space mark: white space, and rare enough to be replaced in texts that have it. */
export const BORDER = '\u1680'

/** Armenian to Ol Chiki, then CJK and Hangul: everything but Latin, Greek and Cyrillic. */
const OTHER =
  '[\\u0530-\\u167f\\u1681-\\u1c7f\\u2e80-\\ud7ff\\uf900-\\ufaff\\ufe70-\\ufefc\\u{20000}-\\u{3ffff}]'

const BETWEEN = new RegExp(`(?<=${OTHER})(?=[!-~])|(?<=[!-~])(?=${OTHER})`, 'gu')

const DIGITS = /\p{Nd}/gu

export function markBorders(text: string): string {
  return text.replaceAll(BETWEEN, BORDER)
}

export function removeBorders(text: string): string {
  return text.replaceAll(BORDER, '')
}

/** ASCII digits for those of other scripts: each script has its ten in a row, from a zero on. */
export function asciiDigits(text: string): string {
  return text.replaceAll(DIGITS, (digit) => {
    if (digit <= '9') return digit
    const code = digit.codePointAt(0) ?? 0
    let value = 0
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1
    return String(value)
  })
}
