/** What ASCII characters are to `draft.ts`, by their code. */
import * as features from './features.ts'
import {
  DIGIT_FIRST,
  HAS_DIGIT,
  HAS_LOWER,
  HAS_UPPER,
  LOWER_FIRST,
  THEN_COLON,
  THEN_DASH,
  THEN_DOT,
  THEN_SLASH,
  THEN_SPACE,
  THEN_SIGN,
  UPPER_FIRST,
  ZERO_FIRST
} from './shapes.ts'

export const SIGN = 0
export const LETTER = 1
export const NUMBER = 2
export const WHITE = 3
export const HIDDEN = 4

export const ASCII = 128

/** Of a word that has a letter beyond F; no shape by itself. */
export const NOT_HEX = 1

/** One of the kinds above. */
export const KIND_OF = new Uint8Array(ASCII)
/** The feature that a sign is. */
export const FEATURE_OF = new Int32Array(ASCII)
/** The shape of a word that the character follows. */
export const THEN_OF = new Int32Array(ASCII)

/** What a letter or digit adds to the shape of a word. */
export const CONTENT_OF = new Int32Array(ASCII)
/** The shape of a word that begins with it. */
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
  THEN_OF[white.charCodeAt(0)] = THEN_SPACE
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
  THEN_OF[character.charCodeAt(0)] = then
}
