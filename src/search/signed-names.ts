/**
 * Names that signs tell apart: C, C++, C#, F# and .NET. The index has their letters alone, so that a
 * question with one of them finds the others too. Their texts are compared here.
 */
import { queryWords, tellingWords } from './search-terms.ts'

/** `C++17` names C++, and `ASP.NET` .NET; `a#12` and `i+++j` name nothing. */
const SIGNED =
  /(?<![\p{L}\p{N}_+#.])[a-z]{1,2}(?:\+\+(?!\+)|#(?![\p{L}\p{N}_#]))|\.net(?![\p{L}\p{N}_])/giu

/** A letter alone that names something; a small one, an article or a pronoun does not. */
const LETTER = /(?<![\p{L}\p{N}_.+#'’/-])[B-HJ-Z](?![\p{L}\p{N}_.+#'’/-])/gu

interface AskedName {
  /** In small letters. */
  readonly name: string
  /** The letters that the index has. */
  readonly letters: RegExp
}

/** What a question asks for by such names. */
export class SignedNames {
  readonly #signed: readonly AskedName[]
  readonly #bare: readonly AskedName[]
  /** Whether the question has no other words. */
  readonly isAlone: boolean

  constructor(question: string) {
    this.#signed = namesIn(question, SIGNED)
    this.#bare = namesIn(question, LETTER)
    const rest = question.replaceAll(SIGNED, ' ')
    this.isAlone = this.#signed.length > 0 && tellingWords(queryWords(rest)).length === 0
  }

  /** Whether a text may be about something that only its letters share with a name of the question. */
  differFrom(text: string): boolean {
    if (this.#signed.length === 0 && this.#bare.length === 0) return false
    const known = new Set([...text.matchAll(SIGNED)].map(([name]) => name.toLowerCase()))
    return (
      this.#signed.some(({ name, letters }) => !known.has(name) && letters.test(text)) ||
      this.#bare.some(({ letters }) => {
        return letters.test(text) && !letters.test(text.replaceAll(SIGNED, ' '))
      })
    )
  }
}

function namesIn(question: string, pattern: RegExp): AskedName[] {
  const names = new Set([...question.matchAll(pattern)].map(([name]) => name.toLowerCase()))
  return Array.from(names, (name) => ({ name, letters: wordPattern(name.replace(/[.+#]+/g, '')) }))
}

function wordPattern(letters: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${letters}(?![\\p{L}\\p{N}_])`, 'iu')
}
