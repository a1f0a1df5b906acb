/** A root's seed as 24 English words (BIP 39): for paper. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { MemberError } from '../errors.ts'

const WORDS = 24

const KNOWN: ReadonlySet<string> = new Set(wordlist)

/** The words of a seed of 32 bytes. */
export function rootWords(seed: Uint8Array): string[] {
  return entropyToMnemonic(seed, wordlist).split(' ')
}

/**
 * The seed of 24 words, in any case and with any white space between. Throws `MemberError`
 * (ROOT_WORDS_INVALID), which names a word that is not on the list.
 */
export function seedOfWords(text: string): Uint8Array {
  const words = text.trim().toLowerCase().normalize('NFKD').split(/\s+/).filter(Boolean)
  if (words.length !== WORDS) {
    throw invalid(`A root has ${WORDS} words; these are ${words.length}.`)
  }
  for (const [at, word] of words.entries()) {
    if (!KNOWN.has(word))
      throw invalid(`Word ${at + 1}, "${word}", is not on the list${like(word)}.`)
  }
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist))
  } catch (cause) {
    throw invalid(
      'All words are on the list, but their checksum is wrong: a word was replaced by another one, or two words were swapped.',
      cause
    )
  }
}

/** Words are unique by their first four letters: those that share three may be meant. */
function like(word: string): string {
  const similar = wordlist.filter((each) => each.startsWith(word.slice(0, 3)))
  if (word.length < 3 || similar.length === 0) return ''
  return `; words that begin like it: ${similar.slice(0, 4).join(', ')}`
}

function invalid(message: string, cause?: unknown): MemberError {
  return new MemberError('ROOT_WORDS_INVALID', message, { cause })
}
