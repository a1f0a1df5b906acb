/**
 * The queue of additions and removals of the fact store, served in order. Waiting additions form
 * groups, so that a group shares one lookup and one fsync.
 */
import type { PreparedFact } from './prepared-fact.ts'

export interface AddOutcome {
  readonly status: 'new' | 'duplicate'
  /** Whether the exact key had to be looked up. */
  readonly lookedUp: boolean
}

export interface Addition {
  readonly facts: readonly PreparedFact[]
  readonly resolve: (added: AddOutcome[]) => void
  readonly reject: (error: unknown) => void
}

/** Facts looked up and written at once; bounds how long one group blocks the event loop. */
const MAX_GROUP_FACTS = 2_000

export class FactQueue {
  readonly #write: (group: readonly Addition[]) => Promise<void>
  readonly #waiting: (Addition | (() => Promise<void>))[] = []
  #draining = false

  /** `write` settles every addition of its group, and resolves when the next group may start. */
  constructor(write: (group: readonly Addition[]) => Promise<void>) {
    this.#write = write
  }

  add(facts: readonly PreparedFact[]): Promise<AddOutcome[]> {
    const { promise, resolve, reject } = Promise.withResolvers<AddOutcome[]>()
    this.#enqueue({ facts, resolve, reject })
    return promise
  }

  /** Runs a task after the additions before it, and before the additions after it. */
  runAlone<T>(task: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#enqueue(async () => {
      try {
        resolve(await task())
      } catch (error) {
        reject(error)
      }
    })
    return promise
  }

  #enqueue(task: Addition | (() => Promise<void>)): void {
    this.#waiting.push(task)
    if (!this.#draining) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#draining = true
    // Calls in one turn of the event loop share a group.
    await Promise.resolve()
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (typeof next === 'function') await next()
      else await this.#write(this.#group(next))
    }
    this.#draining = false
  }

  #group(first: Addition): Addition[] {
    const group = [first]
    let size = first.facts.length
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (typeof next === 'function' || size + next.facts.length > MAX_GROUP_FACTS) break
      group.push(next)
      size += next.facts.length
      this.#waiting.shift()
    }
    return group
  }
}
