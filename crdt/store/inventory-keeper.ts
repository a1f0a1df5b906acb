/** Keeps the inventory of an open store: at most a second behind its commits, and exact when it closes. */
import type { Inventory } from './inventory.ts'

/** Milliseconds from a commit to the inventory, if writing it takes a hundredth of that. */
const DELAY = 1_000
const MIN_RATIO = 100

export interface InventoryKeeperInit {
  readonly inventory: Pick<Inventory, 'write'>
  /** Positions behind the last digests on disk, by log. */
  ends(): Promise<Record<string, number>>
}

export class InventoryKeeper {
  readonly #init: InventoryKeeperInit
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<unknown> | undefined
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

  /** Writes the inventory of the closed store. */
  async writeClosed(ends: Readonly<Record<string, number>>): Promise<void> {
    // Where it fails, the next start compares less.
    await this.#init.inventory.write(ends, true).catch(() => undefined)
  }

  async #write(): Promise<void> {
    // What has changed since a write began comes with the next one.
    if (this.#writing !== undefined) return this.changed()
    const started = performance.now()
    const written = this.#tryWrite()
    this.#writing = written
    const isWritten = await written
    this.#writing = undefined
    this.#delay = Math.max(DELAY, MIN_RATIO * (performance.now() - started))
    if (!isWritten) this.changed()
  }

  /** False where it fails, as on a full disk. */
  async #tryWrite(): Promise<boolean> {
    try {
      await this.#init.inventory.write(await this.#init.ends(), false)
      return true
    } catch {
      return false
    }
  }
}
