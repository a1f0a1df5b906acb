/** Runs passes in the background, one at a time, with a pause between them. */
import type { Pilot } from './pilot.ts'

export interface ScheduleComponents {
  readonly pilot: Pick<Pilot, 'runSelfImprovementCycle'>
  /** Milliseconds between two passes; 0 for none. */
  readonly interval: number
  readonly onError: (error: unknown) => void
}

export class Schedule {
  readonly #components: ScheduleComponents
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(components: ScheduleComponents) {
    this.#components = components
  }

  start(): void {
    const { interval } = this.#components
    if (interval === 0 || this.#abort.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#running = this.#pass()
    }, interval)
    this.#timer.unref()
  }

  /** Resolves when no pass runs. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#timer)
    await this.#running
  }

  async #pass(): Promise<void> {
    const { pilot, onError } = this.#components
    try {
      await pilot.runSelfImprovementCycle({ signal: this.#abort.signal })
    } catch (error) {
      if (!this.#abort.signal.aborted) onError(error)
    }
    this.start()
  }
}
