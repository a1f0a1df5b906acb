/**
 * Features of a text, as bits, collected in one scan (`scanned-text.ts`): a rule whose characters
 * are missing is not tried. Most texts have few of them, and most of the cost of a rule on a short
 * text is its start.
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
export const DOLLAR = 32_768
export const HASH = 65_536
/** Nine digits with at most two of ` ()./-` between them. */
export const DIGIT_CHAIN = 131_072
export const NON_ASCII = 262_144
/**
 * As many characters without white space as the shortest token has, with a digit or several changes
 * from lower to upper case: words and dotted names have neither.
 */
export const LONG_WORD = 524_288
export const LESS = 1_048_576
export const OPENING = 2_097_152
export const SEMICOLON = 4_194_304
/** As long as `LONG_WORD`, without its other conditions. */
export const LONG_RUN = 8_388_608
/** A dash after white space. */
export const OPTION = 1 << 24
/** Without white space: a dot before a slash, a slash before a dot or a colon. */
export const DOT_SLASH = 1 << 25
export const SLASH_DOT = 1 << 26
export const SLASH_COLON = 1 << 27
/** Three slashes or more without white space. */
export const SLASHES = 1 << 28
/** Ten consecutive words of one character. */
export const SPELLED = 1 << 29
/** Thirteen such digits. */
export const LONG_DIGIT_CHAIN = 1 << 30
/** Control characters other than white space. */
export const CONTROL = 1 << 31
