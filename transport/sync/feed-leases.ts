/**
 * Which feeds are being fetched at the moment, by any run with any peer: another run leaves them
 * alone for a while, so that an entry comes once and not once from each peer. A peer that brought
 * nothing of what it had a lease for gets none until it brings something: others fetch the same feeds
 * beside it. So peers that name entries and never send them hold up nobody for long, however many.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { FETCH_LEASE } from '../constants.ts'

/** Ends the leases; `isOfUse`: the peer has brought something. */
export type EndLeases = (isOfUse: boolean) => void

/** Peers that are remembered: more than are connected. */
const MAX_USELESS = 1_024

interface Lease {
  readonly ended: Promise<void>
}

export class FeedLeases {
  readonly #leases = new Map<string, Lease>()
  /** Peers that brought nothing the last time, the latest ones. */
  readonly #useless = new Set<string>()

  /** Leases those of the feeds that nobody fetches, to fetch them from the peer. */
  take(
    authors: readonly Uint8Array[],
    peer: string
  ): { readonly taken: Set<string>; readonly end: EndLeases } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const lease = { ended: promise }
    const taken = new Set(authors.map(toHex).filter((name) => !this.#leases.has(name)))
    if (!this.#useless.has(peer)) for (const name of taken) this.#leases.set(name, lease)
    const release = (): void => {
      for (const name of taken) if (this.#leases.get(name) === lease) this.#leases.delete(name)
      resolve()
    }
    // Who fetches slowly, or swallows, must not keep others from it.
    const timer = setTimeout(release, FETCH_LEASE)
    timer.unref()
    const end = (isOfUse: boolean): void => {
      clearTimeout(timer)
      release()
      this.#note(peer, isOfUse)
    }
    return { taken, end }
  }

  #note(peer: string, isOfUse: boolean): void {
    this.#useless.delete(peer)
    if (isOfUse) return
    this.#useless.add(peer)
    const [oldest] = this.#useless
    if (this.#useless.size > MAX_USELESS && oldest !== undefined) this.#useless.delete(oldest)
  }

  /** Resolves when nobody fetches any of the feeds, or after the time of a lease. */
  async ended(authors: readonly Uint8Array[]): Promise<void> {
    await Promise.all(authors.flatMap((author) => this.#leases.get(toHex(author))?.ended ?? []))
  }
}
