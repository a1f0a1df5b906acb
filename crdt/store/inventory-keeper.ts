/** Keeps the inventory of an open store: at most a second behind its commits, and exact when it closes. */
import type { Inventory } from './inventory.ts'

/** Milliseconds from a commit to the inventory, if writing it takes a hundredth of that. */
const DELAY = 1_000
const MIN_RATIO = 100

export interface InventoryKeeperInit {
  readonly inventory: Inventory
  /** Positions behind the last digests on disk, by log. */
  ends(): Promise<Record<string, number>>
}

export class InventoryKeeper {
  readonly #init: InventoryKeeperInit
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #delay = DELAY
  #isClosed = false

  constructor(init: InventoryKeeperInit) {
    this.#init = init
  }

  /** A commit is on disk. */
  changed(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#write()
    }, this.#delay).unref()
  }

  /** Writes no more inventories of an open store; call it before the database is closed. */
  async end(): Promise<Record<string, number>> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#writing
    return this.#init.ends()
  }

  /** Writes the inventory of the closed store; returns its SHA-256, or undefined where that fails. */
  async writeClosed(ends: Readonly<Record<string, number>>): Promise<string | undefined> {
    try {
      await this.#init.inventory.write(ends, true)
      return this.#init.inventory.closed
    } catch {
      // The next start compares less.
      return undefined
    }
  }

  async #write(): Promise<void> {
    if (this.#writing !== undefined) return
    const started = performance.now()
    this.#writing = this.#tryWrite()
    await this.#writing
    this.#writing = undefined
    this.#delay = Math.max(DELAY, MIN_RATIO * (performance.now() - started))
  }

  async #tryWrite(): Promise<void> {
    try {
      await this.#init.inventory.write(await this.#init.ends(), false)
    } catch {
      // The disk is full: the next commit tries again.
    }
  }
}
