/** Replies to equal requests; the least recently used one is evicted first. */
import { CACHE_BYTES, CACHE_ENTRIES } from '../constants.ts'

interface CachedReply<T> {
  readonly value: T
  readonly bytes: number
}

export class ReplyCache<T> {
  readonly #replies = new Map<string, CachedReply<T>>()
  #bytes = 0

  get(key: string): T | undefined {
    const held = this.#replies.get(key)
    if (held === undefined) return undefined
    this.#replies.delete(key)
    this.#replies.set(key, held)
    return held.value
  }

  set(key: string, value: T, bytes: number): void {
    this.#drop(key)
    if (bytes > CACHE_BYTES) return
    this.#replies.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#replies.keys()) {
      if (this.#replies.size <= CACHE_ENTRIES && this.#bytes <= CACHE_BYTES) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#replies.get(key)?.bytes ?? 0
    this.#replies.delete(key)
  }
}
