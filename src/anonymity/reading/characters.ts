/** Classes of characters for `scanned-text.ts`, by character code. */
import { BORDER } from './script-borders.ts'
import * as features from './text-features.ts'
import {
  DIGIT_FIRST,
  FOUR,
  FRACTION,
  FROM_12,
  FROM_26,
  FROM_8,
  HAS_DIGIT,
  HAS_LOWER,
  HAS_UPPER,
  LABEL,
  LINE_START,
  LOWER_FIRST,
  NON_ASCII_FIRST,
  ONE,
  POSTAL,
  THEN_COLON,
  THEN_DASH,
  THEN_DOT,
  THEN_NON_ASCII,
  THEN_SIGN,
  THEN_SLASH,
  THEN_SPACE,
  THREE,
  TWO,
  UPPER_FIRST,
  UPPER_LABEL,
  ZERO_FIRST
} from './shapes.ts'

const LINE_FEED = 10
const BORDER_CODE = BORDER.charCodeAt(0)
const SPACE = 32
const DOLLAR = 36
const HYPHEN = 45
const FULL_STOP = 46
const UNDERSCORE = 95
const CAPITAL = /\p{Lu}/u
const CAPITAL_BEYOND = NON_ASCII_FIRST | UPPER_FIRST
/** Host names may contain Latin letters beyond ASCII. */
const LATIN_FROM = 0xc0
const LATIN_TO = 0x24f
const SURROGATES_FROM = 0xd800
const MARKS_FROM = 0xe000
const MARKS_TO = 0xf8ff

export const SIGN = 0
export const LETTER = 1
export const NUMBER = 2
export const WHITE = 3
export const HIDDEN = 4

export const ASCII = 128

/** Marks a word with a letter beyond F; not a shape by itself. */
export const NOT_HEX = 1

/** One of the kinds above. */
export const KIND_OF = new Uint8Array(ASCII)
/** The feature of a sign. */
export const FEATURE_OF = new Int32Array(ASCII)
/** The shape of a word before this character. */
const FOLLOWING_SHAPES = new Int32Array(ASCII)

/** The bits that a letter or digit adds to the shape of a word. */
export const CONTENT_OF = new Int32Array(ASCII)
/** The shape of a word with this first character. */
export const FIRST_OF = new Int32Array(ASCII)

CONTENT_OF.fill(HAS_DIGIT, 48, 58)
CONTENT_OF.fill(HAS_UPPER, 65, 71)
CONTENT_OF.fill(HAS_UPPER | NOT_HEX, 71, 91)
CONTENT_OF.fill(HAS_LOWER, 97, 103)
CONTENT_OF.fill(HAS_LOWER | NOT_HEX, 103, 123)
FIRST_OF.fill(DIGIT_FIRST | ZERO_FIRST, 48, 49)
FIRST_OF.fill(DIGIT_FIRST, 49, 58)
FIRST_OF.fill(UPPER_FIRST, 65, 91)
FIRST_OF.fill(LOWER_FIRST, 97, 123)
KIND_OF.fill(HIDDEN, 0, 32)
KIND_OF[127] = HIDDEN
for (const white of '\t\n\f\r ') {
  KIND_OF[white.charCodeAt(0)] = WHITE
  FOLLOWING_SHAPES[white.charCodeAt(0)] = THEN_SPACE
}
KIND_OF.fill(NUMBER, 48, 58)
KIND_OF.fill(LETTER, 65, 91)
KIND_OF.fill(LETTER, 97, 123)

for (const [characters, feature] of [
  ['/', features.SLASH],
  ['\\', features.BACKSLASH],
  ['@', features.AT],
  [':', features.COLON],
  ['.', features.DOT],
  ['-', features.DASH],
  ['_', features.UNDERSCORE],
  ['=', features.EQUALS],
  ['%', features.PERCENT],
  ['~', features.TILDE],
  ['+', features.PLUS],
  ['"\'`', features.QUOTE],
  ['$', features.DOLLAR],
  ['#', features.HASH],
  ['<', features.LESS],
  ['([{', features.OPENING],
  [';', features.SEMICOLON]
] as const) {
  for (const each of characters) FEATURE_OF[each.charCodeAt(0)] = feature
}

for (const [character, then] of [
  ['-', THEN_DASH],
  ['.', THEN_DOT],
  [':', THEN_COLON],
  ['/', THEN_SLASH],
  ['_', THEN_SIGN],
  ['$', THEN_SIGN]
] as const) {
  FOLLOWING_SHAPES[character.charCodeAt(0)] = then
}

/** The shape of a word of this length; longer words have the shape of `LONGEST`. */
export const LONGEST = 26
export const LENGTHS = Int32Array.from({ length: LONGEST + 1 }, (_, length) => lengthShape(length))

export function nonAsciiKind(code: number): number {
  return code === BORDER_CODE || code === 0x2028 || code === 0x2029 ? WHITE : SIGN
}

/** The shape of a word before `code`. */
export function followingShape(code: number): number {
  if (code < ASCII) return FOLLOWING_SHAPES[code] ?? 0
  if (code === BORDER_CODE) return THEN_SPACE
  return isMark(code) ? 0 : THEN_NON_ASCII
}

export function isMark(code: number): boolean {
  return code >= MARKS_FROM && code <= MARKS_TO
}

/** The shape of a word that starts with this non-ASCII letter; 0 if no rule starts so. */
export function nonAsciiFirst(code: number): number {
  if (code >= SURROGATES_FROM && code < MARKS_FROM) return CAPITAL_BEYOND
  if (CAPITAL.test(String.fromCharCode(code))) return CAPITAL_BEYOND
  return code >= LATIN_FROM && code <= LATIN_TO ? NON_ASCII_FIRST : 0
}

/** Whether the code is a letter, a digit, `_` or `$`. */
export function isWordCode(code: number): boolean {
  if (code === DOLLAR || code === UNDERSCORE) return true
  return code < ASCII && (CONTENT_OF[code] ?? 0) !== 0
}

/** The shape of a word that starts with `first` and follows `code`. */
export function firstAfter(first: number, code: number): number {
  if (code === LINE_FEED) return first | LINE_START
  if (code !== FULL_STOP) return first
  if ((first & LOWER_FIRST) !== 0) return first | LABEL
  return (first & UPPER_FIRST) === 0 ? first : first | UPPER_LABEL
}

/** The shape of a long number that follows `code`. */
export function longNumberOf(code: number): number {
  if (code === FULL_STOP) return FRACTION
  return code === HYPHEN || code === SPACE ? POSTAL : 0
}

function lengthShape(length: number): number {
  const exact = [0, ONE, TWO, THREE, FOUR][length] ?? 0
  return (
    exact | (length >= 8 ? FROM_8 : 0) | (length >= 12 ? FROM_12 : 0) | (length >= 26 ? FROM_26 : 0)
  )
}
