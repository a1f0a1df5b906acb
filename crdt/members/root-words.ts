/**
 * A root's seed as 24 English words (BIP 39): for paper. The list of words is loaded when it is used: a node
 * starts without it.
 */
import { MemberError } from '../errors.ts'

const WORDS = 24

/** The words of a seed of 32 bytes. */
export async function rootWords(seed: Uint8Array): Promise<string[]> {
  const words = await loadWords()
  return words.entropyToMnemonic(seed, words.wordlist).split(' ')
}

/**
 * The seed of 24 words, in any case and with any white space between. Rejects with `MemberError`
 * (ROOT_WORDS_INVALID), which names a word that is not on the list.
 */
export async function seedOfWords(text: string): Promise<Uint8Array> {
  const words = text.trim().toLowerCase().normalize('NFKD').split(/\s+/).filter(Boolean)
  if (words.length !== WORDS) {
    throw invalid(`A root has ${WORDS} words; these are ${words.length}.`)
  }
  const codec = await loadWords()
  const { wordlist } = codec
  const known = new Set(wordlist)
  for (const [at, word] of words.entries()) {
    if (known.has(word)) continue
    throw invalid(`Word ${at + 1}, "${word}", is not on the list${like(word, wordlist)}.`)
  }
  try {
    return new Uint8Array(codec.mnemonicToEntropy(words.join(' '), wordlist))
  } catch (cause) {
    throw invalid(
      'All words are on the list, but their checksum is wrong: a word was replaced by another one, or two words were swapped.',
      cause
    )
  }
}

interface Words {
  readonly wordlist: string[]
  readonly entropyToMnemonic: (entropy: Uint8Array, wordlist: string[]) => string
  readonly mnemonicToEntropy: (mnemonic: string, wordlist: string[]) => Uint8Array
}

async function loadWords(): Promise<Words> {
  const [codec, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english.js')
  ])
  return { ...codec, wordlist }
}

/** Words are unique by their first four letters: those that share three may be meant. */
function like(word: string, wordlist: readonly string[]): string {
  const similar = wordlist.filter((each) => each.startsWith(word.slice(0, 3)))
  if (word.length < 3 || similar.length === 0) return ''
  return `; words that begin like it: ${similar.slice(0, 4).join(', ')}`
}

function invalid(message: string, cause?: unknown): MemberError {
  return new MemberError('ROOT_WORDS_INVALID', message, { cause })
}
