/** Replies to exactly equal requests; the least recently used leaves first. */
import { CACHE_BYTES, CACHE_ENTRIES } from '../constants.ts'

interface CachedReply<T> {
  readonly value: T
  readonly bytes: number
}

export class ReplyCache<T> {
  readonly #held = new Map<string, CachedReply<T>>()
  #bytes = 0

  get(key: string): T | undefined {
    const held = this.#held.get(key)
    if (held === undefined) return undefined
    this.#held.delete(key)
    this.#held.set(key, held)
    return held.value
  }

  set(key: string, value: T, bytes: number): void {
    this.#drop(key)
    if (bytes > CACHE_BYTES) return
    this.#held.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= CACHE_ENTRIES && this.#bytes <= CACHE_BYTES) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0
    this.#held.delete(key)
  }
}
