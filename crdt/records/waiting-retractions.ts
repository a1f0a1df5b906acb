/**
 * Retractions that open nothing that this replica stores: the register may still come, or there is
 * none. They wait in memory, the latest of each source and of all. What is dropped comes again by
 * sync, since a peer that stores the register offers the retraction.
 */
import { MAX_WAITING_RETRACTIONS, MAX_WAITING_RETRACTIONS_PER_SOURCE } from '../constants.ts'
import { concat, toHex } from '../bytes/index.ts'
import { commitmentOf, retractionId } from './retraction.ts'
import type { Retraction } from './retraction.ts'

interface Waiting {
  readonly retraction: Retraction
  readonly source: string
}

export class WaitingRetractions {
  /** By what they open, the oldest first. */
  readonly #waiting = new Map<string, Waiting>()
  /** Names of each source, the oldest first. */
  readonly #sources = new Map<string, Set<string>>()
  /** Ids of all, in hex. */
  readonly #ids = new Set<string>()

  get size(): number {
    return this.#waiting.size
  }

  /** `source`: who has sent it. */
  add(retraction: Retraction, source: string): void {
    const name = nameOf(retraction.digest, commitmentOf(retraction))
    if (this.#waiting.has(name)) return
    const names = this.#sources.get(source) ?? new Set()
    this.#sources.set(source, names.add(name))
    this.#waiting.set(name, { retraction, source })
    this.#ids.add(toHex(retractionId(retraction)))
    if (names.size > MAX_WAITING_RETRACTIONS_PER_SOURCE) this.#dropFirst(names.keys())
    if (this.#waiting.size > MAX_WAITING_RETRACTIONS) this.#dropFirst(this.#waiting.keys())
  }

  /** Whether the retraction with this id waits. */
  has(id: Uint8Array): boolean {
    return this.#ids.has(toHex(id))
  }

  /** The one that opens the commitment, which waits no longer. */
  take(digest: Uint8Array, commitment: Uint8Array): Retraction | undefined {
    if (this.#waiting.size === 0) return undefined
    const name = nameOf(digest, commitment)
    const waiting = this.#waiting.get(name)
    if (waiting !== undefined) this.#drop(name, waiting)
    return waiting?.retraction
  }

  #dropFirst(names: Iterator<string>): void {
    const { value: name } = names.next()
    const waiting = name === undefined ? undefined : this.#waiting.get(name)
    if (name !== undefined && waiting !== undefined) this.#drop(name, waiting)
  }

  #drop(name: string, { retraction, source }: Waiting): void {
    this.#waiting.delete(name)
    this.#ids.delete(toHex(retractionId(retraction)))
    const names = this.#sources.get(source)
    names?.delete(name)
    if (names?.size === 0) this.#sources.delete(source)
  }
}

function nameOf(digest: Uint8Array, commitment: Uint8Array): string {
  return toHex(concat(digest, commitment))
}
