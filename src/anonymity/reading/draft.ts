/**
 * A text during anonymisation. One character replaces each finding. The text is scanned again only
 * where a replacement may have formed new words.
 */
import { isWordCode } from './characters.ts'
import { LONG_WORD_LENGTH, ScannedText } from './scanned-text.ts'

/** Without white space, the text before and after a replacement is one stretch. */
const WHITE_SPACE = /\s/

export class Draft extends ScannedText {
  /** Replacements since the last commit, and the text up to there. */
  readonly #edits: number[] = []
  #result = ''
  #copied = 0
  #isCut = false

  /** Replaces the text between `from` and `to` by `mark`; from left to right, then `commit`. */
  replace(from: number, to: number, mark: string): void {
    const { text } = this
    this.#result += text.slice(this.#copied, from) + mark
    this.#copied = to
    this.#edits.push(from, to)
    this.#isCut ||=
      isWithinWord(text, from) || isWithinWord(text, to) || WHITE_SPACE.test(text.slice(from, to))
  }

  /** Features, shapes and groups may describe text that is gone: they only save work. */
  commit(): void {
    if (this.#edits.length === 0) return
    const text = this.#result + this.text.slice(this.#copied)
    if (this.#isCut) this.read(text)
    else {
      this.text = text
      this.hasMarks = true
      this.words.move(this.#edits)
      this.#moveLong()
    }
    this.#edits.length = 0
    this.#result = ''
    this.#copied = 0
    this.#isCut = false
  }

  #moveLong(): void {
    const { long } = this
    const edits = this.#edits
    let edit = 0
    let shift = 0
    const moved = (at: number): number => {
      while (edit < edits.length && at >= (edits[edit + 1] ?? 0)) {
        shift += (edits[edit + 1] ?? 0) - (edits[edit] ?? 0) - 1
        edit += 2
      }
      // Inside a replacement, which may contain white space: its start.
      return edit < edits.length ? Math.min(at, edits[edit] ?? 0) - shift : at - shift
    }
    let count = 0
    for (let i = 0; i + 2 < long.length; i += 3) {
      const from = moved(long[i] ?? 0)
      const to = moved(long[i + 1] ?? 0)
      if (to - from < LONG_WORD_LENGTH) continue
      long[count] = from
      long[count + 1] = to
      long[count + 2] = long[i + 2] ?? 0
      count += 3
    }
    long.length = count
  }
}

/**
 * Whether `at` is between two characters of one word, or before a sign that starts no word after
 * it.
 */
function isWithinWord(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return false
  return isWordCode(text.charCodeAt(at - 1)) && isWordCode(text.charCodeAt(at))
}
