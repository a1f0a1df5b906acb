/** How random a token looks. */

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

/**
 * Lower case, upper case and scattered digits in one token: keys have them, identifiers such as
 * `fromFloat32Array` have one short group. Of random base62 tokens of 24 characters 9 % do not mix.
 */
export function mixesClasses(token: string): boolean {
  const digits = token.match(/\d+/g) ?? []
  const scattered = digits.length >= 2 || (digits[0]?.length ?? 0) >= 3
  return scattered && /[a-z]/.test(token) && /[A-Z]/.test(token)
}

/** A value that is no word: has a digit or a symbol among its letters, or is long. */
export function isOpaque(value: string): boolean {
  return value.length >= 20 || /\d/.test(value) || /[!@#$%^&*+/=]/.test(value)
}
