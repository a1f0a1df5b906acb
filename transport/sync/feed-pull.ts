/**
 * Pulls feeds from one peer: asks for what it has beyond this replica, and admits what comes. Entries
 * count as they arrive, so a pull that breaks off loses nothing.
 *
 * Where the hashes at the last common place differ, the author has signed two entries somewhere at
 * or before it. The peer then sends its headers from there back, at distances that double; the first
 * one that contradicts what this replica holds is a proof. The next pull begins before it, so the
 * lowest fork of a feed of n entries is found within log2(n) pulls.
 */
import { readEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import {
  MAX_ANNOUNCED_FEEDS,
  MAX_ANSWER_BYTES,
  MAX_PULLED_FEEDS,
  SYNC_COMMIT_WINDOW
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { readSyncAnswer, writeSyncRequest } from './sync-frames.ts'
import { NO_PLACE } from './sync-room.ts'
import { MAX_WALK_HEADERS } from './sync-server.ts'
import type { Entry, FeedHead, PublicView, RejectReason, SignedHeader } from '../../crdt/index.ts'
import type { InflatedPace } from '../inflated-pace.ts'
import type { FeedLeases } from './feed-leases.ts'
import type { Request } from './placed-request.ts'
import type { RefusedFeeds, WantedFeed } from './refused-feeds.ts'
import type { SyncAnswer } from './sync-frames.ts'
import type { SyncPlace } from './sync-room.ts'

export type PullReplica = Pick<PublicView, 'admit' | 'admitHeader' | 'admitProof' | 'headOf'>

/** What a pull shares with others, and the peer that it pulls from. */
export interface FeedPullInit {
  readonly leases: FeedLeases
  readonly refused: RefusedFeeds
  readonly peer: string
  readonly inflated?: Pick<InflatedPace, 'take'>
  /** Whether the time of the run is over. Without it a peer could bring an entry now and then for ever. */
  readonly isLate?: () => boolean
  /** Left while another run fetches a feed. */
  readonly place?: Pick<SyncPlace, 'isOfUse' | 'waitFor'>
}

/** What came of a pull. */
export interface PullReport {
  /** Entries that this side has admitted. */
  readonly received: number
  /** The newest entry of feeds that got news: of the last ones, as many as are announced. */
  readonly latestEntries: readonly Entry[]
  /** Whether other feeds got news too. */
  readonly hasMoreNews: boolean
  /** Forks this side learned of: another run may find lower ones. */
  readonly forks: number
}

interface PullAnswer {
  readonly more: boolean
  readonly cut: string | undefined
  readonly refused: ReadonlySet<string>
}

/** Reasons that end by themselves; that of a voice, where it is no offence, with a higher base. */
const MAY_COME_LATER: ReadonlySet<RejectReason> = new Set([
  'quota',
  'peer-quota',
  'swarm-quota',
  'unknown-member',
  'voice'
])

/** Those that hold for other feeds of the peer too. */
const OF_PEER: ReadonlySet<RejectReason> = new Set(['peer-quota', 'swarm-quota'])

const NO_ENTRY = new Uint8Array(32)

/** One run: it counts what all its pulls bring. */
export class FeedPull {
  readonly #replica: PullReplica
  readonly #request: Request
  readonly #leases: FeedLeases
  readonly #refusedFeeds: RefusedFeeds
  readonly #peer: string
  readonly #place: Pick<SyncPlace, 'isOfUse' | 'waitFor'>
  readonly #inflated: Pick<InflatedPace, 'take'> | undefined
  readonly #isLate: () => boolean
  #isCut = false
  readonly #news = new Map<string, Entry>()
  #hasMoreNews = false
  /** Authors that this replica has nothing of, and refused since the budget of the peer is used up. */
  #refusedNew = 0
  #received = 0
  #forks = 0
  #hasRefused = false

  constructor(
    replica: PullReplica,
    { leases, refused, peer, inflated, isLate = () => false, place = NO_PLACE }: FeedPullInit,
    request: Request
  ) {
    this.#replica = replica
    this.#leases = leases
    this.#refusedFeeds = refused
    this.#peer = peer
    this.#place = place
    this.#inflated = inflated
    this.#isLate = isLate
    this.#request = request
  }

  report(): PullReport {
    return {
      received: this.#received,
      latestEntries: [...this.#news.values()],
      hasMoreNews: this.#hasMoreNews,
      forks: this.#forks
    }
  }

  get received(): number {
    return this.#received
  }

  /** Whether this replica refused an entry, or did not ask for a feed since it refused one before. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** Whether the time was over before all that was wanted had come. */
  get isCut(): boolean {
    return this.#isCut
  }

  /**
   * Pulls feeds of which the peer claims to have more. If another run fetches a feed, waits for that
   * run, and pulls the feed if it is still behind.
   */
  async pull(feeds: ReadonlyMap<string, WantedFeed>, isBehind: IsBehind): Promise<void> {
    const all = [...feeds.values()]
    for (let from = 0; from < all.length; from += MAX_PULLED_FEEDS) {
      const some = all.slice(from, from + MAX_PULLED_FEEDS)
      const wanted = this.#askable(some)
      if (wanted.length < some.length) this.#hasRefused = true
      if (wanted.length === 0) continue
      const { taken, end } = this.#leases.take(wanted, this.#peer)
      const [received, forks] = [this.#received, this.#forks]
      try {
        await this.#pullAll(wanted.filter((author) => taken.has(toHex(author))))
      } finally {
        end(taken.size === 0 || this.#received > received || this.#forks > forks)
      }
      const others = wanted.filter((author) => !taken.has(toHex(author)))
      if (others.length === 0) continue
      await this.#place.waitFor(() => this.#leases.ended(others))
      await this.#pullAll(others.filter(isBehind))
    }
  }

  /** A peer whose budget is used up is spared what this replica would refuse. */
  #askable(feeds: readonly WantedFeed[]): Uint8Array[] {
    const askable = this.#refusedFeeds.askable(feeds, this.#peer, (author) => this.#headOf(author))
    const authors = askable.map(({ author }) => author)
    const areNewAskable =
      this.#refusedNew < MAX_PULLED_FEEDS && this.#refusedFeeds.areNewAskable(this.#peer)
    if (areNewAskable) return authors
    return authors.filter((author) => !this.#isNew(author))
  }

  /**
   * Pulls again where an answer was cut, as long as it brings something. Feeds of which an entry was
   * refused are left out then, so that they hold up none behind them.
   */
  async #pullAll(authors: readonly Uint8Array[]): Promise<void> {
    let left = authors
    while (left.length > 0) {
      if (this.#isLate()) {
        this.#isCut = true
        return
      }
      const before = this.#received
      const heads = left.map((author) => this.#headOf(author))
      const request = writeSyncRequest({ type: 'pull', heads })
      const answer = await this.#request(request, (read) => this.#receive(heads, read))
      const { more, cut, refused } = answer
      if (refused.size > 0) this.#hasRefused = true
      if (!more || (this.#received === before && refused.size === 0)) return
      left = left
        .slice(left.findIndex((author) => toHex(author) === cut))
        .filter((author) => !refused.has(toHex(author)))
    }
  }

  /** `cut`: the feed at which the answer ended; `refused`: those of which an entry was refused. */
  async #receive(heads: readonly FeedHead[], read: () => Promise<Uint8Array>): Promise<PullAnswer> {
    const feeds = new Map(heads.map((head) => [toHex(head.author), { last: head.seq, headers: 0 }]))
    let commits: Promise<void>[] = []
    /** Feeds of which this side refused an entry: it cannot use those that follow. */
    const refused = new Set<string>()
    let bytes = 0
    let proofs = 0
    let cut: string | undefined
    const feedOf = (author: Uint8Array): { last: number; headers: number } => {
      const feed = feeds.get(toHex(author))
      if (feed === undefined)
        throw new ProtocolError('an answer about a feed that was not asked for')
      return feed
    }
    for (;;) {
      const answer = readSyncAnswer(await read())
      if (answer.type === 'done') {
        await Promise.all(commits)
        return { more: answer.more, cut, refused }
      }
      if (answer.type === 'header') {
        const feed = feedOf(answer.header.author)
        feed.headers += 1
        if (feed.headers > MAX_WALK_HEADERS + 1) throw new ProtocolError('too many headers')
        await this.#admitHeader(answer.header)
        continue
      }
      if (answer.type === 'proof') {
        proofs += 1
        if (proofs > heads.length) throw new ProtocolError('more proofs than feeds')
        await this.#admitProof(answer.bytes)
        continue
      }
      if (answer.type !== 'entry') throw unexpected(answer)
      bytes += answer.bytes.length
      if (bytes > MAX_ANSWER_BYTES) throw new Error('The peer sends an answer that is too long.')
      const entry = readEntry(answer.bytes)
      const feed = feedOf(entry.author)
      if (entry.seq <= feed.last) throw new ProtocolError('entries that are not in order')
      feed.last = entry.seq
      cut = toHex(entry.author)
      if (refused.has(cut)) continue
      const isNew = this.#isNew(entry.author)
      if (this.#inflated?.take(answer.bytes) === false) {
        refused.add(cut)
        this.#refusedFeeds.refuse(entry, this.#headOf(entry.author))
        continue
      }
      const admission = await this.#replica.admit(answer.bytes, this.#peer)
      if (admission.outcome === 'rejected' && admission.isOffence) {
        throw new ProtocolError(`an entry that was refused: ${admission.reason}`)
      }
      if (admission.outcome === 'admitted') {
        this.#refusedFeeds.accept(entry.author, this.#peer)
        if (isNew) this.#refusedFeeds.acceptNew(this.#peer)
        const counted = this.#count(admission.entry, admission.durable)
        // A failure is that of the answer; where the peer fails first, nobody waits for it.
        counted.catch(() => undefined)
        commits.push(counted)
        if (commits.length === SYNC_COMMIT_WINDOW) {
          await Promise.all(commits)
          commits = []
        }
        continue
      }
      if (admission.outcome === 'rejected') {
        refused.add(cut)
        if (MAY_COME_LATER.has(admission.reason)) this.#refuse(entry, admission.reason, isNew)
      }
      if (admission.outcome === 'gap') throw new Error('The peer left out an entry.')
    }
  }

  /** Whether this replica has nothing of the author. */
  #isNew(author: Uint8Array): boolean {
    const head = this.#replica.headOf(author)
    return head === undefined || head.seq < head.base
  }

  #headOf(author: Uint8Array): FeedHead {
    return this.#replica.headOf(author) ?? nothingOf(author)
  }

  #refuse(entry: Entry, reason: RejectReason, isNew: boolean): void {
    const isOfPeer = OF_PEER.has(reason)
    const place = this.#headOf(entry.author)
    this.#refusedFeeds.refuse(entry, place, isOfPeer ? this.#peer : undefined)
    if (!isOfPeer || !isNew) return
    // Once a run: its other refusals have the same cause.
    if (this.#refusedNew === 0) this.#refusedFeeds.refuseNew(this.#peer)
    this.#refusedNew += 1
  }

  /** An entry counts once it is on disk. */
  async #count(entry: Entry, durable: Promise<void>): Promise<void> {
    await durable
    this.#received += 1
    this.#place.isOfUse()
    const name = toHex(entry.author)
    this.#news.delete(name)
    this.#news.set(name, entry)
    // Each one keeps the buffer in memory in which it came: a run of 100,000 authors would keep 1 GB.
    const [oldest] = this.#news.keys()
    if (this.#news.size <= MAX_ANNOUNCED_FEEDS || oldest === undefined) return
    this.#news.delete(oldest)
    this.#hasMoreNews = true
  }

  async #admitHeader(header: SignedHeader): Promise<void> {
    const outcome = await this.#replica.admitHeader(header)
    if (outcome === 'rejected') throw new ProtocolError('a header with a bad signature')
    if (outcome === 'admitted') this.#forks += 1
  }

  async #admitProof(bytes: Uint8Array): Promise<void> {
    const outcome = await this.#replica.admitProof(bytes)
    if (outcome === 'rejected') {
      throw new ProtocolError('a proof that does not prove an equivocation')
    }
    if (outcome === 'admitted') this.#forks += 1
  }
}

/** Whether the peer has more of a feed than this replica, as far as both said. */
export type IsBehind = (author: Uint8Array) => boolean

function nothingOf(author: Uint8Array): FeedHead {
  return { author, seq: 0, head: NO_ENTRY, fork: 0, base: 1 }
}

export function unexpected({ type }: SyncAnswer): ProtocolError {
  return new ProtocolError(`a frame "${type}" that was not asked for`)
}
