/**
 * The swarm of the hive: libp2p host, gossip, anti-entropy and dialer over a replica.
 *
 * @example
 * ```ts
 * import { openReplica, openStore } from 'noormme-hive/crdt'
 * import { createSwarm } from 'noormme-hive/transport'
 *
 * const store = await openStore()
 * const replica = await openReplica({ store, swarm: 'default' })
 * const swarm = await createSwarm({ store, replica })
 * await swarm.start()
 * console.log(swarm.multiaddrs)
 * await swarm.stop()
 * await store.close()
 * ```
 *
 * @module noormme-hive/transport
 */
export { DEFAULT_LISTEN, MAX_ACCEPTED_KEYS } from './constants.ts'
export { DEFAULT_RELAY_LIMITS, MAX_RELAY_LIMITS } from './reach/relay-limits.ts'
export { checkSwarmInit } from './check-swarm-init.ts'
export { createSwarm } from './create-swarm.ts'
export { SwarmError } from './errors.ts'
export { loadPeerKey } from './host/peer-key.ts'
export {
  generateSwarmKey,
  parseSwarmKey,
  swarmId,
  swarmKeyHex,
  swarmKeyText
} from './host/swarm-key.ts'
export type { SwarmErrorCode } from './errors.ts'
export { describeDoorReason } from './door/door-reasons.ts'
export type { SwarmMembers } from './door/door.ts'
export type { DoorReason } from './door/door-reasons.ts'
export type { Enrol } from './door/enrolments.ts'
export type { FilterKind } from './filters/filter-frames.ts'
export type { FilterChange, OfferedFilter } from './filters/filters.ts'
export type { FetchOptions } from './sync/have.ts'
export type { PeerFilterStatus } from './filters/peer-filters.ts'
export type { Clock } from './peers/offences.ts'
export type { AddressScope } from './reach/addresses.ts'
export type { LanPeer } from './reach/lan.ts'
export type { ListenAddress, NetworkReport } from './reach/network.ts'
export type { NatVerdict, ObservedAddress } from './reach/observations.ts'
export type { RelayLimits } from './reach/relay-limits.ts'
export type { ProbedAddress } from './peers/probe.ts'
export type { PeerStatus } from './peers/peer-status.ts'
export type { Swarm } from './swarm.ts'
export type { SwarmEvents, SwarmInit } from './swarm-init.ts'
export type { SynchronizeReport } from './sync/sync-all.ts'
