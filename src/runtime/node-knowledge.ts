/**
 * What a node knows: the parts that store, compare, index and find its facts and the records of the
 * hive, and `cortex.knowledge` of each agent over them.
 */
import { messageOf } from '../errors.ts'
import { isReceipts, offerRankOf } from '../skills/index.ts'
import { rankGoal } from '../goals/index.ts'
import {
  Candidates,
  Corroboration,
  Echoes,
  ClaimHistory,
  Knowledge,
  NearDuplicates,
  RecallSearch,
  searchSources
} from '../knowledge/index.ts'
import { embeddedTextOf, SearchIndex, VectorIndex } from '../search/index.ts'
import { Annotations, Quota } from '../facts/index.ts'
import { AgentQuota } from '../governance/index.ts'
import { closeAll } from './close-all.ts'
import { fileOf } from './node-parts.ts'
import type { AttestedRecord, Operation } from '../../crdt/index.ts'
import type { Judge } from '../judgement/index.ts'
import type { RankSkill } from '../knowledge/index.ts'
import type { SearchOrigin } from '../search/index.ts'
import type { NodeParts } from './node-parts.ts'

const SEARCH_FILE = 'search.db'
const VECTORS_FILE = 'vectors.db'

/** Called for events of the indexes. */
export interface IndexObserver {
  /** The work is tried again. */
  onError(error: unknown): void
  /** The embedding provider failed. */
  onEmbeddingError(error: Error): void
  /** A damaged index was deleted; it is built again. */
  onRebuild(file: string): void
}

export interface NodeKnowledgeInit {
  readonly judge: Judge
  readonly observer: IndexObserver
  /** Called when a vote of this node has gone, and what it held back may be released. */
  readonly onVote: (digest: Uint8Array) => void
}

export class NodeKnowledge {
  readonly candidates: Candidates
  readonly index: SearchIndex
  readonly history: ClaimHistory
  readonly nearDuplicates: NearDuplicates
  readonly annotations: Annotations
  readonly #parts: NodeParts
  readonly #judge: Judge
  readonly #vectors: VectorIndex | undefined
  readonly #echoes = new Echoes()
  readonly #quota: Quota
  readonly #onVote: NodeKnowledgeInit['onVote']

  constructor(parts: NodeParts, { judge, observer, onVote }: NodeKnowledgeInit) {
    this.#parts = parts
    this.#judge = judge
    this.#onVote = onVote
    const { options, store, replica, facts } = parts
    this.candidates = new Candidates(store, facts)
    const sources = searchSources({
      facts,
      replica,
      judge,
      rankSkill: (attested) => this.#rankSkill(attested),
      rankGoal: (attested) => rankGoal(attested, replica)
    })
    this.index = new SearchIndex({
      path: fileOf(options, SEARCH_FILE),
      sources,
      rules: judge.rules,
      conditions: parts.environment.conditions,
      onRebuild: () => observer.onRebuild(SEARCH_FILE),
      onError: (error) => observer.onError(error)
    })
    this.#vectors = openVectors(parts, sources, observer)
    this.history = new ClaimHistory({ index: this.index, facts, replica, judge })
    this.nearDuplicates = new NearDuplicates({ store, facts, index: this.index })
    this.annotations = new Annotations({ store, forgotten: () => this.#forgotten() })
    this.#quota = new Quota(options.quota, () => ({ facts: facts.count, bytes: facts.bytes }))
  }

  /** Items that the search index does not have yet, and why it does not follow. */
  get indexStatus(): { readonly behind: number; readonly failure?: string } {
    const { behind, failure } = this.index
    return failure === undefined ? { behind } : { behind, failure: messageOf(failure) }
  }

  start(): void {
    this.#vectors?.follow()
  }

  stop(): Promise<void> {
    return closeAll(
      [() => this.#vectors?.close(), () => this.index.close()],
      'The indexes did not close cleanly.'
    )
  }

  for(agent: string): Knowledge {
    const { options, store, replica, facts, impact, swarm, rules } = this.#parts
    const { clock = Date } = options
    return new Knowledge({
      facts,
      annotations: this.annotations,
      candidates: this.candidates,
      corroboration: new Corroboration({ replica, swarm }),
      nearDuplicates: this.nearDuplicates,
      history: this.history,
      echoes: this.#echoes,
      quota: new AgentQuota({
        agent,
        quota: this.#quota,
        rules,
        use: () => facts.agents.use(agent),
        now: () => clock.now()
      }),
      recall: new RecallSearch({
        index: this.index,
        vectors: this.#vectors,
        facts,
        replica,
        history: this.history,
        echoes: this.#echoes,
        judge: this.#judge
      }),
      agent,
      assertActive: () => rules.assertActive(agent),
      onForget: async (ids) => {
        await this.#vectors?.forget(ids.map((id) => Buffer.from(id, 'hex')))
        await impact.forget(ids)
      },
      isKnown: (id, origin) => this.#isKnown(id, origin),
      clock,
      retract: (digests, operations) => this.retract(digests, operations),
      erase: (operations) => store.erase(operations)
    })
  }

  /** Retracts this node's votes in one commit with the operations; false if there was no vote. */
  async retract(
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ): Promise<boolean> {
    const { replica } = this.#parts
    const votes = await replica.votesOn(digests)
    const retracted = await replica.retractMany(digests, operations)
    // What it disputed or called stale may be released without its vote.
    for (const [i, digest] of digests.entries()) {
      if (votes[i] === 'dispute' || votes[i] === 'stale') this.#onVote(digest)
    }
    return retracted.length > 0
  }

  /** Facts that were removed, and not because they were merged into others. */
  async *#forgotten(): AsyncGenerator<Uint8Array> {
    for await (const digest of this.#parts.facts.forgotten()) {
      if ((await this.nearDuplicates.canonical(digest)) === undefined) yield digest
    }
  }

  /** Whether a fact is stored, or an insight of the hive is released, and still holds now. */
  async #isKnown(id: string, origin: SearchOrigin): Promise<boolean> {
    const { facts, replica } = this.#parts
    const digest = Buffer.from(id, 'hex')
    if (origin === 'local') {
      const fact = await facts.get(digest)
      return fact !== undefined && fact.stale !== true
    }
    const attested = await replica.get(digest)
    const judgement = attested === undefined ? undefined : await this.#judge.judge(attested)
    return judgement?.state === 'released' && judgement.isStale !== true
  }

  /** Receipts are records of skills that no list has. */
  async #rankSkill(attested: AttestedRecord): Promise<Awaited<ReturnType<RankSkill>>> {
    if (isReceipts(attested.record)) return undefined
    const vote = await this.#parts.replica.voteOn(attested.digest)
    const offer = offerRankOf(attested, vote === 'vouch')
    return offer === undefined ? {} : { offer }
  }
}

/** Undefined without a provider of embeddings. */
function openVectors(
  { options, models, environment }: NodeParts,
  sources: ReturnType<typeof searchSources>,
  observer: IndexObserver
): VectorIndex | undefined {
  const embedder = models.embedder(options.agent.name)
  if (embedder === undefined) return undefined
  return new VectorIndex({
    path: fileOf(options, VECTORS_FILE),
    sources,
    conditions: environment.conditions,
    embedder,
    textOf: embeddedTextOf,
    onError: (error) => observer.onEmbeddingError(error),
    onRebuild: () => observer.onRebuild(VECTORS_FILE),
    random: options.random
  })
}
