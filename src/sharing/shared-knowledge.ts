/** `cortex.hive`: knowledge that this node shares with its swarm. */
import { z } from 'zod'
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import { factIds } from '../facts/index.ts'
import {
  anyOf,
  FilterName,
  FilterTags,
  Signal,
  idDigits,
  parse,
  resolveId
} from '../arguments/index.ts'
import {
  compareInsights,
  displayRecord,
  insightOf,
  matchesFilter,
  recordIds
} from '../judgement/index.ts'
import { previewOf } from './fact-preview.ts'
import { isReceipts } from '../skills/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Replica } from '../../crdt/index.ts'
import type { Swarm, SynchronizeReport } from '../../transport/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { DisplayRecord, Judge, Insight, InsightOptions, Votes } from '../judgement/index.ts'
import type {
  BroadcastOptions,
  BroadcastReport,
  Promoted,
  PromoteOptions,
  Promotion
} from './promotion.ts'
import type { Drafts } from './drafts.ts'
import type { Goals } from '../goals/index.ts'
import type { Preview } from './fact-preview.ts'
import type { Subscription, SubscriptionFilter, Subscriptions } from './subscriptions.ts'
import type { SearchIndex } from '../search/index.ts'
import type { SharedSkills } from '../skills/index.ts'

export interface SharedKnowledgeComponents {
  readonly promotion: Promotion
  readonly drafts: Pick<Drafts, 'draftFrom' | 'isClear'>
  readonly facts: Pick<FactStore, 'get' | 'has' | 'idsFrom' | 'markStale' | 'stored'>
  readonly replica: Pick<
    Replica,
    'bodies' | 'get' | 'getMany' | 'has' | 'idsFrom' | 'putBodies' | 'voteOn' | 'votes'
  >
  readonly index: Pick<SearchIndex, 'view'>
  readonly goals: Goals
  /** Undefined without a network. */
  readonly swarm: Pick<Swarm, 'fetch' | 'synchronize'> | undefined
  readonly judge: Judge
  readonly votes: Votes
  readonly subscriptions: Subscriptions
  readonly skills: SharedSkills
  /** Throws if the agent is frozen. */
  readonly assertActive: () => void
}

/** Options of `vouch` and `dispute`. */
export interface VoteOptions {
  /** The confidence of this node, 0 to 1; default 0.9. */
  readonly confidence?: number
}

/** What `stale` changed. */
export interface MarkedStale {
  /** Whether a fact of this node was marked. */
  readonly local: boolean
  /** Whether this node now states it of a record of the hive. */
  readonly hive: boolean
}

/** The vote of one author on a record. */
export interface Voice {
  /** The public key of the author, in hex: a key of a feed, and no name. */
  readonly author: string
  readonly vote: 'dispute' | 'stale' | 'vouch'
  /** 0 to 1. */
  readonly confidence: number
  /** The day of the vote, UTC. */
  readonly day: string
}

/** The votes on a record. */
export interface Voices {
  readonly id: string
  /** Authors that must vouch before this node releases it. */
  readonly needs: number
  readonly vouches: number
  readonly disputes: number
  readonly stale: number
  /** What this node states of it. */
  readonly own?: 'dispute' | 'stale' | 'vouch'
  /** At most 200, in the order of the authors. */
  readonly voices: readonly Voice[]
}

/** A record and its id. */
export interface FetchedRecord extends DisplayRecord {
  readonly id: string
}

/** Of a stale vote, which is no opinion: not counted. */
const STALE_CONFIDENCE = 0

const Broadcast = z.strictObject({
  minConfidence: z.number().min(0).max(1).optional(),
  onProgress: z.custom<BroadcastOptions['onProgress']>().optional(),
  signal: Signal
})

const Insights = z.strictObject({
  tags: FilterTags.optional(),
  limit: z.int().min(1).max(100_000).default(100),
  state: z.enum(['quarantined', 'released', 'disputed']).optional(),
  kinds: z.array(z.enum(['fact', 'insight', 'skill', 'lesson'])).optional(),
  signal: Signal
})

const KINDS = ['fact', 'insight', 'skill', 'lesson'] as const
const UNDISPUTED = ['released', 'quarantined'] as const

const MAX_VOICES = 200
const DAY = 24 * 60 * 60 * 1_000

/** Pages of the list that are read while records of the list are left out. */
const MAX_PAGES = 5

const Promote = z.strictObject({
  anonymize: z.literal(true, 'must be true, since a promoted fact is always anonymised').optional(),
  tags: z.array(z.string()).optional(),
  signal: Signal
})

const Vote = z.strictObject({ confidence: z.number().min(0).max(1).default(0.9) })

const Filter = z.strictObject({
  tags: FilterTags.optional(),
  entities: z.array(FilterName).optional(),
  goals: z.array(z.string()).optional()
})

/**
 * Knowledge shared with the swarm. All text is anonymised before it leaves; a fact that may
 * disclose too much stays on this node, with a reason.
 *
 * @example
 * ```ts
 * const { hive } = db.agent.cortex
 * const { promoted, withheld } = await hive.broadcastKnowledge({ minConfidence: 0.9 })
 * const [insight] = await hive.getGlobalInsights({ state: 'released', limit: 10 })
 * if (insight !== undefined) await hive.vouch(insight.id)
 * using subscription = hive.subscribe({ tags: ['css'] }, ({ title }) => console.log(title))
 * ```
 */
export class SharedKnowledge {
  readonly #components: SharedKnowledgeComponents

  constructor(components: SharedKnowledgeComponents) {
    this.#components = components
  }

  /** The goals of the swarm, and their playbooks. */
  get goals(): Goals {
    return this.#components.goals
  }

  /** Skills that the swarm offers, and skills that this node publishes. */
  get skills(): SharedSkills {
    return this.#components.skills
  }

  /**
   * Promotes each local fact of at least `minConfidence` that may leave this node and belongs to no
   * project: anonymises,
   * publishes and gossips it once. Aborting stops between batches; published facts stay published.
   */
  async broadcastKnowledge(options: BroadcastOptions = {}): Promise<BroadcastReport> {
    const { promotion, assertActive } = this.#components
    const valid = parse(Broadcast, options, 'broadcastKnowledge')
    assertActive()
    return promotion.broadcast(valid)
  }

  /**
   * Promotes one fact of this node, regardless of its confidence. Throws `HiveError`
   * (RECORD_UNKNOWN, or WITHHELD with the reason).
   */
  async promoteToGlobalStore(
    id: string,
    options: PromoteOptions & { readonly anonymize?: true } = {}
  ): Promise<Promoted> {
    const { anonymize: _, ...rest } = parse(Promote, options, 'promoteToGlobalStore')
    const { facts, promotion, assertActive } = this.#components
    assertActive()
    const digest = await resolveId(id, factIds(facts))
    const fact = digest === undefined ? undefined : await facts.get(digest)
    if (fact === undefined) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `Fact ${id} is not stored on this node. \`knowledge.recall()\`, or "hive recall", finds the ids of facts.`
      )
    }
    return promotion.promote(fact, rest)
  }

  /**
   * Votes for a record that this node has verified. The record is released here, and has one more
   * voucher elsewhere. Returns false for a repeated vote. Throws `HiveError` (RECORD_UNKNOWN).
   */
  async vouch(id: string, options: VoteOptions = {}): Promise<boolean> {
    return this.#vote(id, 'vouch', options)
  }

  /**
   * Votes against a record, which hides it on this node. A record with at least `k` disputes, and at
   * least as many disputes as vouches, is hidden on every node. Returns false for a repeated vote.
   * Throws `HiveError` (RECORD_UNKNOWN).
   */
  async dispute(id: string, options: VoteOptions = {}): Promise<boolean> {
    return this.#vote(id, 'dispute', options)
  }

  /**
   * States that a fact of this node, or a record of the hive, no longer holds. `recall` leaves it out
   * here. A record that at least `k` authors call stale, and at least as many as vouch for it, is left
   * out on every node; with fewer it has their number, and comes after others of like score. The
   * statement takes the place of this node's vote, and `retract` takes it back; storing a fact again
   * ends its mark. Throws `HiveError` (RECORD_UNKNOWN).
   */
  async stale(id: string): Promise<MarkedStale> {
    const { facts, replica, promotion, votes, assertActive } = this.#components
    assertActive()
    const known = anyOf('facts and records', [factIds(facts), recordIds(replica)])
    const digest = await resolveId(id, known)
    const isFact = digest !== undefined && (await facts.has(digest))
    const named = digest === undefined ? [] : [digest, ...(await promotion.promotedAs(digest))]
    const areStored = await replica.has(named)
    const stored = named.filter((_, i) => areStored[i] === true)
    const records = new Map(stored.map((each) => [toHex(each), each]))
    if (digest === undefined || (!isFact && records.size === 0)) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `Neither a fact nor a record of this node has the id ${id}. \`knowledge.recall()\`, or "hive recall", finds the ids.`
      )
    }
    const local = await facts.markStale(digest)
    let hive = false
    for (const record of records.values()) {
      hive = (await votes.castOn(record, 'stale', STALE_CONFIDENCE)) === true || hive
    }
    return { local, hive }
  }

  /**
   * Retracts this node's vote on a record. A record that no author vouches for is hidden on every
   * node.
   */
  retract(id: string): Promise<boolean> {
    return this.#components.votes.retract(id)
  }

  /**
   * Calls `listener` with each insight once, when it is released; with all of them if the filter is
   * empty. Insights that were released before, and those that this node is the first to publish, are
   * left out.
   */
  subscribe(filter: SubscriptionFilter, listener: (insight: Insight) => void): Subscription {
    const valid = parse(Filter, filter, 'subscribe')
    valid.goals?.forEach(idDigits)
    return this.#components.subscriptions.add(valid, listener)
  }

  /**
   * The form in which a local fact would leave this node, or the reason why it would stay. Returns
   * undefined if this node has no fact of that id. Nothing leaves.
   */
  async preview(id: string): Promise<Preview | undefined> {
    const { facts, drafts, promotion } = this.#components
    const digest = await resolveId(id, factIds(facts))
    const fact = digest === undefined ? undefined : await facts.get(digest)
    return fact === undefined ? undefined : previewOf(await promotion.dated(fact), drafts)
  }

  /**
   * Whether a text could leave this node as it is: the anonymiser finds no secret, person, path,
   * machine or private name in it.
   */
  isAnonymous(text: string): boolean {
    return this.#components.drafts.isClear(text)
  }

  /**
   * Records that the swarm has published and this node stores, by corroboration. Disputed insights
   * are listed only if `state` asks for them. Goals are in `goals`; receipts of skills are left
   * out. Waits 2 s at most for an index that is behind (`status.index`; `janitor.finishIndex` waits for
   * all); then older ones may be missing.
   */
  async getGlobalInsights(options: InsightOptions & AbortOptions = {}): Promise<Insight[]> {
    const { limit, signal, ...filter } = parse(Insights, options, 'getGlobalInsights')
    const { tags = [], state, kinds = KINDS } = filter
    const states = state === undefined ? UNDISPUTED : [state]
    const found = new Map<string, Insight>()
    const view = await this.#components.index.view()
    for (let page = 0; page < MAX_PAGES && found.size < limit; page++) {
      signal?.throwIfAborted()
      const query = { kinds, states, tags, offset: page * limit, limit }
      const { digests, recent } = await view.list(query)
      for (const insight of await this.#insights([...digests, ...recent])) {
        if (matchesFilter(insight, filter)) found.set(insight.id, insight)
      }
      if (digests.length < limit) break
    }
    return [...found.values()].toSorted(compareInsights).slice(0, limit)
  }

  /**
   * One insight by its id, in any state; undefined if this node has none of that id, or if no author
   * vouches for it. Throws `HiveError` (ID_AMBIGUOUS).
   */
  async get(id: string): Promise<Insight | undefined> {
    const digest = await resolveId(id, recordIds(this.#components.replica))
    const [insight] = digest === undefined ? [] : await this.#insights([digest])
    return insight
  }

  /**
   * Who vouches for a record, disputes it, or calls it stale; undefined for an unknown id. Throws
   * `HiveError` (ID_AMBIGUOUS).
   */
  async voices(id: string): Promise<Voices | undefined> {
    const { replica, judge } = this.#components
    const digest = await resolveId(id, recordIds(replica))
    const attested = digest === undefined ? undefined : await replica.get(digest)
    if (digest === undefined || attested === undefined) return undefined
    const voices: Voice[] = []
    for await (const { author, register } of replica.votes(digest)) {
      const { vote, confidence, day } = register
      if (vote === 'none') continue
      const date = new Date(day * DAY).toISOString().slice(0, 10)
      voices.push({ author: toHex(author), vote, confidence, day: date })
      if (voices.length === MAX_VOICES) break
    }
    const { vouches, disputes, stales } = attested.standing
    const own = await replica.voteOn(digest)
    return {
      id: toHex(digest),
      needs: judge.k,
      vouches,
      disputes,
      stale: stales,
      ...(own === undefined ? {} : { own }),
      voices
    }
  }

  #vote(id: string, vote: 'dispute' | 'vouch', options: VoteOptions): Promise<boolean> {
    const { votes, assertActive } = this.#components
    const { confidence } = parse(Vote, options, vote)
    assertActive()
    return votes.cast(id, vote, confidence)
  }

  /** The records as they are judged now. */
  async #insights(digests: readonly Uint8Array[]): Promise<Insight[]> {
    const { replica, judge } = this.#components
    const insights: Insight[] = []
    for (const attested of await replica.getMany(digests)) {
      if (attested.record.kind === 'goal' || isReceipts(attested.record)) continue
      const judgement = await judge.judge(attested)
      if (judgement !== undefined) insights.push(insightOf(attested, judgement))
    }
    return insights
  }

  /**
   * One record by its id, from this node or any connected peer; undefined if none has it. The id
   * proves the content, not the votes. A shortened id is looked up on this node alone; throws
   * `HiveError` (RECORD_UNKNOWN) if no record here has it.
   */
  async fetch(id: string, { signal }: AbortOptions = {}): Promise<FetchedRecord | undefined> {
    const { replica, swarm } = this.#components
    const digest = await resolveId(id, recordIds(replica))
    if (digest === undefined) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `No record of this node has an id that begins with ${id}. Peers are asked by whole ids: give all 64 digits.`
      )
    }
    const whole = toHex(digest)
    const [stored] = await replica.bodies([digest])
    if (stored !== undefined) return { id: whole, ...displayRecord(readAll(stored, readRecord)) }
    const body = (await swarm?.fetch([digest], { signal }))?.get(whole)
    if (body === undefined) return undefined
    await replica.putBodies([body])
    return { id: whole, ...displayRecord(readAll(body, readRecord)) }
  }

  /** Syncs with every connected peer; without a network, with none. */
  async synchronize({ signal }: AbortOptions = {}): Promise<SynchronizeReport> {
    const { swarm } = this.#components
    if (swarm === undefined) return { peers: 0, failed: 0, incomplete: 0, sent: 0, received: 0 }
    return swarm.synchronize({ signal })
  }
}
