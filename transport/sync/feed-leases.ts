/**
 * Which feeds are being fetched at the moment, by any run with any peer: another run leaves them
 * alone for a while, so that an entry comes once and not once from each peer.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { FETCH_LEASE } from '../constants.ts'

/** Ends the leases. */
export type EndLeases = () => void

interface Lease {
  readonly ended: Promise<void>
}

export class FeedLeases {
  readonly #leases = new Map<string, Lease>()

  /** Leases those of the feeds that nobody fetches. */
  take(authors: readonly Uint8Array[]): { readonly taken: Set<string>; readonly end: EndLeases } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const lease = { ended: promise }
    const taken = new Set(authors.map(toHex).filter((name) => !this.#leases.has(name)))
    for (const name of taken) this.#leases.set(name, lease)
    // Who fetches slowly, or swallows, must not keep others from it.
    const timer = setTimeout(() => end(), FETCH_LEASE)
    timer.unref()
    const end = (): void => {
      clearTimeout(timer)
      for (const name of taken) if (this.#leases.get(name) === lease) this.#leases.delete(name)
      resolve()
    }
    return { taken, end }
  }

  /** Resolves when nobody fetches any of the feeds, or after the time of a lease. */
  async ended(authors: readonly Uint8Array[]): Promise<void> {
    await Promise.all(authors.flatMap((author) => this.#leases.get(toHex(author))?.ended ?? []))
  }
}
