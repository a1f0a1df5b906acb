/** What the page shows of a peer. */
import type { ResultOf } from '../../client/index.ts'

export type Peer = ResultOf<'status'>['peers'][number]

/** By its addresses: all of them lead over another peer. */
export function isRelayed({ addresses }: Pick<Peer, 'addresses'>): boolean {
  return addresses.length > 0 && addresses.every((address) => address.includes('/p2p-circuit'))
}

/** Milliseconds; undefined while none is measured. */
export function medianOf(peers: readonly Pick<Peer, 'latency'>[]): number | undefined {
  const sorted = peers.flatMap(({ latency }) => latency ?? []).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
