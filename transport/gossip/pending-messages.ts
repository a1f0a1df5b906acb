/**
 * Bounds what one peer can have in admission at a time. In a closed swarm the check of a message of
 * 4 KiB takes up to 0.1 s in the thread of voices, which answers in order: without a bound, what a
 * peer sends in a second would hold up all others for a minute.
 */
import { MAX_PENDING_GOSSIP } from '../constants.ts'

export class PendingMessages {
  readonly #counts = new Map<string, number>()

  /** Runs the task; returns undefined where the peer has too many that run. */
  run<T>(peer: string, task: () => Promise<T>): Promise<T> | undefined {
    const count = this.#counts.get(peer) ?? 0
    if (count >= MAX_PENDING_GOSSIP) return undefined
    this.#counts.set(peer, count + 1)
    return this.#finish(peer, task)
  }

  async #finish<T>(peer: string, task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } finally {
      const left = (this.#counts.get(peer) ?? 1) - 1
      if (left === 0) this.#counts.delete(peer)
      else this.#counts.set(peer, left)
    }
  }
}
