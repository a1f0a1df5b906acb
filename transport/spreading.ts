/**
 * How what this node has reaches its peers: entries, retractions and proofs go by gossip, or by a sync
 * with each peer where this node does not gossip. What a sync has brought goes on by gossip.
 */
import { newestOfFeeds } from './gossip/latest-entries.ts'
import { BodyRounds } from './sync/body-rounds.ts'
import { syncAll } from './sync/sync-all.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Entry, Replica, Retraction } from '../crdt/index.ts'
import type { FilterChange } from './filters/filters.ts'
import type { Gossip } from './gossip/gossip.ts'
import type { Host } from './host/host.ts'
import type { BodyRoundsInit } from './sync/body-rounds.ts'
import type { PullReport } from './sync/feed-pull.ts'

export interface SpreadingInit {
  readonly replica: BodyRoundsInit['replica'] & Pick<Replica, 'publicSeq'>
  readonly log: Logger
  /** 0 to 1. */
  random(): number
  /** A light node asks for no bodies. */
  readonly isLight: boolean
  readonly services: () => Host['services']
  /** Undefined where this node does not gossip. */
  readonly gossip: () => Gossip | undefined
}

export class Spreading {
  readonly #init: SpreadingInit
  readonly #bodies: BodyRounds

  constructor(init: SpreadingInit) {
    this.#init = init
    const { replica, services, log } = init
    this.#bodies = new BodyRounds({
      replica,
      have: () => services().have,
      filters: () => services().filters.peerFilters,
      random: () => init.random(),
      onError: (error) => log('cannot fetch bodies - %e', error)
    })
  }

  /** Own entries by gossip; those that the replica hides until they are shown leave by themselves. */
  async announce(entries: readonly Entry[]): Promise<void> {
    const { replica } = this.#init
    await this.#gossipLatest(
      entries.filter(({ author }) => replica.publicSeq(author) === undefined)
    )
  }

  /** Entries whose stem ends here. */
  async entries(entries: readonly Entry[]): Promise<void> {
    if (this.#init.gossip() !== undefined) return this.#gossipLatest(entries)
    void syncAll(this.#init.services().sync)
  }

  /** Retractions whose stem ends here. */
  async retractions(retractions: readonly Retraction[]): Promise<void> {
    const { gossip, services } = this.#init
    const topics = gossip()
    if (topics !== undefined) return topics.publishRetractions(retractions)
    for (const peer of services().retractions.peers()) void this.compareRetractions(peer)
  }

  /** Never rejects. */
  async compareRetractions(peer: PeerId): Promise<void> {
    const { services, log } = this.#init
    try {
      await services().retractions.sync(peer)
    } catch (error) {
      log('cannot compare retractions with %p - %e', peer, error)
    }
  }

  /** A peer says that it has more. */
  filterChanged({ kind }: FilterChange): void {
    if (kind === 'published' && !this.#init.isLight) this.#bodies.askClaimed()
  }

  /**
   * What a sync has brought: own entries too that the peer has shown, since a node that received them
   * would gossip them. Never rejects.
   */
  async synced({ latestEntries }: PullReport): Promise<void> {
    if (!this.#init.isLight) this.#bodies.ask()
    await this.attempt('announce entries', () => this.#gossipLatest(latestEntries))
  }

  /** Never rejects. */
  async attempt(what: string, task: () => Promise<void> | undefined): Promise<void> {
    try {
      await task()
    } catch (error) {
      this.#init.log(`cannot ${what} - %e`, error)
    }
  }

  /** The last entry of each feed; a peer without the earlier ones pulls them. */
  async #gossipLatest(entries: readonly Entry[]): Promise<void> {
    for (const entry of newestOfFeeds(entries)) await this.#init.gossip()?.publish(entry)
  }
}
