/** The libp2p host of a node: transports, encryption, muxing and the limits on connections. */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import {
  DOOR_UPGRADE_TIMEOUT,
  INBOUND_CONNECTIONS_PER_SECOND,
  MAX_CONNECTIONS,
  MAX_PENDING_INBOUND,
  PING_INTERVAL,
  PING_SPREAD
} from '../constants.ts'
import { SwarmError } from '../errors.ts'
import { loadReach } from '../reach/load-reach.ts'
import { Network } from '../reach/network.ts'
import { overRelays } from '../reach/over-relays.ts'
import { consumeChunksTogether } from './chunk-lists.ts'
import { limitedYamux } from './frame-limit.ts'
import { quietLogger } from './quiet-logger.ts'
import type { ComponentLogger, ConnectionProtector, Libp2p, PrivateKey } from '@libp2p/interface'
import type { Identify } from '@libp2p/identify'
import type { Ping } from '@libp2p/ping'
import type { Libp2pOptions } from 'libp2p'
import type { door } from '../door/door.ts'
import type { Members } from '../door/members.ts'
import type { ExchangeComponents } from '../streams/exchange.ts'
import type { Filters } from '../filters/filters.ts'
import type { GossipComponents, GossipService } from '../gossip/gossip.ts'
import type { Have } from '../sync/have.ts'
import type { Instances } from '../instances/instances.ts'
import type { Lan } from '../reach/lan.ts'
import type { ReachInit, RelayService } from '../reach/load-reach.ts'
import type { Stem } from '../stem/stem.ts'
import type { RetractionSync } from '../sync/retraction-sync.ts'
import type { Sync } from '../sync/sync.ts'

export interface HostServices extends Record<string, unknown> {
  readonly identify: Identify
  readonly ping: Ping
  readonly sync: Sync
  readonly filters: Filters
  readonly have: Have
  /** Undefined in an open swarm. */
  readonly members?: Members
  /** Undefined on a light node. */
  readonly stem: Stem | undefined
  readonly retractions: RetractionSync
  /** Undefined on a light node. */
  readonly retractionStem: Stem | undefined
  readonly instances: Instances
  readonly gossip: GossipService
  /** Undefined on a host that has no addresses of libp2p. */
  readonly network?: Network
  /** Undefined unless peers on the network segment are looked for. */
  readonly lan?: Lan
  /** Undefined unless this node is a relay. */
  readonly relay?: RelayService
}

/** What a swarm needs of libp2p. */
export type Host = Pick<
  Libp2p<HostServices>,
  | 'addEventListener'
  | 'dial'
  | 'getConnections'
  | 'getMultiaddrs'
  | 'hangUp'
  | 'peerId'
  | 'removeEventListener'
  | 'services'
  | 'start'
  | 'stop'
>

/** Makes a host, not started. */
export type HostFactory = (init: HostInit) => Promise<Host>

/** libp2p's own options that an embedding program may replace. */
export type HostOverrides = Partial<Omit<Libp2pOptions, 'services' | 'start'>>

export interface HostInit {
  readonly privateKey?: PrivateKey
  readonly listen: readonly string[]
  /** Addresses by which others reach this node, beside those at which it listens. */
  readonly announce: readonly string[]
  readonly reach: ReachInit
  readonly logger?: ComponentLogger
  readonly userAgent: string
  /** Of a closed swarm: encrypts connections, and lets members through. */
  readonly door?: ReturnType<typeof door>
  readonly members?: (components: ExchangeComponents) => Members
  connectionProtector(): ConnectionProtector
  isBanned(peer: string): boolean
  gossip(components: GossipComponents): GossipService
  sync(components: ExchangeComponents): Sync
  filters(components: ExchangeComponents): Filters
  have(components: ExchangeComponents): Have
  stem(components: ExchangeComponents): Stem | undefined
  retractions(components: ExchangeComponents): RetractionSync
  retractionStem(components: ExchangeComponents): Stem | undefined
  instances(components: ExchangeComponents): Instances
  /** Replaces any of the options: another transport, say. */
  readonly overrides?: HostOverrides
}

/** Of one node, in milliseconds. */
export function drawPingInterval(): number {
  return PING_INTERVAL * (1 + PING_SPREAD * (2 * Math.random() - 1))
}

/** Made, not started. */
export async function createHost(init: HostInit): Promise<Host> {
  consumeChunksTogether()
  const reach = await loadReach(init.reach)
  const { members, logger = quietLogger() } = init
  const options: Libp2pOptions<HostServices> = {
    start: false,
    privateKey: init.privateKey,
    nodeInfo: { userAgent: init.userAgent },
    addresses: { listen: [...init.listen], appendAnnounce: [...init.announce] },
    transports: [tcp(), ...reach.transports],
    connectionEncrypters: [noise()],
    streamMuxers: [limitedYamux()],
    connectionProtector: () => init.connectionProtector(),
    connectionManager: {
      ...(init.door === undefined ? {} : { inboundUpgradeTimeout: DOOR_UPGRADE_TIMEOUT }),
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: INBOUND_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND
    },
    connectionMonitor: {
      pingInterval: PING_INTERVAL * (1 + PING_SPREAD * (2 * Math.random() - 1))
    },
    connectionGater: {
      denyDialPeer: (peer) => init.isBanned(peer.toString()),
      // The default also refuses private addresses when it dials; a hive lives on them.
      denyDialMultiaddr: () => false,
      denyInboundEncryptedConnection: (peer) => init.isBanned(peer.toString()),
      denyInboundRelayReservation: (peer) => init.isBanned(peer.toString()),
      denyOutboundRelayedConnection: (source, destination) =>
        init.isBanned(source.toString()) || init.isBanned(destination.toString())
    },
    services: {
      identify: identify(),
      ping: ping(),
      network: (components) => new Network(components),
      ...reach.services,
      sync: (components) => init.sync(overRelays(components)),
      filters: (components) => init.filters(overRelays(components)),
      have: (components) => init.have(overRelays(components)),
      stem: (components) => init.stem(overRelays(components)),
      retractions: (components) => init.retractions(overRelays(components)),
      retractionStem: (components) => init.retractionStem(overRelays(components)),
      instances: (components) => init.instances(overRelays(components)),
      gossip: (components) => init.gossip(components),
      ...(members === undefined
        ? {}
        : { members: (components: ExchangeComponents) => members(overRelays(components)) })
    },
    ...(logger === undefined ? {} : { logger }),
    ...init.overrides,
    // Nothing replaces the door.
    ...(init.door === undefined ? {} : { connectionEncrypters: [init.door] })
  }
  try {
    return await createLibp2p<HostServices>(options)
  } catch (cause) {
    throw new SwarmError('ADDRESS_INVALID', `Cannot listen on ${init.listen.join(', ')}.`, {
      cause
    })
  }
}
