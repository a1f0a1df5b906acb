/**
 * Erases deleted values from the files of a store. LevelDB keeps a deleted value until it merges the
 * tables that have it, which for a table of the last level may be never. This merges the tables of
 * given keys, a few keys at a time, with pauses.
 *
 * A value and its deletion may lie in one table of the last level, which a merge alone leaves. So
 * deletions of keys around it, which nothing has, are written first: their table is merged into that
 * one.
 */
import { ENCODING, isCompactable } from './database.ts'
import type { Database } from './database.ts'
import type { Operation } from './section.ts'

export interface ErasureInit {
  readonly database: () => Database
  /** Writes behind the commits so far. */
  readonly commit: (operations: readonly Operation[]) => Promise<void>
}

/** Keys that are erased in one run: each may rewrite some 20 MB of a large store. */
const RUN_KEYS = 16

/** Milliseconds before a run, and how many times as long as the run before it is waited. */
const PAUSE = 1_000
const REST = 4

/** Milliseconds before a run that failed is tried again. */
const AGAIN = 60_000

/** Milliseconds. */
const MAX_FINISH = 1_000

export class Erasure {
  readonly #init: ErasureInit
  readonly #keys = new Map<string, Uint8Array>()
  #isFinished = false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(init: ErasureInit) {
    this.#init = init
  }

  /** Erases the values of deleted keys in the background. */
  add(operations: readonly Operation[]): void {
    for (const { type, key } of operations) {
      if (type === 'del') this.#keys.set(Buffer.from(key).toString('latin1'), key)
    }
    this.#schedule(PAUSE)
  }

  /** Erases values for a short time; call it before the store is closed. */
  async finish(): Promise<void> {
    this.#isFinished = true
    clearTimeout(this.#timer)
    await this.#running
    const started = performance.now()
    while (this.#keys.size > 0 && performance.now() - started < MAX_FINISH) {
      if (!(await this.#run())) return
    }
  }

  #schedule(delay: number): void {
    if (this.#timer !== undefined || this.#keys.size === 0) return
    this.#timer = setTimeout(() => {
      this.#running = this.#runAndRest()
    }, delay)
    this.#timer.unref()
  }

  async #runAndRest(): Promise<void> {
    const started = performance.now()
    const hasRun = await this.#run()
    const rest = REST * (performance.now() - started)
    this.#timer = undefined
    if (!this.#isFinished) this.#schedule(Math.max(hasRun ? PAUSE : AGAIN, rest))
  }

  /** False if it failed, as on a full disk: the values stay until it is tried again. */
  async #run(): Promise<boolean> {
    const keys = [...this.#keys].slice(0, RUN_KEYS)
    for (const [name] of keys) this.#keys.delete(name)
    const database = this.#init.database()
    if (keys.length === 0 || !isCompactable(database)) return true
    const ranges = keys.map(([, key]) => [before(key), after(key)] as const)
    try {
      // Into tables: what is only in the log of LevelDB would be written to one with its deletion.
      for (const [start, end] of ranges.slice(0, 1)) {
        await database.compactRange(start, end, ENCODING)
      }
      await this.#init.commit(ranges.flat().map((key) => ({ type: 'del', key, ...ENCODING })))
      for (const [start, end] of ranges) await database.compactRange(start, end, ENCODING)
      return true
    } catch {
      // The next write says why.
      for (const [name, key] of keys) this.#keys.set(name, key)
      return false
    }
  }
}

/** A key before another one, and behind all that are before it and shorter. */
function before(key: Uint8Array): Uint8Array {
  const last = key.at(-1) ?? 0
  const rest = key.subarray(0, -1)
  return last === 0 ? rest : Buffer.concat([rest, Buffer.of(last - 1, 0xff)])
}

function after(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, Buffer.of(0)])
}
