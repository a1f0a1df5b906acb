/** How random a token looks. */
import { isPublicPart, partsOf } from './identifier-parts.ts'
import { isPublicOwner } from './public-sites.ts'
import { isDictionaryWord, isPublicWord } from './vocabulary.ts'

/** Shannon entropy in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) {
    const share = count / text.length
    bits -= share * Math.log2(share)
  }
  return bits
}

/** Random base62 of 16 characters has about 3.8 bits a character; a repeated pattern stays below 3. */
const MIN_ENTROPY = 3

/**
 * A token is not composed of words if less than this share of it is words of at least four letters.
 */
const WORD_SHARE = 0.5

/**
 * At least 16 characters, with hardly any words, and with letters and digits or many changes
 * between upper and lower case.
 */
export function isRandom(token: string): boolean {
  if (token.length < 16 || !/\d|[a-z][A-Z]/.test(token)) return false
  if (COMMIT.test(token) || VERSION.test(token) || isModule(token) || isNamed(token)) return false
  const parts = partsOf(token)
  let words = 0
  for (const part of parts) {
    if (part.length >= 4 && isWord(part.toLowerCase())) words += part.length
  }
  if (words >= WORD_SHARE * token.replaceAll(/[^A-Za-z0-9]/g, '').length) return false
  // In random text, letters and digits alternate about every third character.
  const varied = /\d/.test(token)
    ? parts.length >= 2
    : (token.match(/[a-z][A-Z]/g)?.length ?? 0) >= 4
  return varied && entropyOf(token) >= MIN_ENTROPY
}

/** The rule for long hexadecimal numbers leaves these only where a commit is announced. */
const COMMIT = /^[\da-f]{40}$/

/** The time and the commit of an untagged Go module; a release named by its time; `git describe`. */
const VERSION =
  /^(?:(?:0-|0\.)?20\d{12}-[\da-f]{12}|20\d\d-\d\d-\d\dT\d\d-\d\d-\d\dZ|\d{1,4}(?:-(?:alpha|beta|rc|pre)\d{0,3})?-\d{1,5}-g[\da-f]{7,12})$/

/** A path of public words, perhaps with numbers: `golangci/golangci-lint/v2`, `select-gc-2483`. */
function isModule(token: string): boolean {
  const [, owner = ''] = /^com\/([\w-]+)\/[a-z]/.exec(token) ?? []
  if (owner !== '' && isPublicOwner(owner)) return isModule(token.slice(`com/${owner}/`.length))
  return (
    /^[a-z]+\d?[a-z]*(?:[/-](?:[a-z]+\d?[a-z]*|\d{1,5}|v\d{1,2}|v\d{1,2}[a-z]{3,}))+$/.test(
      token
    ) && partsOf(token).every(isPublicPart)
  )
}

/** `SSL_OP_MSIE_SSLV2_RSA_PADDING`, `t3420-rebase-autostash`: pieces of one case each, two of them words. */
function isNamed(token: string): boolean {
  const pieces = token.split(/[-_/]/).filter((piece) => piece !== '')
  const words = pieces.filter((piece) => piece.length >= 4 && /^(?:[a-z]+|[A-Z]+)\d?$/.test(piece))
  return (
    words.length >= 2 &&
    pieces.every((piece) => PIECE.test(piece) && partsOf(piece).every(isPublicPart)) &&
    pieces.filter((piece) => /\d/.test(piece)).length <= words.length
  )
}

/** Letters of one case with a short number at one end, a number, or words in camel case. */
const PIECE =
  /^(?:[a-z]{0,20}\d{0,4}|[A-Z]{0,20}\d{0,3}|[a-z]\d{1,4}|\d{1,5}|[A-Z]?[a-z]{3,}(?:[A-Z][a-z]{2,}){1,5})$/

/** Short words of packages occur in random text by chance. */
function isWord(part: string): boolean {
  return isDictionaryWord(part) || (part.length >= 6 && isPublicWord(part))
}

/** A value that is no word: it is long, or has a digit or a symbol among its letters. */
export function isOpaque(value: string): boolean {
  return value.length >= 20 || /\d/.test(value) || /[!@#$%^&*+/=]/.test(value)
}
