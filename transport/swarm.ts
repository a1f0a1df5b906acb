/**
 * The swarm: one libp2p host, its gossip, its anti-entropy and its dialer, over one replica.
 * Publishing is the caller's: the swarm tells peers of entries and admits theirs.
 */
import { EventEmitter } from 'node:events'
import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { DEFAULT_LISTEN, MAX_ANNOUNCED_FEEDS, MAX_REQUESTED_BODIES } from './constants.ts'
import { Dialer } from './peers/dialer.ts'
import { SwarmError } from './errors.ts'
import { filters } from './filters/filters.ts'
import { gossipService, joinGossip } from './gossip/gossip.ts'
import { have } from './sync/have.ts'
import { createHost } from './host/host.ts'
import { describeMismatch, keyGate } from './host/key-gate.ts'
import { Offences } from './peers/offences.ts'
import { explainDialFailure, explainListenFailure } from './host/failures.ts'
import { RememberedPeers } from './peers/remembered-peers.ts'
import { stem } from './stem/stem.ts'
import { swarmId } from './host/swarm-key.ts'
import { sync } from './sync/sync.ts'
import type {
  AbortOptions,
  ComponentLogger,
  IdentifyResult,
  Logger,
  PeerId,
  PrivateKey
} from '@libp2p/interface'
import type { Entry, Replica, SignedHeader, Store } from '../crdt/index.ts'
import type { FilterKind } from './filters/filter-frames.ts'
import type { FilterChange, OfferedFilter } from './filters/filters.ts'
import type { FetchOptions } from './sync/have.ts'
import type { PeerFilterStatus } from './filters/peer-filters.ts'
import type { Gossip } from './gossip/gossip.ts'
import type { Host, HostOverrides } from './host/host.ts'
import type { Clock } from './peers/offences.ts'
import type { StemInit } from './stem/stem.ts'

/** Options of `createSwarm`. */
export interface SwarmInit {
  readonly replica: Replica
  readonly store: Pick<Store, 'section' | 'commit'>
  /** Text of a `swarm.key` file. */
  readonly key?: string
  /** Texts of the keys of peers that are let in as well, while one key replaces another. */
  readonly acceptedKeys?: readonly string[]
  /** Multiaddrs of peers to begin with. */
  readonly bootstrap?: readonly string[]
  /** Multiaddrs to listen on; default `DEFAULT_LISTEN`. */
  readonly listen?: readonly string[]
  /** Key of the peer id; by default a new one. */
  readonly privateKey?: PrivateKey
  /**
   * `light`: this node holds no feeds of others. It offers its own entries, knows the swarm by its
   * filters, and fetches single records.
   */
  readonly mode?: 'full' | 'light'
  /** Facts that this node tells peers it has found. Left out: it tells them of none. */
  readonly observed?: OfferedFilter
  /** Milliseconds between two rounds of filters; 0 for none. */
  readonly filterInterval?: number
  /** Milliseconds that an entry which does not come back from its stem waits, at least. */
  readonly embargo?: number
  /** Hears of each entry or header that a peer brings by gossip or stem, before it is judged. */
  readonly onHeader?: (peer: PeerId, header: SignedHeader) => void
  /** False: anti-entropy alone, for links too slow or costly for a mesh. */
  readonly gossip?: boolean
  /** Milliseconds between two syncs with a random peer; 0 for none. */
  readonly syncInterval?: number
  readonly libp2p?: HostOverrides
  readonly clock?: Clock
  /** 0 up to 1, as `Math.random`. */
  readonly random?: () => number
  readonly logger?: ComponentLogger
  readonly userAgent?: string
}

/** Events of a swarm. */
export interface SwarmEvents {
  'peer:connect': [peer: string]
  'peer:disconnect': [peer: string]
  /** An inbound connection was turned away because of the swarm key. */
  'peer:refuse': [refusal: { readonly address: string; readonly reason: string }]
  /** A peer sent what no honest peer would. */
  'peer:offend': [offence: { readonly peer: string; readonly reason: string }]
  'bootstrap:fail': [failure: { readonly address: string; readonly reason: string }]
  /** Peers became reachable by gossip, or no longer are. */
  'gossip:change': []
  /** What this node holds of a peer's filter changed. */
  'filter:change': [change: FilterChange]
  /** Entries came in through a sync. */
  'sync:receive': [news: { readonly entries: number }]
}

/** A connected peer. */
export interface PeerStatus {
  readonly peer: string
  readonly addresses: readonly string[]
  readonly direction: 'inbound' | 'outbound'
  /** Whether it shares this swarm, that is, speaks its `/sync`. */
  readonly swarm: boolean
  /** Whether gossip reaches it: directly, as one of this node's mesh, or as a subscriber only. */
  readonly gossip: 'mesh' | 'subscriber' | 'none'
  /** Milliseconds; undefined until measured. */
  readonly latency?: number
}

/** What a round of syncs did. `sent` and `received` count entries. */
export interface SynchronizeReport {
  /** Peers a sync was completed with, and those it failed with. */
  readonly peers: number
  readonly failed: number
  readonly sent: number
  readonly received: number
}

/** Opens the swarm; it is not started. Throws `SwarmError` for a bad key or address. */
export async function createSwarm(init: SwarmInit): Promise<Swarm> {
  const swarm = new Swarm(init)
  await swarm.open()
  return swarm
}

/** A node's place in the swarm: its host, and how entries travel. */
export class Swarm extends EventEmitter<SwarmEvents> {
  readonly id: string
  readonly #init: SwarmInit
  readonly #keys: readonly string[]
  readonly #log: Logger
  readonly #clock: Clock
  readonly #random: () => number
  readonly #offences: Offences
  readonly #remembered: RememberedPeers
  #host: Host | undefined
  #gossip: Gossip | undefined
  #dialer: Dialer | undefined

  constructor(init: SwarmInit) {
    super()
    this.#init = init
    this.#keys = keysOf(init)
    this.id = swarmId(init.replica.swarm)
    this.#log = (init.logger ?? defaultLogger()).forComponent('hive:swarm')
    this.#clock = init.clock ?? Date
    this.#random = init.random ?? Math.random
    this.#offences = new Offences(this.#clock)
    this.#remembered = new RememberedPeers(init.store, this.#clock)
  }

  get peerId(): string {
    return this.#openHost().peerId.toString()
  }

  /** Where peers reach this node, each with `/p2p/<peer id>`; empty until started. */
  get multiaddrs(): string[] {
    return this.#openHost().getMultiaddrs().map(String)
  }

  /** Offences of all peers since the start. */
  get offences(): number {
    return this.#offences.total
  }

  /** Opens the host. `createSwarm` calls it. */
  async open(): Promise<void> {
    const { replica, listen = DEFAULT_LISTEN, privateKey, logger, libp2p, observed } = this.#init
    this.#host = await createHost({
      privateKey,
      listen,
      logger,
      userAgent: this.#init.userAgent ?? 'noormme-hive',
      overrides: libp2p,
      isBanned: (peer) => this.#offences.isBanned(peer),
      connectionProtector: keyGate({
        keys: this.#keys,
        onRefuse: (address, mismatch) => {
          this.emit('peer:refuse', { address, reason: describeMismatch(mismatch) })
        }
      }),
      gossip: gossipService(this.#protocolId('gossip'), (peer) => this.#scoreOf(peer)),
      sync: sync({
        protocol: this.#protocolId('sync'),
        replica: replica.publicView,
        acceptsEntries: !this.#isLight,
        interval: this.#init.syncInterval,
        random: this.#random,
        onOffence: (peer, reason) => this.#onOffence(peer, reason),
        onSynced: ({ latestEntries }) => this.#onSynced(latestEntries)
      }),
      filters: filters({
        protocol: this.#protocolId('filter'),
        // A light node publishes nothing but its own: its filter would name an author.
        offers: { observed, published: this.#isLight ? undefined : replica.published },
        interval: this.#init.filterInterval,
        onChange: (change) => this.emit('filter:change', change),
        onOffence: (peer, reason) => this.#onOffence(peer, reason)
      }),
      have: have({
        protocol: this.#protocolId('have'),
        replica: replica.publicView,
        onOffence: (peer, reason) => this.#onOffence(peer, reason)
      }),
      stem: this.#isLight ? () => undefined : stem(this.#stemInit())
    })
    this.#dialer = new Dialer({
      libp2p: this.#host,
      log: this.#log,
      clock: this.#clock,
      random: this.#random,
      bootstrap: this.#init.bootstrap ?? [],
      remembered: await this.#remembered.load(),
      onUnreachable: (address, error) => {
        const reason = explainDialFailure(error, this.#keys.length > 0)
        this.emit('bootstrap:fail', { address, reason })
      }
    })
  }

  /** Listens and begins to dial; resolves before the first dial has ended. */
  async start(): Promise<void> {
    const host = this.#openHost()
    this.#init.replica.on('author:void', this.#onVoid)
    host.addEventListener('peer:connect', this.#onConnect)
    host.addEventListener('peer:disconnect', this.#onDisconnect)
    host.addEventListener('peer:identify', this.#onIdentify)
    try {
      await host.start()
    } catch (cause) {
      await this.stop()
      const listen = (this.#init.listen ?? DEFAULT_LISTEN).join(', ')
      throw new SwarmError(
        'LISTEN_FAILED',
        `Cannot listen on ${listen}: ${explainListenFailure(cause)}.`,
        { cause }
      )
    }
    if (this.#init.gossip !== false) {
      this.#gossip = joinGossip(host.services.gossip, {
        topic: this.#protocolId('gossip'),
        replica: this.#init.replica,
        subscribes: !this.#isLight,
        onHeader: this.#init.onHeader,
        pull: (peer) => host.services.sync.sync(peer),
        onOffence: (peer, reason) => this.#onOffence(peer, reason),
        onPeersChange: () => this.emit('gossip:change')
      })
    }
    void this.#dialer?.start()
  }

  /** Leaves the swarm and closes the host; idempotent. */
  async stop(): Promise<void> {
    await this.#dialer?.stop()
    this.#gossip?.stop()
    this.#gossip = undefined
    const host = this.#openHost()
    this.#init.replica.off('author:void', this.#onVoid)
    host.removeEventListener('peer:connect', this.#onConnect)
    host.removeEventListener('peer:disconnect', this.#onDisconnect)
    host.removeEventListener('peer:identify', this.#onIdentify)
    await host.stop()
  }

  /**
   * Tells peers of own entries: by a stem where the replica hides them until they are shown, by
   * gossip otherwise.
   */
  async announce(entries: readonly Entry[]): Promise<void> {
    const hidden = entries.filter(
      ({ author }) => this.#init.replica.publicSeq(author) !== undefined
    )
    await this.#gossipLatest(entries.filter((entry) => !hidden.includes(entry)))
    if (hidden.length > 0) this.#openHost().services.stem?.send()
  }

  /** Gossips entries, of each feed the last: who lacks the ones before pulls them. */
  async #gossipLatest(entries: readonly Entry[]): Promise<void> {
    const newest = new Map(
      entries.map((entry) => [Buffer.from(entry.author).toString('hex'), entry])
    )
    const announced = [...newest.values()].slice(-MAX_ANNOUNCED_FEEDS)
    for (const entry of announced) await this.#gossip?.publish(entry)
  }

  /** Peers in whose filter the element seems to be: a maybe, never a proof. */
  peersThatMayHave(kind: FilterKind, element: Uint8Array): string[] {
    return this.#openHost().services.filters.peerFilters.peersWith(kind, element)
  }

  /** Whether any peer's filter seems to have the element. */
  mayHave(kind: FilterKind, element: Uint8Array): boolean {
    return this.#openHost().services.filters.peerFilters.has(kind, element)
  }

  /** What this node holds of its peers' filters. */
  filters(): PeerFilterStatus[] {
    return this.#openHost().services.filters.peerFilters.status()
  }

  /** Bodies of records that some connected peer has, by digest in hex. */
  fetch(
    digests: readonly Uint8Array[],
    options?: FetchOptions
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#openHost().services.have.fetch(digests, options)
  }

  /** Syncs with every connected peer of the swarm, and brings their filters up to date. */
  async synchronize({ signal }: AbortOptions = {}): Promise<SynchronizeReport> {
    const { sync: service, filters: exchange } = this.#openHost().services
    await exchange.refresh({ signal })
    const results = await Promise.allSettled(
      service.peers().map((peer) => service.sync(peer, { signal }))
    )
    signal?.throwIfAborted()
    const report = { peers: 0, failed: 0, sent: 0, received: 0 }
    for (const result of results) {
      if (result.status === 'rejected') {
        report.failed += 1
        continue
      }
      report.peers += 1
      report.sent += result.value.sent
      report.received += result.value.received
    }
    return report
  }

  /** Connected peers. */
  peers(): PeerStatus[] {
    const host = this.#openHost()
    const swarm = new Set(host.services.sync.peers().map(String))
    const mesh = new Set(this.#gossip?.meshPeers())
    const subscribers = new Set(this.#gossip?.subscribers())
    const gossipOf = (peer: string): PeerStatus['gossip'] => {
      if (mesh.has(peer)) return 'mesh'
      return subscribers.has(peer) ? 'subscriber' : 'none'
    }
    const peers = new Map<string, PeerStatus>()
    for (const connection of host.getConnections()) {
      const peer = connection.remotePeer.toString()
      const address = connection.remoteAddr.toString()
      peers.set(peer, {
        peer,
        addresses: [...(peers.get(peer)?.addresses ?? []), address],
        direction: connection.direction,
        swarm: swarm.has(peer),
        gossip: gossipOf(peer),
        latency: connection.rtt
      })
    }
    return [...peers.values()]
  }

  /** Dials a multiaddr now. Throws libp2p's own error; `explainDialFailure` has the words for it. */
  async dial(address: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.#openHost().dial(multiaddr(address), { signal })
  }

  #stemInit(): StemInit {
    const { replica, embargo, onHeader } = this.#init
    return {
      onHeader,
      isConnected: () => this.#openHost().services.sync.peers().length > 0,
      protocol: this.#protocolId('stem'),
      replica,
      embargo,
      clock: this.#clock,
      random: this.#random,
      gossip: (entries) => this.#gossipLatest(entries),
      onOffence: (peer, reason) => this.#onOffence(peer, reason)
    }
  }

  get #isLight(): boolean {
    return this.#init.mode === 'light'
  }

  #openHost(): Host {
    if (this.#host === undefined) throw new Error('The swarm is not open.')
    return this.#host
  }

  #protocolId(protocol: string): string {
    return `/hive/${this.id}/${protocol}/1.0.0`
  }

  /** About as bad as gossipsub's own penalty for one rejected message. */
  #scoreOf(peer: string): number {
    return -20 * this.#offences.count(peer)
  }

  #onOffence(peer: PeerId, reason: string): void {
    this.emit('peer:offend', { peer: peer.toString(), reason })
    this.#log('offence of %p: %s', peer, reason)
    if (this.#offences.add(peer.toString())) {
      this.#openHost()
        .hangUp(peer)
        .catch((error: unknown) => this.#log('cannot disconnect %p - %e', peer, error))
    }
  }

  #onSynced(news: readonly Entry[]): void {
    this.#fetchMissingBodies().catch((error: unknown) =>
      this.#log('cannot fetch bodies - %e', error)
    )
    if (news.length === 0) return
    this.emit('sync:receive', { entries: news.length })
    this.#gossipLatest(news).catch((error: unknown) =>
      this.#log('cannot announce entries - %e', error)
    )
  }

  /** Bodies of records that authors speak of and that came in no entry: void, damaged or left out. */
  async #fetchMissingBodies(): Promise<void> {
    if (this.#isLight) return
    const missing = await this.#init.replica.missingBodies(MAX_REQUESTED_BODIES)
    if (missing.length === 0) return
    const found = await this.fetch(missing)
    await this.#init.replica.putBodies([...found.values()])
  }

  readonly #onVoid = (proof: Uint8Array): void => {
    this.#gossip
      ?.publishProof(proof)
      .catch((error: unknown) => this.#log('cannot publish a proof of equivocation - %e', error))
  }

  readonly #onConnect = ({ detail }: CustomEvent<PeerId>): void => {
    this.emit('peer:connect', detail.toString())
  }

  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    this.emit('peer:disconnect', detail.toString())
  }

  readonly #onIdentify = ({ detail }: CustomEvent<IdentifyResult>): void => {
    this.#host?.services.stem?.send()
    this.#remembered
      .add(detail.peerId.toString(), detail.listenAddrs.map(String))
      .catch((error: unknown) =>
        this.#log('cannot store the addresses of %p - %e', detail.peerId, error)
      )
  }
}

/** The node's own key, then the others that it accepts; none for an open swarm. */
function keysOf({ key, acceptedKeys = [] }: SwarmInit): readonly string[] {
  if (key !== undefined) return [key, ...acceptedKeys]
  if (acceptedKeys.length === 0) return []
  throw new SwarmError(
    'SWARM_KEY_INVALID',
    'The node has accepted swarm keys, but no swarm key of its own. Give it a swarm key too.'
  )
}
