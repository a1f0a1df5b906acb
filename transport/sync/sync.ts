/**
 * Anti-entropy: `/sync/2.0.0` with every peer this node dials, with a random peer every 30 s, and
 * with the sender of whatever shows a gap. Gossip is fast and forgets; this is what guarantees
 * that replicas converge.
 *
 * Each side pulls for itself: it compares trees of heads (`descent.ts`) and fetches the feeds that differ
 * (`feed-pull.ts`); the other side answers (`sync-server.ts`). A run pulls what the peer has more,
 * and asks the peer to pull in turn. The side with fewer entries pulls first: where the other one has
 * nothing else, they then agree.
 */
import { repeatingTask } from '@libp2p/utils'
import { equalBytes } from '../../crdt/bytes/index.ts'
import {
  CATCH_UP_PEERS,
  FRUITLESS_PER_SECOND,
  MAX_FRUITLESS_BURST,
  MAX_INBOUND_SYNCS,
  MAX_NEWS_PEERS,
  MAX_NODE_BURST,
  MAX_SYNC_FRAME_BYTES,
  MAX_TURN_BURST,
  NODES_PER_SECOND,
  SYNC_INTERVAL,
  SYNC_TIMEOUT,
  TURNS_PER_SECOND
} from '../constants.ts'
import { InflatedPace } from '../inflated-pace.ts'
import { PeerPaces } from '../peer-paces.ts'
import { abortable } from '../streams/abortable.ts'
import { JoinedRuns } from '../streams/joined-runs.ts'
import { RequestStreams } from '../streams/request-streams.ts'
import { Descent } from './descent.ts'
import { FeedLeases } from './feed-leases.ts'
import { FeedPull, unexpected } from './feed-pull.ts'
import { NewsRounds } from './news-rounds.ts'
import { placedRequest } from './placed-request.ts'
import { RefusedFeeds } from './refused-feeds.ts'
import { readSyncAnswer, writeSyncRequest } from './sync-frames.ts'
import { SyncServer } from './sync-server.ts'
import { NO_PLACE } from './sync-room.ts'
import { SyncSlots } from './sync-slots.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { PublicView } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FeedPullInit, PullReport } from './feed-pull.ts'
import type { WantedFeed } from './refused-feeds.ts'
import type { Summary } from './sync-frames.ts'
import type { SyncPlace } from './sync-room.ts'
import type { SlotPeers } from './sync-slots.ts'

/** What a run did. */
export interface SyncReport extends PullReport {
  /** Entries that the peer has pulled meanwhile. */
  readonly sent: number
  /** Whether both sides have compared all that they have. */
  readonly isComplete: boolean
}

export interface SyncInit extends ExchangeServiceInit {
  /** Which runs a run with a peer shares room with. */
  readonly peers: SlotPeers
  readonly swarm: string
  readonly replica: Omit<PublicView, 'bodies' | 'heads'>
  /** False: this node offers its own entries and takes none. */
  readonly acceptsEntries: boolean
  /** Milliseconds between two rounds with a random peer; 0 for none. */
  readonly interval?: number
  /** Milliseconds of one run; default `SYNC_TIMEOUT`. */
  readonly timeout?: number
  /** 0 to 1; picks the random peer. */
  random(): number
  /** A comparison has ended, with what it brought. */
  readonly onSynced: (report: PullReport, milliseconds: number, peer: PeerId) => void
  /** A run that this node began has ended. */
  readonly onRun?: (peer: PeerId) => void
  /** This replica has all that a full peer has shown. */
  readonly onComplete?: () => void
}

export interface Sync {
  /** Runs a sync that begins after this call, or joins one that does. */
  sync(peer: PeerId, options?: AbortOptions): Promise<SyncReport>
  /**
   * Pulls one feed: what the peer has of it beyond this replica. Resolves to whether this replica took
   * all that came.
   */
  pull(peer: PeerId, feed: WantedFeed): Promise<boolean>
  /** This node has news that it has not gossiped: syncs with peers soon. */
  passOn(): void
  /** News of gossip was dropped, or withheld: syncs with a few peers soon. */
  catchUp(): void
  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[]
  /** Asks again for feeds that were refused without blame: members that were unknown are known now. */
  retryRefused(): void
}

/** A service for `createLibp2p`. */
export function sync(init: SyncInit): (components: ExchangeComponents) => Sync {
  return (components) => new SyncService(components, init)
}

/** What one side learned by comparing with a peer, and pulling from it. */
interface PullRun extends PullReport {
  readonly theirs: Summary
  /** Whether both have the same. */
  readonly isEqual: boolean
  /** Whether all was compared. */
  readonly isComplete: boolean
  /** The peer has less, and should pull first. */
  readonly isDeferred: boolean
}

const NOTHING: PullReport = { received: 0, latestEntries: [], hasMoreNews: false, forks: 0 }

class SyncService implements Sync, Startable {
  readonly #init: SyncInit
  readonly #streams: RequestStreams
  readonly #servers = new Map<string, SyncServer>()
  readonly #paces = new PeerPaces(NODES_PER_SECOND, MAX_NODE_BURST)
  readonly #fruitless = new PeerPaces(FRUITLESS_PER_SECOND, MAX_FRUITLESS_BURST)
  readonly #turnPaces = new PeerPaces(TURNS_PER_SECOND, MAX_TURN_BURST)
  readonly #leases = new FeedLeases()
  readonly #refused = new RefusedFeeds(elapsed)
  readonly #inflated: InflatedPace
  readonly #runs = new JoinedRuns((peer: PeerId) =>
    this.#slots.run(peer, (place) => this.#run(peer, place), { signal: this.#streams.stopping })
  )
  readonly #slots: SyncSlots<SyncReport>
  /** Of its own: two nodes that wait for each other's turn must not wait for each other's room. */
  readonly #turnSlots: SyncSlots<boolean>
  /** One at a time with each peer, however often it asks. */
  readonly #turns = new JoinedRuns((peer: PeerId) =>
    this.#turnSlots.run(peer, (place) => this.#pullInTurn(peer, place), {
      signal: this.#streams.stopping
    })
  )
  readonly #rounds: RepeatingTask | undefined
  readonly #newsRounds: NewsRounds<PeerId>

  constructor(components: ExchangeComponents, init: SyncInit) {
    this.#init = init
    this.#inflated = new InflatedPace(init.swarm, elapsed)
    this.#slots = new SyncSlots(init.peers)
    this.#turnSlots = new SyncSlots(init.peers)
    this.#streams = new RequestStreams(components, {
      ...init,
      name: 'sync',
      maxFrameBytes: MAX_SYNC_FRAME_BYTES,
      maxStreams: MAX_INBOUND_SYNCS,
      accept: (peer) => {
        const server = this.#serverOf(peer)
        return (request, write, signal) => server.answer(request, write, signal)
      },
      // The dialling side begins, so that two peers who meet run one sync and not two.
      onConnect: (peer, { direction }) => {
        if (direction === 'outbound') this.#trySync(peer)
      },
      onDisconnect: (peer) => void this.#servers.delete(peer.toString())
    })
    this.#newsRounds = new NewsRounds({
      stopping: () => this.#streams.stopping,
      peers: () => this.peers(),
      sync: (peer) => this.#trySync(peer),
      random: () => init.random()
    })
    const interval = init.interval ?? SYNC_INTERVAL
    if (interval > 0) this.#rounds = repeatingTask(() => this.#round(), interval)
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/sync'

  async start(): Promise<void> {
    await this.#streams.start()
    this.#rounds?.start()
  }

  async stop(): Promise<void> {
    this.#rounds?.stop()
    await this.#streams.stop()
    await this.#runs.settled()
    await this.#turns.settled()
  }

  peers(): PeerId[] {
    return this.#streams.peers()
  }

  retryRefused(): void {
    this.#refused.clear()
  }

  #sharedWith(peer: PeerId): Omit<FeedPullInit, 'place'> {
    const [leases, refused, inflated] = [this.#leases, this.#refused, this.#inflated]
    return { leases, refused, inflated, peer: peer.toString() }
  }

  sync(peer: PeerId, { signal }: AbortOptions = {}): Promise<SyncReport> {
    const shared = this.#runs.run(peer)
    return signal === undefined ? shared : abortable(shared, signal)
  }

  passOn(): void {
    this.#newsRounds.ask(MAX_NEWS_PEERS)
  }

  catchUp(): void {
    if (this.#init.acceptsEntries) this.#newsRounds.ask(CATCH_UP_PEERS)
  }

  async pull(peer: PeerId, feed: WantedFeed): Promise<boolean> {
    const begun = elapsed()
    const request = placedRequest(this.#streams, peer, NO_PLACE)
    const isLate = this.#endOfRun()
    const feeds = new FeedPull(this.#init.replica, { ...this.#sharedWith(peer), isLate }, request)
    await feeds.pull(new Map([['', feed]]), () => true)
    this.#onSynced(feeds.report(), elapsed() - begun, peer)
    if (feeds.report().forks > 0) this.#trySync(peer)
    return !feeds.hasRefused
  }

  async #run(peer: PeerId, place: SyncPlace): Promise<SyncReport> {
    try {
      return await this.#runOnce(peer, place)
    } finally {
      this.#init.onRun?.(peer)
    }
  }

  async #runOnce(peer: PeerId, place: SyncPlace): Promise<SyncReport> {
    const sentBefore = this.#sentTo(peer)
    const isLate = this.#endOfRun()
    const first = await this.#pullAll(peer, place, { isPolite: true, isLate })
    const isTurn = !first.isEqual && first.theirs.acceptsEntries
    const isTurnComplete = isTurn ? await this.#giveTurn(peer, place, isLate) : true
    const second = first.isDeferred
      ? await this.#pullAll(peer, place, { isPolite: false, isLate })
      : undefined
    const isComplete = isTurnComplete && first.isComplete && (second?.isComplete ?? true)
    const received = first.received + (second?.received ?? 0)
    const sent = Math.max(0, this.#sentTo(peer) - sentBefore)
    // Of a feed that forks, the next run may find a lower place.
    const forks = first.forks + (second?.forks ?? 0)
    if (forks > 0 || (!isComplete && received > 0)) this.#trySync(peer)
    if (isComplete && first.theirs.acceptsEntries && first.theirs.entries > 0) {
      this.#init.onComplete?.()
    }
    this.#streams.log('synced with %p: %d sent, %d received', peer, sent, received)
    const latestEntries = [...first.latestEntries, ...(second?.latestEntries ?? [])]
    const hasMoreNews = first.hasMoreNews || (second?.hasMoreNews ?? false)
    return { received, latestEntries, hasMoreNews, forks, sent, isComplete }
  }

  /** `isPolite`: leaves it to the peer to pull first if the peer has less. */
  async #pullAll(
    peer: PeerId,
    place: SyncPlace,
    { isPolite, isLate }: { readonly isPolite: boolean; readonly isLate: () => boolean }
  ): Promise<PullRun> {
    const { replica, acceptsEntries } = this.#init
    const begun = elapsed()
    const request = placedRequest(this.#streams, peer, place)
    const ours = this.#summary()
    const theirs = await request(
      writeSyncRequest({ type: 'summary', summary: ours }),
      async (read) => {
        const answer = readSyncAnswer(await read())
        if (answer.type !== 'summary') throw unexpected(answer)
        return { ...answer.summary, digest: answer.summary.digest.slice() }
      }
    )
    const isSame = (): boolean => equalBytes(replica.digest(), theirs.digest)
    const isEqual = isSame()
    const isDeferred =
      !isEqual &&
      isPolite &&
      acceptsEntries &&
      theirs.acceptsEntries &&
      theirs.entries < ours.entries
    if (isEqual || isDeferred || !acceptsEntries) {
      this.#onSynced(NOTHING, elapsed() - begun, peer)
      return { ...NOTHING, theirs, isEqual, isDeferred, isComplete: true }
    }
    const feeds = new FeedPull(replica, { ...this.#sharedWith(peer), place, isLate }, request)
    const random = (): number => this.#init.random()
    const fruitless = this.#fruitless.of(peer.toString())
    const descent = new Descent({ replica, feeds, request, fruitless, isLate, random })
    try {
      const isComplete = await descent.run()
      return { ...feeds.report(), theirs, isEqual: isSame(), isDeferred, isComplete }
    } finally {
      this.#onSynced(feeds.report(), elapsed() - begun, peer)
    }
  }

  /** Asks the peer to pull, and waits as long as it does; resolves to whether it got all. */
  async #giveTurn(peer: PeerId, place: SyncPlace, isLate: () => boolean): Promise<boolean> {
    if (isLate()) return false
    // A lane of its own: while this side waits for its end, it pulls as well.
    const timeout = this.#timeout
    const request = placedRequest(this.#streams, peer, place, { lane: 'turn', timeout })
    const ended = request(writeSyncRequest({ type: 'turn' }), async (read) => {
      let answered = -1
      for (;;) {
        const answer = readSyncAnswer(await read())
        if (answer.type === 'done') return !answer.more
        if (answer.type !== 'wait') throw unexpected(answer)
        const requests = this.#servers.get(peer.toString())?.requests ?? 0
        const isIdle = requests === answered
        if (isIdle || isLate()) throw new Error('The peer does not pull.')
        answered = requests
      }
    })
    return ended.catch((error: unknown) => {
      // A peer that pulls for so long does its part: the next run goes on with it.
      if (isLate()) return false
      throw error
    })
  }

  /** The peer has asked for it. */
  async #takeTurn(peer: PeerId): Promise<boolean> {
    if (!this.#init.acceptsEntries) return true
    try {
      return await this.#turns.run(peer)
    } catch (error) {
      this.#streams.log('cannot pull from %p - %e', peer, error)
      return false
    }
  }

  async #pullInTurn(peer: PeerId, place: SyncPlace): Promise<boolean> {
    const { isComplete, forks } = await this.#pullAll(peer, place, {
      isPolite: false,
      isLate: this.#endOfRun()
    })
    if (forks > 0) this.#trySync(peer)
    return isComplete
  }

  #onSynced(report: PullReport, milliseconds: number, peer: PeerId): void {
    this.#init.onSynced(report, milliseconds, peer)
    if (report.hasMoreNews) this.passOn()
  }

  get #timeout(): number {
    return this.#init.timeout ?? SYNC_TIMEOUT
  }

  /** Whether the time of a run that begins now is over. */
  #endOfRun(): () => boolean {
    const deadline = elapsed() + this.#timeout
    return () => elapsed() > deadline
  }

  /** Entries that the peer has pulled since it connected. */
  #sentTo(peer: PeerId): number {
    return this.#servers.get(peer.toString())?.entries ?? 0
  }

  #serverOf(peer: PeerId): SyncServer {
    const name = peer.toString()
    const known = this.#servers.get(name)
    if (known !== undefined) return known
    const { replica } = this.#init
    const summary = (): Summary => this.#summary()
    const server = new SyncServer({
      replica,
      summary,
      pull: () => this.#takeTurn(peer),
      pace: this.#paces.of(name),
      turnPace: this.#turnPaces.of(name)
    })
    this.#servers.set(name, server)
    return server
  }

  #summary(): Summary {
    const { replica, acceptsEntries } = this.#init
    return { digest: replica.digest(), acceptsEntries, ...replica.totals() }
  }

  #round(): void {
    const peers = this.peers()
    const peer = peers[Math.floor(this.#init.random() * peers.length)]
    if (peer !== undefined) this.#trySync(peer)
  }

  #trySync(peer: PeerId): void {
    this.sync(peer).catch((error: unknown) =>
      this.#streams.log('sync with %p failed - %e', peer, error)
    )
  }
}

/** Milliseconds of a clock that never goes back. */
function elapsed(): number {
  return performance.now()
}
