/** Checks what a swarm is opened with, before anything is opened: keys and addresses. */
import { parseAddress } from './address.ts'
import { SwarmError } from './errors.ts'
import { parseSwarmKey } from './host/swarm-key.ts'
import type { SwarmInit } from './swarm-init.ts'

/** Protocols of addresses that some transport of a node can use. */
const USABLE: ReadonlySet<string> = new Set(['memory', 'p2p-circuit', 'tcp', 'ws', 'wss'])

/** Throws `SwarmError` (SWARM_KEY_INVALID, ADDRESS_INVALID). */
export function checkSwarmInit({
  key,
  acceptedKeys,
  bootstrap,
  listen,
  announce,
  relay,
  libp2p
}: Pick<
  SwarmInit,
  'acceptedKeys' | 'announce' | 'bootstrap' | 'key' | 'libp2p' | 'listen' | 'relay'
>): void {
  if (key !== undefined) parseSwarmKey(key)
  for (const accepted of acceptedKeys ?? []) parseSwarmKey(accepted)
  if (relay !== undefined && key === undefined) {
    throw new SwarmError(
      'RELAY_NEEDS_KEY',
      'A relay needs a swarm key: without one, everybody who reaches it could send data through it. Make one with "hive keygen > swarm.key".'
    )
  }
  // Other transports have other addresses.
  const isOwn = libp2p?.transports === undefined
  for (const address of [...(listen ?? []), ...(bootstrap ?? []), ...(announce ?? [])]) {
    const names = parseAddress(address).getComponents()
    if (!isOwn || names.some(({ name }) => USABLE.has(name))) continue
    throw new SwarmError(
      'ADDRESS_INVALID',
      `This node has no transport for "${address}". Use an address of TCP or WebSockets, such as /ip4/192.0.2.1/tcp/4001 or /dns4/example.com/tcp/443/wss.`
    )
  }
}
