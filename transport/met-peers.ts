/**
 * What this node knows of its peers: who they are to it, and whether they have brought entries. Keys of
 * peers cost nothing, so places go by what a peer has done, by who dialled whom, and by network.
 */
import { MAX_PACED_PEERS, NEW_PEER_TIME } from './constants.ts'
import { groupOf } from './reach/address-group.ts'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { Dialer } from './peers/dialer.ts'
import type { Clock } from './peers/offences.ts'
import type { RememberedPeers } from './peers/remembered-peers.ts'
import type { PeerClass, SlotPeers } from './sync/sync-slots.ts'

export interface MetPeersInit {
  readonly host: () => Pick<Libp2p, 'getConnections'>
  readonly dialer: () => Pick<Dialer, 'add' | 'isBootstrap'> | undefined
  readonly remembered: Pick<RememberedPeers, 'add'>
  readonly clock: Clock
}

interface Stated {
  readonly addresses: readonly string[]
  readonly group: string | undefined
}

export class MetPeers implements SlotPeers {
  readonly #init: MetPeersInit
  /** Names of those that have brought entries, the latest last. */
  readonly #useful = new Set<string>()
  /** What those said of themselves that only came, the latest last: others may have taken their places since. */
  readonly #stated = new Map<string, Stated>()

  constructor(init: MetPeersInit) {
    this.#init = init
  }

  classOf(peer: PeerId): PeerClass {
    if (this.#init.dialer()?.isBootstrap(peer.toString()) === true) return 'bootstrap'
    const connections = this.#init.host().getConnections(peer)
    return connections.some(({ direction }) => direction === 'outbound') ? 'dialled' : 'inbound'
  }

  /** It has brought nothing, and is not connected for long. */
  isNew(peer: PeerId): boolean {
    if (this.#useful.has(peer.toString())) return false
    const since = this.#init.clock.now() - NEW_PEER_TIME
    const connections = this.#init.host().getConnections(peer)
    return !connections.some(({ timeline }) => timeline.open < since)
  }

  groupOf(peer: PeerId): string | undefined {
    const [connection] = this.#init.host().getConnections(peer)
    return connection === undefined ? undefined : groupOf(connection.remoteAddr)
  }

  /** The peer has brought an entry that was admitted. */
  isOfUse(peer: PeerId): void {
    const name = peer.toString()
    this.#useful.delete(name)
    this.#useful.add(name)
    const [oldest] = this.#useful
    if (this.#useful.size > MAX_PACED_PEERS && oldest !== undefined) this.#useful.delete(oldest)
    const stated = this.#stated.get(name)
    if (stated === undefined) return
    this.#stated.delete(name)
    this.#init.remembered.add(name, stated.addresses, { kind: 'useful', group: stated.group })
  }

  /** Keeps the addresses that the peer states on a connection. */
  add(
    peer: PeerId,
    addresses: readonly string[],
    connection: Pick<Connection, 'direction' | 'remoteAddr'>
  ): void {
    const isInbound = connection.direction === 'inbound'
    // A peer that is lost is dialled again, also in this run.
    this.#init.dialer()?.add(addresses, isInbound)
    const name = peer.toString()
    const group = groupOf(connection.remoteAddr)
    const isUseful = this.#useful.has(name)
    if (isInbound && !isUseful) this.#state(name, { addresses, group })
    this.#init.remembered.add(name, addresses, {
      kind: isInbound ? (isUseful ? 'useful' : 'inbound') : 'dialled',
      group
    })
  }

  #state(name: string, stated: Stated): void {
    this.#stated.delete(name)
    this.#stated.set(name, stated)
    const [oldest] = this.#stated.keys()
    if (this.#stated.size > MAX_PACED_PEERS && oldest !== undefined) this.#stated.delete(oldest)
  }
}
