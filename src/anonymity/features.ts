/**
 * What characters a text has, as bits, read once: a rule whose characters are missing is not tried.
 * Short facts have few of them, and a pass over a short text costs mostly its start.
 */

export const UPPER = 1
export const DIGIT = 2
/** Seven digits or more, anywhere. */
export const MANY_DIGITS = 4
export const SLASH = 8
export const BACKSLASH = 16
export const AT = 32
export const COLON = 64
export const DOT = 128
export const DASH = 256
export const UNDERSCORE = 512
export const EQUALS = 1024
export const PERCENT = 2048
export const TILDE = 4096
export const PLUS = 8192
export const QUOTE = 16_384
export const LINE_BREAK = 32_768
export const HASH = 65_536
export const AMPERSAND = 131_072
export const NON_ASCII = 262_144
/** Characters without white space in between, as many as the shortest token has. */
export const LONG_WORD = 524_288
export const LESS = 1_048_576

const LONG_WORD_LENGTH = 14
const MANY = 7

const BITS = bitsOfCharacters()

export function featuresOf(text: string): number {
  let features = 0
  let digits = 0
  let run = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 32) {
      run = 0
      if (code === 10 || code === 13) features |= LINE_BREAK
      continue
    }
    run += 1
    if (run === LONG_WORD_LENGTH) features |= LONG_WORD
    const bits = code < 128 ? (BITS[code] ?? 0) : NON_ASCII
    features |= bits
    if ((bits & DIGIT) !== 0) digits += 1
  }
  return digits >= MANY ? features | MANY_DIGITS : features
}

function bitsOfCharacters(): Uint32Array {
  const bits = new Uint32Array(128)
  const set = (characters: string, bit: number): void => {
    for (const each of characters) bits[each.charCodeAt(0)] = bit
  }
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER)
  set('0123456789', DIGIT)
  for (const [character, bit] of [
    ['/', SLASH],
    ['\\', BACKSLASH],
    ['@', AT],
    [':', COLON],
    ['.', DOT],
    ['-', DASH],
    ['_', UNDERSCORE],
    ['=', EQUALS],
    ['%', PERCENT],
    ['~', TILDE],
    ['+', PLUS],
    ['"', QUOTE],
    ["'", QUOTE],
    ['`', QUOTE],
    ['#', HASH],
    ['&', AMPERSAND],
    ['<', LESS]
  ] as const) {
    set(character, bit)
  }
  return bits
}
