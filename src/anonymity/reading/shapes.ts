/**
 * The shape of a word, as bits. A word is an unbroken sequence of ASCII letters and digits. Other
 * letters, and `_` and `$` that follow none of these, are words of their own.
 */

/** The first character. */
export const UPPER_FIRST = 1
export const LOWER_FIRST = 2
export const DIGIT_FIRST = 4
/** A zero; `DIGIT_FIRST` as well. */
export const ZERO_FIRST = 8
/** `_` or `$`. */
export const SIGN_FIRST = 16
export const NON_ASCII_FIRST = 32

/** The text before it. */
export const LINE_START = 64
/** A dot before a small letter. */
export const LABEL = 128
/** A dot before a capital. */
export const UPPER_LABEL = 256
/** A dot before a number with four digits or more. */
export const FRACTION = 512
/** White space or a dash before a number with four digits or more. */
export const POSTAL = 1024

/** Its characters. */
export const HAS_UPPER = 2048
export const HAS_LOWER = 4096
export const HAS_DIGIT = 8192
export const ONLY_DIGITS = 16_384
export const ONLY_HEX = 32_768
/** Seven digits in a row. */
export const LONG_NUMBER = 65_536
/** A change from lower to upper case. */
export const CAMEL = 131_072

/** Its length. */
export const ONE = 1 << 18
export const TWO = 1 << 19
export const THREE = 1 << 20
export const FOUR = 1 << 21
/** At least this length. */
export const FROM_8 = 1 << 22
export const FROM_12 = 1 << 23
export const FROM_26 = 1 << 24

/** The text after it. White space, or the end. */
export const THEN_SPACE = 1 << 25
export const THEN_DASH = 1 << 26
export const THEN_DOT = 1 << 27
export const THEN_COLON = 1 << 28
export const THEN_SLASH = 1 << 29
/** `_` or `$`. */
export const THEN_SIGN = 1 << 30
export const THEN_NON_ASCII = 1 << 31
