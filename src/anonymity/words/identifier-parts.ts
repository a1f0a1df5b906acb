/** The words that an identifier is composed of, and which of them are public. */
import { isAbbreviation } from './abbreviations.ts'
import { GIVEN_NAMES } from './given-names.ts'
import { isPersonName } from './person-names.ts'
import { SURNAMES } from './surnames.ts'
import { isMisspelt } from './misspelt.ts'
import { isDictionaryWord, isPublicTool, isPublicWord } from './vocabulary.ts'

/** Parts of this length are abbreviations, which disclose little and are in no list. */
export const SHORT = 3

/** Three words written as one have at least this length each. */
const LONG = 4

/** Longer parts are random or repeated letters. */
const LONGEST_JOINED = 40

const PARTS = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g

const DERIVED =
  /^(?:un|re|pre|non|no|sub|multi|auto|over|de|dis|inter|micro|mini|super|meta|anti|co|is|has|on|get|set)|(?:able|ible|ed|ing|er|ers|or|ors|ly|tion|less|ness|ise|ize|ify|ified|ity|ment|s|es|al|ic|ware)$/g

/** From here on a word of a package is a piece of a composed one. */
const LONG_PIECE = 6

/** A version or the `d` of a daemon after a word: `clientv3`, `celeryd`. */
const MARKED = /[dv]$/

/** Words of functions and types, that a letter before or after them makes others of. */
const CODE_WORDS: ReadonlySet<string> = new Set(
  'addr alloc block buffer build bytes call char check clone close code color compile config copy count create data date delete dict eval event exec field file find fire flag flags form frame free func group hash head index info init insert item iter join json key label lambda level line link list load local lock loop malloc match mode move name node open option order pack page parse path pipe point port print process query queue range read realloc remove render reset right root scan select send server size sleep solve sort split start stat state step stop store string struct sync table term test text thread time token tree trim type unit update user value vector wait word write'.split(
    ' '
  )
)

/** Consonants alone are an abbreviation: `ckch`, `pktns`. */
const CONSONANTS = /^[b-df-hj-np-tv-xz]{3,6}$/

/** Names of persons that are those of public products in code: `jackson-databind`. */
const PRODUCTS: ReadonlySet<string> = new Set([
  'blake',
  'cassandra',
  'jackson',
  'jenkins',
  'jaro',
  'winkler'
])

/** `parseHTTPHeader_v2` has the parts `parse`, `HTTP`, `Header` and `v`. */
export function partsOf(identifier: string): readonly string[] {
  return identifier.match(PARTS) ?? []
}

/** Consonants alone beside other words: `ckch_store`, `bump_pktns`. */
export function isAbbreviated(part: string, parts: readonly string[]): boolean {
  return (
    CONSONANTS.test(part.toLowerCase()) &&
    parts.some((other) => other !== part && other.length >= SHORT && isPublicPart(other))
  )
}

/** Whether a part is public, is derived from a public word, or is composed of public words. */
export function isPublicPart(part: string): boolean {
  const word = part.toLowerCase()
  if (word.length <= SHORT || isPublicWord(word) || PRODUCTS.has(word)) return true
  const stem = word.replaceAll(DERIVED, '')
  if (stem.length > SHORT && stem !== word && (isPublicWord(stem) || isComposed(stem))) return true
  if (isLettered(word)) return true
  if (isComposed(word) || isMisspelt(word)) return true
  const rest = word.slice(0, -1)
  return MARKED.test(word) && (rest.length <= SHORT || isPublicWord(rest) || isComposed(rest))
}

/** A letter before or after a word of code: `xstat`, `splitn`, `curlx`. */
function isLettered(word: string): boolean {
  if (isPersonName(word)) return false
  return [word.slice(1), word.slice(0, -1)].some(
    (rest) => isAbbreviation(rest) || CODE_WORDS.has(rest) || isPublicTool(rest)
  )
}

/**
 * Two public words written as one (`fullscreenchange`), or a public word with an abbreviation of
 * two or three letters (`fspath`, `etcdctl`). `word` in lower case.
 */
export function isComposed(word: string): boolean {
  if (word.length > LONGEST_JOINED || GIVEN_NAMES.has(word) || SURNAMES.has(word)) return false
  for (let at = 2; at <= word.length - 2; at++) {
    const [first, second] = [word.slice(0, at), word.slice(at)]
    if (!isPiece(first, second)) continue
    if (isPiece(second, first)) return true
    if (first.length > SHORT && second.length >= 2 * LONG && isComposed(second)) return true
  }
  return false
}

/** Two short words of packages are found in most invented names: such a piece is one of the dictionary. */
function isPiece(word: string, other: string): boolean {
  if (word.length > SHORT) {
    return word.length < LONG_PIECE ? isDictionaryWord(word) : isPublicWord(word)
  }
  return (
    isAbbreviation(word) ||
    (word.length === SHORT &&
      other.length >= SHORT &&
      (isPublicWord(word) ||
        (CONSONANTS.test(word) && (other.length > SHORT || isAbbreviation(other)))))
  )
}
