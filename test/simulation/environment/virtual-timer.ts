/** A timer of the simulated process, with the methods of `NodeJS.Timeout`. */
import { simulated } from './simulated.ts'
import type { QueuedEvent } from './event-queue.ts'
import type { Owner } from './owner.ts'

let ids = 0

export class VirtualTimer {
  readonly #task: () => void
  readonly #delay: number
  readonly #repeats: boolean
  /** Whether who ended cleanly has cleared it. */
  readonly #isCounted: boolean
  readonly #owner: Owner
  readonly #id = ++ids
  #event: QueuedEvent | undefined
  #isCleared = false

  constructor(task: () => void, delay: number, repeats: boolean, isCounted = true) {
    this.#task = task
    this.#delay = delay
    this.#repeats = repeats
    this.#isCounted = isCounted
    this.#owner = simulated().time.owner
    this.#start()
  }

  /** Starts again, unless it was cleared. */
  refresh(): this {
    if (this.#isCleared) return this
    this.#cancel()
    this.#start()
    return this
  }

  close(): this {
    this.#isCleared = true
    this.#cancel()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.toPrimitive](): number {
    return this.#id
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #cancel(): void {
    if (this.#event !== undefined) this.#event.isCancelled = true
    this.#event = undefined
  }

  #start(): void {
    this.#event = simulated().time.schedule(
      this.#delay,
      () => {
        this.#event = undefined
        if (this.#repeats) this.#start()
        this.#task()
      },
      this.#owner
    )
    this.#event.isTimer = this.#isCounted
  }
}
