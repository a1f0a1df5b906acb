/** Reads multiaddrs. */
import { multiaddr } from '@multiformats/multiaddr'
import { SwarmError } from './errors.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Throws `SwarmError` if the text is not a multiaddr. */
export function parseAddress(address: string): Multiaddr {
  try {
    return multiaddr(address)
  } catch (cause) {
    throw new SwarmError(
      'ADDRESS_INVALID',
      `"${address}" is not a multiaddr. An address looks like /ip4/192.0.2.1/tcp/4001/p2p/12D3Koo...`,
      { cause }
    )
  }
}
