/**
 * Lets changes of own votes leave when their time has come: votes that wait for the retraction of the
 * vote before them, and retractions of votes of several author keys.
 */
import type { Entry, Replica } from '../../crdt/index.ts'

export interface HeldVotesComponents {
  readonly replica: Pick<Replica, 'publishHeld'>
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two looks: little beside the hours of a wait. */
const INTERVAL = 60_000

export class HeldVotesRelease {
  readonly #components: HeldVotesComponents
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(components: HeldVotesComponents) {
    this.#components = components
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), INTERVAL).unref()
    this.#look()
  }

  /** Resolves when no work is pending. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#timer)
    await this.#running
  }

  #look(): void {
    this.#running = this.#running.then(() => this.#release())
  }

  async #release(): Promise<void> {
    const { replica, announce, onError } = this.#components
    const { signal } = this.#abort
    if (signal.aborted) return
    try {
      await announce(await replica.publishHeld(signal))
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
  }
}
