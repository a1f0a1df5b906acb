/**
 * The swarm: one libp2p host, its gossip, its anti-entropy and its dialer, over one replica.
 * Publishing is the caller's: the swarm tells peers of entries and admits theirs.
 */
import { EventEmitter } from 'node:events'
import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { KnownMembers } from './door/known-members.ts'
import { PacedRetractions } from './paced-retractions.ts'
import { SYNC_TIMEOUT } from './constants.ts'
import { abortable } from './streams/abortable.ts'
import { withDeadline } from './streams/deadline.ts'
import { Dialer } from './peers/dialer.ts'
import { SwarmError } from './errors.ts'
import { joinGossip } from './gossip/gossip.ts'
import { toHex } from '../crdt/bytes/index.ts'
import { explainDialFailure, explainListenFailure } from './host/failures.ts'
import { swarmId } from './host/swarm-key.ts'
import { MetPeers } from './met-peers.ts'
import { meshDelay } from './peers/mesh-delay.ts'
import { Offences } from './peers/offences.ts'
import { peerStatuses } from './peers/peer-status.ts'
import { probe } from './peers/probe.ts'
import { addressesOf, RememberedPeers } from './peers/remembered-peers.ts'
import { OwnAddresses } from './reach/own-addresses.ts'
import { Spreading } from './spreading.ts'
import { createSwarmHost, placesOf } from './swarm-host.ts'
import { syncAll } from './sync/sync-all.ts'
import type { AbortOptions, IdentifyResult, Logger, PeerId } from '@libp2p/interface'
import type { Entry, Retraction } from '../crdt/index.ts'
import type { FilterKind } from './filters/filter-frames.ts'
import type { PeerFilterStatus } from './filters/peer-filters.ts'
import type { Gossip, GossipTopics } from './gossip/gossip.ts'
import type { Host } from './host/host.ts'
import type { Clock } from './peers/offences.ts'
import type { PeerStatus } from './peers/peer-status.ts'
import type { ProbedAddress } from './peers/probe.ts'
import type { NetworkReport } from './reach/network.ts'
import type { SwarmEvents, SwarmInit } from './swarm-init.ts'
import type { FetchOptions } from './sync/have.ts'
import type { SynchronizeReport } from './sync/sync-all.ts'
import type { PullReport } from './sync/feed-pull.ts'

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
  readonly #met: MetPeers
  readonly #addresses: OwnAddresses
  readonly #paced: PacedRetractions
  readonly #spreading: Spreading
  /** Undefined in an open swarm. */
  readonly #known: KnownMembers | undefined
  #host: Host | undefined
  #gossip: Gossip | undefined
  #dialer: Dialer | undefined
  /** Entries of unknown members that were refused, when statements came last. */
  #unknownMembers = 0

  constructor(init: SwarmInit) {
    super()
    this.#init = init
    this.#keys = keysOf(init)
    this.id = swarmId(init.replica.swarm)
    this.#log = (init.logger ?? defaultLogger()).forComponent('hive:swarm')
    this.#clock = init.clock ?? Date
    this.#random = init.random ?? Math.random
    this.#offences = new Offences(this.#clock)
    this.#remembered = new RememberedPeers({
      store: init.store,
      clock: this.#clock,
      onFailure: (error) => this.#log('cannot store the addresses of peers - %e', error)
    })
    this.#addresses = new OwnAddresses({ host: () => this.#openHost(), relay: init.relay })
    this.#met = new MetPeers({
      host: () => this.#openHost(),
      dialer: () => this.#dialer,
      remembered: this.#remembered,
      clock: this.#clock
    })
    this.#paced = new PacedRetractions(init.replica.retractions)
    this.#spreading = new Spreading({
      replica: init.replica,
      log: this.#log,
      isLight: this.#isLight,
      random: () => this.#random(),
      services: () => this.#openHost().services,
      gossip: () => this.#gossip
    })
    const { members } = init
    const now = (): number => this.#clock.now()
    if (members !== undefined) {
      this.#known = new KnownMembers({ statements: members.statements, now })
    }
  }

  get peerId(): string {
    return this.#openHost().peerId.toString()
  }

  /** Where peers reach this node, each with `/p2p/<peer id>`; empty until started. */
  get multiaddrs(): string[] {
    return this.#addresses.list()
  }

  /** The signing key of the member that a peer proved to be; undefined in an open swarm. */
  memberOf(peer: string): Uint8Array | undefined {
    return this.#known?.memberOf(peer)
  }

  /** Offences of all peers since the start. */
  get offences(): number {
    return this.#offences.total
  }

  /** Opens the host. `createSwarm` calls it. */
  async open(): Promise<void> {
    this.#host = await createSwarmHost({
      init: this.#init,
      keys: this.#keys,
      clock: this.#clock,
      random: this.#random,
      protocolId: (protocol) => this.#protocolId(protocol),
      topics: this.#topics,
      paced: this.#paced,
      known: this.#known,
      isBanned: (peer) => this.#offences.isBanned(peer) || this.#isEnded(peer),
      scoreOf: (peer) => this.#scoreOf(peer),
      slotPeers: this.#met,
      isConnected: () => this.#openHost().services.sync.peers().length > 0,
      gossip: (entries) => this.#spreading.entries(entries),
      gossipRetractions: (retractions) => this.#spreading.retractions(retractions),
      onFound: (addresses) => {
        this.emit('lan:find', { addresses })
        this.#dialer?.add(addresses)
      },
      onRefuse: (refusal) => this.emit('peer:refuse', refusal),
      onOffence: (peer, reason) => this.#onOffence(peer, reason),
      onMemberAdmit: (peer, member) =>
        this.emit('member:admit', { peer: peer.toString(), member: toHex(member) }),
      onMemberRefuse: (peer, reason, isOurs) =>
        this.emit('member:refuse', { peer: peer.toString(), reason, isOurs }),
      onSynced: (report, milliseconds, peer) => {
        if (report.received > 0) this.#met.isOfUse(peer)
        this.#onSynced(report, milliseconds)
      },
      onRetractions: () => this.#openHost().services.sync.passOn(),
      onStuck: (author) => this.emit('stem:wait', { author: toHex(author) }),
      onSyncRun: (peer) => void this.#spreading.compareRetractions(peer),
      onFilterChange: (change) => {
        this.#spreading.filterChanged(change)
        this.emit('filter:change', change)
      },
      onDuplicate: (peer) => this.emit('peer:duplicate', { peer: peer.toString(), isOwn: false }),
      onOwnDuplicate: (reporter) =>
        this.emit('peer:duplicate', {
          peer: this.peerId,
          isOwn: true,
          reporter: reporter.toString()
        })
    })
    this.#dialer = new Dialer({
      libp2p: this.#host,
      log: this.#log,
      clock: this.#clock,
      random: this.#random,
      bootstrap: placesOf(this.#init).bootstrap,
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
    this.#init.replica.on('retraction:show', this.#onShow)
    this.#init.members?.statements.on('statement:add', this.#onStatements)
    host.addEventListener('peer:connect', this.#onConnect)
    host.addEventListener('peer:disconnect', this.#onDisconnect)
    host.addEventListener('peer:identify', this.#onIdentify)
    host.addEventListener('self:peer:update', this.#onAddresses)
    try {
      await host.start()
    } catch (cause) {
      await this.stop()
      const listen = placesOf(this.#init).listen.join(', ')
      throw new SwarmError(
        'LISTEN_FAILED',
        `Cannot listen on ${listen}: ${explainListenFailure(cause)}.`,
        { cause }
      )
    }
    if (this.#init.gossip !== false) {
      this.#gossip = joinGossip(host.services.gossip, {
        topics: this.#topics,
        swarm: this.#init.replica.swarm,
        replica: this.#init.replica.publicView,
        retractions: this.#paced,
        subscribes: !this.#isLight,
        onHeader: this.#init.onHeader,
        pull: (peer, header) => host.services.sync.pull(peer, header),
        onMissed: () => host.services.sync.catchUp(),
        onNews: (peer) => this.#met.isOfUse(peer),
        onOffence: (peer, reason) => this.#onOffence(peer, reason),
        connected: {
          peers: () => host.services.sync.peers(),
          connections: (peer) => host.getConnections(peer)
        },
        onPeersChange: () => this.emit('gossip:change')
      })
    }
    // What the host begins with is no change.
    this.#addresses.update()
    void this.#dialer?.start()
  }

  /** Leaves the swarm and closes the host; idempotent. */
  async stop(): Promise<void> {
    await this.#dialer?.stop()
    this.#gossip?.stop()
    this.#gossip = undefined
    const host = this.#openHost()
    this.#init.replica.off('author:void', this.#onVoid)
    this.#init.replica.off('retraction:show', this.#onShow)
    this.#init.members?.statements.off('statement:add', this.#onStatements)
    host.removeEventListener('peer:connect', this.#onConnect)
    host.removeEventListener('peer:disconnect', this.#onDisconnect)
    host.removeEventListener('peer:identify', this.#onIdentify)
    host.removeEventListener('self:peer:update', this.#onAddresses)
    await this.#remembered
      .stop()
      .catch((error: unknown) => this.#log('cannot store the addresses of peers - %e', error))
    await host.stop()
  }

  /**
   * Tells peers of own entries by gossip. Those that the replica hides until they are shown leave by a
   * stem, without this call.
   */
  async announce(entries: readonly Entry[]): Promise<void> {
    await this.#spreading.announce(entries)
  }

  /** Peers in whose filter the element seems to be: a maybe, never a proof. */
  peersThatMayHave(kind: FilterKind, element: Uint8Array): string[] {
    return this.#openHost().services.filters.peerFilters.peersWith(kind, element)
  }

  /** Whether a filter of any peer can answer. */
  hasFilters(kind: FilterKind): boolean {
    return this.#openHost().services.filters.peerFilters.hasAny(kind)
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
    signal?.throwIfAborted()
    // Filters are brought up to date beside: a large one may take an hour on a slow link.
    const refreshed = withDeadline(this.#init.exchangeTimeout ?? SYNC_TIMEOUT, (late) =>
      exchange.refresh({ signal: signal === undefined ? late : AbortSignal.any([signal, late]) })
    ).catch((error: unknown) => this.#log('filters are not all up to date - %e', error))
    const report = await syncAll(service, { signal })
    const peers = service.peers()
    const compared = Promise.all(peers.map((peer) => this.#spreading.compareRetractions(peer)))
    const all = Promise.all([refreshed, compared])
    await (signal === undefined ? all : abortable(all, signal))
    return report
  }

  /** Connected peers. */
  peers(): PeerStatus[] {
    const host = this.#openHost()
    return peerStatuses(host.getConnections(), new Set(host.services.sync.peers().map(String)), {
      mesh: new Set(this.#gossip?.meshPeers()),
      subscribers: new Set(this.#gossip?.subscribers())
    })
  }

  /**
   * Why no peer is in the mesh of gossip, although a connection is older than `MESH_PATIENCE`. Undefined
   * where one is, and where this node takes no gossip.
   */
  meshDelay(): string | undefined {
    if (this.#gossip === undefined || this.#isLight) return undefined
    const now = this.#clock.now()
    const ages = this.#openHost()
      .getConnections()
      .map(({ timeline }) => now - timeline.open)
    return meshDelay(this.peers(), Math.max(0, ...ages))
  }

  /** What this node knows of how others reach it. */
  network(): NetworkReport {
    return this.#addresses.report()
  }

  /** Dials the bootstrap addresses now, and measures how long an answer takes. */
  probeBootstrap(options: AbortOptions = {}): Promise<ProbedAddress[]> {
    const addresses = placesOf(this.#init).bootstrap
    return Promise.all(
      addresses.map((address) =>
        probe(this.#openHost(), address, {
          explain: (error) => explainDialFailure(error, this.#keys.length > 0),
          ...options
        })
      )
    )
  }

  /** Dials a multiaddr now. Throws libp2p's own error; `explainDialFailure` has the words for it. */
  async dial(address: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.#openHost().dial(multiaddr(address), { signal })
  }

  get #isLight(): boolean {
    return this.#init.mode === 'light'
  }

  #openHost(): Host {
    if (this.#host === undefined) throw new Error('The swarm is not open.')
    return this.#host
  }

  get #topics(): GossipTopics {
    return {
      entries: this.#protocolId('gossip'),
      retractions: this.#protocolId('gossip-retractions')
    }
  }

  #protocolId(protocol: string): string {
    return `/hive/${this.id}/${protocol}/${protocol === 'sync' ? '2.0.0' : '1.0.0'}`
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

  #onSynced(report: PullReport, milliseconds: number): void {
    void this.#spreading.synced(report)
    const { received: entries } = report
    if (entries > 0) this.emit('sync:receive', { entries, milliseconds: Math.round(milliseconds) })
  }

  readonly #onShow = (retractions: readonly Retraction[]): void => {
    const publish = (): Promise<void> => this.#spreading.retractions(retractions)
    void this.#spreading.attempt('publish retractions', publish)
  }

  readonly #onVoid = (proof: Uint8Array): void => {
    const publish = (): Promise<void> | undefined => this.#gossip?.publishProof(proof)
    void this.#spreading.attempt('publish a proof of equivocation', publish)
  }

  /** The peer was a member, and its certificate has ended. */
  #isEnded(peer: string): boolean {
    return this.#known?.verdictOfPeer(peer)?.isAdmitted === false
  }

  /** Entries of members that were unknown can be admitted now. */
  readonly #onStatements = (): void => {
    const refused = this.#init.replica.rejections()['unknown-member'] ?? 0
    if (refused === this.#unknownMembers) return
    this.#unknownMembers = refused
    const { sync } = this.#openHost().services
    sync.retryRefused()
    void syncAll(sync)
  }

  readonly #onConnect = ({ detail }: CustomEvent<PeerId>): void => {
    // Its certificate may have ended between the door and now.
    if (this.#isEnded(detail.toString())) this.#host?.services.members?.endRefused()
    this.emit('peer:connect', detail.toString())
  }

  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    this.emit('peer:disconnect', detail.toString())
  }

  readonly #onAddresses = (): void => {
    const multiaddrs = this.#addresses.update()
    if (multiaddrs !== undefined) this.emit('address:change', { multiaddrs })
  }

  readonly #onIdentify = ({ detail }: CustomEvent<IdentifyResult>): void => {
    this.#host?.services.stem?.send()
    this.#host?.services.retractionStem?.send()
    const { peerId, connection, observedAddr } = detail
    if (observedAddr !== undefined) {
      this.#addresses.observe(peerId, connection.remoteAddr, observedAddr)
    }
    const addresses = addressesOf(peerId.toString(), detail.listenAddrs.map(String))
    this.#met.add(peerId, addresses, connection)
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
