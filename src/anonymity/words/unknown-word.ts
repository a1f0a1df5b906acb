/** Words that are in no list, and no derivation of one that is. */
import { isMisspelt } from './misspelt.ts'
import { isDictionaryWord, isPublicWord } from './vocabulary.ts'

/** Shorter words of these letters are abbreviations. */
const ASCII = /^[ -~]*$/

/** Endings of languages, schools and derived words that no list covers completely. */
const DERIVED =
  /(?:able|ible|tion|tions|less|ness|ised|ized|izing|ising|ify|ified|ifies|izer|iser|ability|ments?|ware|based|like|wise|proof|ish|ese|ism|(?<!qv)ist|ists)$/

const MAX_INTERJECTION = 4

/** `Untunneled`, `deconflict`: a prefix before a long word. */
const PREFIXED = /^(?:un|re|de|dis|pre|non|multi|sub)(?=\p{Ll}{6})/u

/** `Ooops`, `Arghhh`: a letter three times in a row, and few others. */
function isInterjection(word: string): boolean {
  return /(\p{L})\1\1/u.test(word) && new Set(word).size <= MAX_INTERJECTION
}

export function isUnknown(word: string): boolean {
  const lower = word.toLowerCase()
  if (lower.includes('-')) return lower.split('-').some(isUnknown)
  if (lower.length < (ASCII.test(lower) ? 4 : 3) || isPublicWord(lower)) return false
  if (DERIVED.test(lower) || isInterjection(lower) || isMisspelt(lower)) return false
  if (PREFIXED.test(lower) && isDictionaryWord(lower.replace(PREFIXED, ''))) return false
  return !(lower.endsWith('s') && isPublicWord(lower.slice(0, -1)))
}
