/** Which addresses of a node another machine can use. */

/** Addresses of the machine alone, as text. */
const LOOPBACK = /^\/ip4\/127\.|^\/ip6\/::1\//

export interface UsableAddresses {
  readonly addresses: readonly string[]
  /** Whether this machine alone can dial them. */
  readonly isLocal: boolean
}

/** Those that others can dial; where there is none, those of this machine. */
export function usableByOthers(addresses: readonly string[]): UsableAddresses {
  const open = addresses.filter((address) => !LOOPBACK.test(address))
  return open.length === 0 ? { addresses, isLocal: true } : { addresses: open, isLocal: false }
}
