/**
 * Misspelt common words: `Commadn`, `certficate`. Two neighbouring letters are exchanged, one is missing,
 * or one is too many. Of 33,444 names of persons that are no words, 93 look like that.
 */
import { COMMON_WORDS } from './common-words.ts'
import { isDictionaryWord } from './vocabulary.ts'

/** Of the misspelt form: shorter ones are like too many words. */
const SHORTEST = 5
const SHORTEST_EXCHANGED = 6
const SHORTEST_LONGER = 7

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

interface Words {
  readonly whole: ReadonlySet<string>
  /** Each of them without one of its letters. */
  readonly shortened: ReadonlySet<string>
}

let loaded: Words | undefined

/** `word` in small letters. */
export function isMisspelt(word: string): boolean {
  if (word.length < SHORTEST) return false
  loaded ??= load()
  const { whole, shortened } = loaded
  if (shortened.has(word)) return true
  for (let i = 0; i < word.length; i++) {
    if (word.length >= SHORTEST_LONGER && whole.has(without(word, i))) return true
    if (word.length >= SHORTEST_EXCHANGED && whole.has(exchanged(word, i))) return true
  }
  return false
}

/**
 * Whether one letter of each must go to make `word` and a common word equal: `Updade`, `Declear`. Of
 * names of persons 2 % look like that, so what surrounds the word must speak for it.
 */
export function isLikeCommon(word: string): boolean {
  if (word.length < SHORTEST_EXCHANGED) return false
  loaded ??= load()
  const { shortened } = loaded
  for (let i = 0; i < word.length; i++) if (shortened.has(without(word, i))) return true
  return word.length >= SHORTEST_LONGER && lacksLetter(word)
}

/** `Supresses`: with one letter more it is in the dictionary. */
function lacksLetter(word: string): boolean {
  for (let i = 1; i < word.length; i++) {
    const [before, after] = [word.slice(0, i), word.slice(i)]
    for (const letter of LETTERS) if (isDictionaryWord(before + letter + after)) return true
  }
  return false
}

function load(): Words {
  const whole = new Set(COMMON_WORDS.flatMap((line) => line.split(' ')))
  const shortened = new Set<string>()
  for (const word of whole) for (let i = 0; i < word.length; i++) shortened.add(without(word, i))
  return { whole, shortened }
}

function without(word: string, i: number): string {
  return word.slice(0, i) + word.slice(i + 1)
}

function exchanged(word: string, i: number): string {
  return word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2)
}
