/** `cortex.hive`: what this node shares with its swarm, and what the swarm knows. */
import { z } from 'zod'
import { readAll, readRecord } from '../../crdt/index.ts'
import { digestOfId } from '../knowledge/index.ts'
import { parse } from '../parse.ts'
import { compareInsights, insightOf, matches } from './insights.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { HiveRecord, Replica } from '../../crdt/index.ts'
import type { Swarm, SynchronizeReport } from '../../transport/index.ts'
import type { Goals } from './goals/index.ts'
import type { BroadcastOptions, BroadcastReport, Promotion } from './promotion.ts'
import type { Insight, InsightOptions } from './insights.ts'

export interface HiveMindComponents {
  readonly promotion: Promotion
  readonly goals: Goals
  readonly replica: Pick<Replica, 'bodies' | 'hasVouched' | 'keepBodies' | 'standings'>
  /** Undefined without a network. */
  readonly swarm: Pick<Swarm, 'fetch' | 'synchronize'> | undefined
  /** Authors that must vouch before an insight is released. */
  readonly k: number
}

/** What an id names. */
export interface FetchedRecord extends HiveRecord {
  readonly id: string
}

const Signal = z.instanceof(AbortSignal).optional()

const Broadcast = z.strictObject({
  minConfidence: z.number().min(0).max(1).optional(),
  onProgress: z.custom<BroadcastOptions['onProgress']>().optional(),
  signal: Signal
})

const Insights = z.strictObject({
  tags: z.array(z.string()).optional(),
  limit: z.int().min(1).max(100_000).default(100),
  state: z.enum(['quarantined', 'released']).optional(),
  signal: Signal
})

export class HiveMind {
  readonly #components: HiveMindComponents

  constructor(components: HiveMindComponents) {
    this.#components = components
  }

  /** The goals that the swarm shares, and their playbooks. */
  get goals(): Goals {
    return this.#components.goals
  }

  /**
   * Promotes every local fact of at least `minConfidence` that may leave this node: anonymised,
   * published once, gossiped. Aborting stops between batches; what was published stays.
   */
  broadcastKnowledge(options: BroadcastOptions = {}): Promise<BroadcastReport> {
    return this.#components.promotion.broadcast(parse(Broadcast, options, 'broadcastKnowledge'))
  }

  /** What the swarm has published, as far as this node has it, best corroborated first. */
  async getGlobalInsights(options: InsightOptions & AbortOptions = {}): Promise<Insight[]> {
    const { limit, signal, ...filter } = parse(Insights, options, 'getGlobalInsights')
    const { replica, k } = this.#components
    let best: Insight[] = []
    const keepBest = (): void => {
      best = best.toSorted(compareInsights).slice(0, limit)
    }
    for await (const standing of replica.standings()) {
      signal?.throwIfAborted()
      // Own votes matter only where the others' do not suffice.
      const known = standing.registers.length < k && (await replica.hasVouched(standing.digest))
      const insight = insightOf(standing, k, known)
      if (insight === undefined || !matches(insight, filter)) continue
      best.push(insight)
      if (best.length >= 2 * limit) keepBest()
    }
    keepBest()
    return best
  }

  /**
   * One record by its id, from this node or else from any connected peer; undefined when nobody has
   * it. Its content is what the id names, whoever sent it; who vouches for it is not part of it.
   */
  async fetch(id: string, { signal }: AbortOptions = {}): Promise<FetchedRecord | undefined> {
    const digest = digestOfId(id)
    const { replica, swarm } = this.#components
    const [held] = await replica.bodies([digest])
    if (held !== undefined) return { id, ...readAll(held, readRecord) }
    const body = (await swarm?.fetch([digest], { signal }))?.get(id)
    if (body === undefined) return undefined
    await replica.keepBodies([body])
    return { id, ...readAll(body, readRecord) }
  }

  /** Syncs with every connected peer now; without a network, with nobody. */
  async synchronize({ signal }: AbortOptions = {}): Promise<SynchronizeReport> {
    const { swarm } = this.#components
    if (swarm === undefined) return { peers: 0, failed: 0, sent: 0, received: 0 }
    return swarm.synchronize({ signal })
  }
}
