/** Whether a token of a known format may begin at a word, by its first characters. */
import { TOKEN_FORMATS } from '../rules/providers.ts'

const SLOTS = 1 << 15
/** By a hash of three or four characters: one word in a hundred is a false positive. */
const beginnings = new Uint8Array(SLOTS)

/** Formats with a literal of at least three characters at the start of a word. */
export const MARKED_FORMATS = TOKEN_FORMATS.filter(({ keywords }) => keywords.every(isDistinctive))
/** The other formats: their words must be searched. */
export const UNMARKED_FORMATS = TOKEN_FORMATS.filter(
  ({ keywords }) => !keywords.every(isDistinctive)
)

for (const { keywords } of MARKED_FORMATS) {
  for (const keyword of keywords) {
    // `.atlasv1.` is inside a token: the word is `atlasv1`.
    const word = keyword.replace(/^[^A-Za-z0-9]+/, '')
    const whole = word.length < 3 ? Array.from('0123456789', (digit) => word + digit) : [word]
    for (const each of whole) {
      const [a = 0, b = 0, c = 0, d = 0] = Array.from(each, (char) => char.charCodeAt(0))
      beginnings[slotOf(a, b, c, d)] = 1
    }
  }
}

/** Takes the first four code units of a word. */
export function mayBeginToken(a: number, b: number, c: number, d: number): boolean {
  return beginnings[slotOf(a, b, c, d)] === 1 || beginnings[slotOf(a, b, c, 0)] === 1
}

function isDistinctive(keyword: string): boolean {
  return keyword.length >= 3
}

function slotOf(a: number, b: number, c: number, d: number): number {
  return Math.imul((((a << 7) ^ b) << 14) ^ (c << 7) ^ d, 0x9e3779b1) >>> 17
}
