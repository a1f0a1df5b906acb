/**
 * Statements that wait in memory for what they build on. Their signatures cannot be checked before, so
 * anybody can fill this: the oldest leave first, and come again with the next exchange.
 */
import { sha256, toHex } from '../bytes/index.ts'
import { MAX_WAITING, MAX_WAITING_BYTES } from './constants.ts'
import type { Statement } from './statement.ts'

interface Waiting {
  readonly statement: Statement
  readonly missing: readonly string[]
}

export class WaitingStatements {
  /** By the hash of all bytes: a copy with a wrong signature must not take the position of the right one. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #byMissing = new Map<string, Set<string>>()
  #bytes = 0

  get size(): number {
    return this.#waiting.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps the statement until any of what is missing comes, or others push it out. */
  add(statement: Statement, missing: readonly string[]): void {
    const name = nameOf(statement)
    this.#remove(name)
    this.#waiting.set(name, { statement, missing })
    this.#bytes += statement.bytes.length
    for (const each of missing) {
      const names = this.#byMissing.get(each) ?? new Set()
      this.#byMissing.set(each, names.add(name))
    }
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING && this.#bytes <= MAX_WAITING_BYTES) break
      this.#remove(oldest)
    }
  }

  /** Those that waited for this id, key or commitment; they no longer wait. */
  take(missing: string): Statement[] {
    const names = [...(this.#byMissing.get(missing) ?? [])]
    return names.flatMap((name) => this.#remove(name)?.statement ?? [])
  }

  #remove(name: string): Waiting | undefined {
    const waiting = this.#waiting.get(name)
    if (waiting === undefined) return undefined
    this.#waiting.delete(name)
    this.#bytes -= waiting.statement.bytes.length
    for (const each of waiting.missing) {
      const names = this.#byMissing.get(each)
      names?.delete(name)
      if (names?.size === 0) this.#byMissing.delete(each)
    }
    return waiting
  }
}

function nameOf({ bytes }: Statement): string {
  return toHex(sha256(bytes))
}
