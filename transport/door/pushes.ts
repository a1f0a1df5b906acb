/**
 * New statements for one peer. What is new while a push is on its way goes with the next one; when that is
 * more than a push takes, the peer is told that there is news, and pulls.
 */
import { MAX_PUSHED_STATEMENTS } from '../constants.ts'
import { MAX_STATEMENTS_FRAME_BYTES } from './statement-frames.ts'
import type { Statement } from '../../crdt/index.ts'
import type { StatementsRequest } from './statement-frames.ts'

export interface PushesInit {
  /** Resolves when the peer has answered. */
  readonly send: (request: StatementsRequest) => Promise<unknown>
  readonly digest: () => Uint8Array
  readonly onFailure: (error: unknown) => void
}

export class Pushes {
  readonly #init: PushesInit
  #waiting: Statement[] = []
  #hasNews = false
  #isSending = false

  constructor(init: PushesInit) {
    this.#init = init
  }

  add(statements: readonly Statement[]): void {
    this.#waiting.push(...statements)
    if (this.#waiting.length > MAX_PUSHED_STATEMENTS) {
      this.#waiting = []
      this.#hasNews = true
    }
    if (!this.#isSending) void this.#send()
  }

  /** Never rejects. What a failure loses comes with the next comparison. */
  async #send(): Promise<void> {
    this.#isSending = true
    try {
      while (this.#waiting.length > 0 || this.#hasNews) await this.#init.send(this.#next())
    } catch (error) {
      this.#waiting = []
      this.#hasNews = false
      this.#init.onFailure(error)
    } finally {
      this.#isSending = false
    }
  }

  #next(): StatementsRequest {
    if (this.#hasNews) {
      this.#hasNews = false
      return { type: 'news', digest: this.#init.digest() }
    }
    const statements: Uint8Array[] = []
    let size = 0
    for (const { bytes } of this.#waiting) {
      // Each with its length; the type and the count come before.
      size += bytes.length + 3
      if (size > MAX_STATEMENTS_FRAME_BYTES - 8 && statements.length > 0) break
      statements.push(bytes)
    }
    this.#waiting = this.#waiting.slice(statements.length)
    return { type: 'push', statements }
  }
}
