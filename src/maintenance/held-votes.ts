/**
 * Lets changes of own votes leave when their time has come: votes that wait for the retraction of the
 * vote before them, and retractions of votes of several author keys.
 *
 * In a swarm votes wait also until a peer has told its heads: a copied or restored directory may hold
 * a vote that another copy has published. Retractions need not wait, since a second one is no news.
 */
import type { Entry, Replica } from '../../crdt/index.ts'

export interface HeldVotesComponents {
  readonly replica: Pick<
    Replica,
    'hasHeardPeers' | 'off' | 'on' | 'publishHeld' | 'releaseRetractions'
  >
  /** False: no peer will tell anything. */
  readonly hasSwarm: boolean
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
    this.#timer = setInterval(() => void this.look(), INTERVAL).unref()
    this.#components.replica.on('peers:hear', this.#onHear)
    void this.look()
  }

  /** Resolves when no work is pending. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#timer)
    this.#components.replica.off('peers:hear', this.#onHear)
    await this.#running
  }

  /** Resolves when all that may leave now has left. */
  look(): Promise<void> {
    this.#running = this.#running.then(() => this.#release())
    return this.#running
  }

  readonly #onHear = (): void => void this.look()

  async #release(): Promise<void> {
    const { replica, hasSwarm, announce, onError } = this.#components
    const { signal } = this.#abort
    if (signal.aborted) return
    try {
      if (hasSwarm && !replica.hasHeardPeers) await replica.releaseRetractions()
      else await announce(await replica.publishHeld(signal))
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
  }
}
