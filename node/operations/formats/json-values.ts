/**
 * The JSON values of a text, one by one: of JSON Lines, of values one after the other, of the items of
 * an array, or of `{"data": [...]}`. No more than one value is in memory.
 */

/** Characters of a value; a longer one ends the reading. */
const MAX_CHARS = 8 * 1024 * 1024

const OPENING = new Set(['{', '['])
const CLOSING = new Set(['}', ']'])

/** Each value as a line of its own. Text that is no value comes as it is, for the reader to refuse. */
export async function* jsonValues(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const scanner = new Scanner()
  const decoder = new TextDecoder()
  let isFirst = true
  let isLines: boolean | undefined
  let begun = ''
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    begun += isFirst ? text.replace(/^\ufeff/, '') : text
    isFirst = begun === ''
    isLines ??= areLines(begun)
    if (isLines === undefined) continue
    if (isLines) yield begun
    else yield* scanner.values(begun)
    begun = ''
  }
  if (isLines === true) yield begun
  else yield* scanner.values(`${begun}\n`)
  yield* scanner.rest()
}

/** Whether the first line is a value of its own; undefined while it is not whole. */
function areLines(begun: string): boolean | undefined {
  const start = begun.trimStart()
  const end = start.indexOf('\n')
  if (end === -1) return start.length > MAX_CHARS ? false : undefined
  try {
    const value: unknown = JSON.parse(start.slice(0, end))
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && !('data' in value)
    )
  } catch {
    return false
  }
}

/** Finds values by their brackets. */
class Scanner {
  #value = ''
  #depth = 0
  #base = 0
  #isText = false
  #isEscaped = false

  #isEnvelope(): boolean {
    if (this.#base !== 0) return false
    return this.#depth === 0
      ? this.#value.trim() === ''
      : this.#depth === 1 && /^\{\s*"data"\s*:\s*$/.test(this.#value)
  }

  *values(text: string): Generator<string> {
    for (const character of text) {
      if (this.#isText) {
        this.#value += character
        if (this.#isEscaped) this.#isEscaped = false
        else if (character === '\\') this.#isEscaped = true
        else if (character === '"') this.#isText = false
        continue
      }
      if (character === '"') this.#isText = true
      if (OPENING.has(character)) {
        // A list of values, or the list in an envelope.
        const isList = character === '[' && this.#isEnvelope()
        this.#depth += 1
        if (isList) {
          this.#base = this.#depth
          this.#value = ''
          continue
        }
      }
      if (CLOSING.has(character)) this.#depth -= 1
      if (this.#depth < this.#base) {
        this.#base = this.#depth
        this.#value = ''
        continue
      }
      const isBetween = this.#depth === this.#base && /[\s,]/.test(character)
      if (!(isBetween && this.#value === '')) this.#value += /\s/.test(character) ? ' ' : character
      if (CLOSING.has(character) && this.#depth === this.#base) {
        yield `${this.#value}\n`
        this.#value = ''
      }
      if (this.#value.length > MAX_CHARS) {
        throw new Error(`A value has more than ${MAX_CHARS} characters.`)
      }
    }
  }

  /** What no value has ended. */
  *rest(): Generator<string> {
    if (/[^\s}\]]/.test(this.#value)) yield `${this.#value}\n`
  }
}
