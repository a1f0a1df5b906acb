/** Checks what a swarm is opened with, before anything is opened: keys and addresses. */
import { parseAddress } from './address.ts'
import { SwarmError } from './errors.ts'
import { parseSwarmKey } from './host/swarm-key.ts'
import type { SwarmInit } from './swarm-init.ts'

/** Protocols of addresses that some transport of a node can use. */
const USABLE: ReadonlySet<string> = new Set(['memory', 'p2p-circuit', 'tcp'])

/** Throws `SwarmError` (SWARM_KEY_INVALID, ADDRESS_INVALID). */
export function checkSwarmInit({
  key,
  acceptedKeys,
  bootstrap,
  listen,
  libp2p
}: Pick<SwarmInit, 'acceptedKeys' | 'bootstrap' | 'key' | 'libp2p' | 'listen'>): void {
  if (key !== undefined) parseSwarmKey(key)
  for (const accepted of acceptedKeys ?? []) parseSwarmKey(accepted)
  // Other transports have other addresses.
  const isOwn = libp2p?.transports === undefined
  for (const address of [...(listen ?? []), ...(bootstrap ?? [])]) {
    const names = parseAddress(address).getComponents()
    if (!isOwn || names.some(({ name }) => USABLE.has(name))) continue
    throw new SwarmError(
      'ADDRESS_INVALID',
      `This node has no transport for "${address}". Use an address of TCP, such as /ip4/192.0.2.1/tcp/4001.`
    )
  }
}
