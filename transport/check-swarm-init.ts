/** Checks what a swarm is opened with, before anything is opened: keys and addresses. */
import { isClosedSwarm } from '../crdt/index.ts'
import { parseAddress } from './address.ts'
import { SwarmError } from './errors.ts'
import { parseSwarmKey } from './host/swarm-key.ts'
import type { SwarmInit } from './swarm-init.ts'

/**
 * Whether the members fit the swarm. Throws `SwarmError` (MEMBERS_MISSING, MEMBERS_UNEXPECTED) when a closed
 * swarm has none, or an open one has some.
 */
export function checkMembers(
  swarm: string,
  members: { readonly statements: { readonly swarm: string } } | undefined
): void {
  if (members === undefined) {
    if (!isClosedSwarm(swarm)) return
    throw new SwarmError(
      'MEMBERS_MISSING',
      `"${swarm}" is a closed swarm: a node needs its statements and the keys of a member. Join it with an invite, or use a name without "~" and 32 digits at its end for an open swarm.`
    )
  }
  if (isClosedSwarm(swarm) && members.statements.swarm === swarm) return
  throw new SwarmError(
    'MEMBERS_UNEXPECTED',
    isClosedSwarm(swarm)
      ? `The members are of the swarm "${members.statements.swarm}", and the replica is of "${swarm}".`
      : `"${swarm}" is an open swarm and has no members. Use the full name of the closed swarm, with "~" and 32 digits at its end.`
  )
}

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
