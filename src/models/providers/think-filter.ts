/**
 * Removes the reasoning that some servers leave in front of an answer: `<think>...</think>`. An
 * answer that begins with other text passes unchanged.
 */
const OPEN = '<think>'
const CLOSE = '</think>'

export class ThinkFilter {
  #state: 'start' | 'inside' | 'gap' | 'answer' = 'start'
  #held = ''

  /** Takes a piece; returns the part of the answer that is known by now. */
  push(piece: string): string {
    if (this.#state === 'answer') return piece
    this.#held += piece
    if (this.#state === 'start') {
      const begin = this.#held.trimStart()
      if (begin.length < OPEN.length && OPEN.startsWith(begin)) return ''
      if (!begin.startsWith(OPEN)) return this.#release(this.#held)
      this.#state = 'inside'
    }
    if (this.#state === 'inside') {
      const end = this.#held.indexOf(CLOSE)
      // Only a beginning of the closing tag is kept of the reasoning.
      this.#held = this.#held.slice(end === -1 ? 1 - CLOSE.length : end + CLOSE.length)
      if (end === -1) return ''
      this.#state = 'gap'
    }
    const answer = this.#held.trimStart()
    return answer === '' ? '' : this.#release(answer)
  }

  /** The text that was held back, at the end of the answer. */
  end(): string {
    return this.#state === 'start' ? this.#release(this.#held) : ''
  }

  #release(text: string): string {
    this.#state = 'answer'
    this.#held = ''
    return text
  }
}

export function withoutThinking(text: string): string {
  const filter = new ThinkFilter()
  return filter.push(text) + filter.end()
}
