/** A timer of the simulated process, with the methods of `NodeJS.Timeout`. */
import { simulated } from './virtual-globals.ts'
import type { QueuedEvent } from './event-queue.ts'
import type { Owner } from './virtual-time.ts'

let ids = 0

export class VirtualTimer {
  readonly #task: () => void
  readonly #delay: number
  readonly #repeats: boolean
  readonly #owner: Owner
  readonly #id = ++ids
  #event: QueuedEvent | undefined

  constructor(task: () => void, delay: number, repeats: boolean) {
    this.#task = task
    this.#delay = delay
    this.#repeats = repeats
    this.#owner = simulated().time.owner
    this.#start()
  }

  refresh(): this {
    this.close()
    this.#start()
    return this
  }

  close(): this {
    if (this.#event !== undefined) this.#event.isCancelled = true
    this.#event = undefined
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
  }
}
