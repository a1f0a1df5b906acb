/** Builds the parts that the agents of a node share, and the cortex of each agent. */
import { anonymizer, AnonymizerThread } from '../anonymity/index.ts'
import { messageOf } from '../errors.ts'
import { closeAll } from './close-all.ts'
import {
  composeContext,
  Drafts,
  SharedKnowledge,
  Promotion,
  ReturnedClaims,
  Subscriptions
} from '../sharing/index.ts'
import { Goals, rankGoal } from '../goals/index.ts'
import { isReceipts, offerRankOf, SkillExchange } from '../skills/index.ts'
import { Votes, Judge } from '../judgement/index.ts'
import { hidesOwn } from './hides-own.ts'
import type { IntegrityReport } from '../maintenance/index.ts'
import { HeldVotesRelease, Integrity, Janitor, Upkeep, Metrics } from '../maintenance/index.ts'
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
import { NodeEvolution } from './node-evolution.ts'
import { AgentQuota, Attributions } from '../governance/index.ts'
import { fileOf } from './node-parts.ts'
import { ownFilters } from './own-filters.ts'
import type { AttestedRecord, Entry, Operation } from '../../crdt/index.ts'
import type { SearchOrigin } from '../search/index.ts'
import type { KnownNames } from '../anonymity/index.ts'
import type { Cortex } from './cortex.ts'
import type { Consent } from '../skills/index.ts'
import type { ConsolidateReport, RankSkill } from '../knowledge/index.ts'
import type { HostEnvironment } from './environment.ts'
import type { Options } from './hive-options.ts'
import type { NodeParts } from './node-parts.ts'

const SEARCH_FILE = 'search.db'
const VECTORS_FILE = 'vectors.db'

/** Called for events of background work. */
export interface CortexObserver {
  onDamage(report: IntegrityReport): void
  onConsolidate(consolidated: ConsolidateReport): void
  /** The work is tried again. */
  onError(error: unknown): void
  /** The embedding provider failed. */
  onEmbeddingError(error: Error): void
  /** A damaged index was deleted; it is built again. */
  onRebuild(file: string): void
}

export class CortexFactory {
  readonly #parts: NodeParts
  readonly #observer: CortexObserver
  readonly #candidates: Candidates
  readonly #attributions: Attributions
  readonly #drafts: Drafts
  readonly #promotion: Promotion
  readonly #goals: Goals
  readonly #index: SearchIndex
  readonly #vectors: VectorIndex | undefined
  readonly #history: ClaimHistory
  readonly #nearDuplicates: NearDuplicates
  readonly #annotations: Annotations
  readonly #echoes = new Echoes()
  readonly #quota: Quota
  readonly #upkeep: Upkeep
  readonly #heldVotes: HeldVotesRelease
  readonly #integrity: Integrity
  readonly #judge: Judge
  readonly #subscriptions: Subscriptions
  readonly #votes: Votes
  readonly #skillExchange: SkillExchange
  readonly #evolution: NodeEvolution

  constructor(parts: NodeParts, observer: CortexObserver) {
    this.#parts = parts
    this.#observer = observer
    const { options, store, replica, facts, swarm, k } = parts
    const { clock = Date } = options
    const announce = (entries: readonly Entry[]): Promise<void> => this.#announce(entries)
    const onVote = (digest: Uint8Array): void => this.#notifySubscribers(digest)
    const onError = (error: unknown): void => observer.onError(error)
    this.#judge = new Judge({
      k,
      voteOn: (digest) => replica.voteOn(digest)
    })
    this.#subscriptions = new Subscriptions({
      replica,
      judge: this.#judge,
      templatesOf: (goal) => this.#goals.templateIds(goal),
      closing: store.closing,
      onError
    })
    this.#votes = new Votes({
      replica,
      clock,
      announce,
      onVote
    })
    this.#candidates = new Candidates(store, facts)
    this.#attributions = new Attributions({ store, replica, now: () => clock.now() })
    const sources = searchSources({
      facts,
      replica,
      judge: this.#judge,
      rankSkill: (attested) => this.#rankSkill(attested),
      rankGoal: (attested) => rankGoal(attested, replica)
    })
    this.#index = new SearchIndex({
      path: fileOf(options, SEARCH_FILE),
      sources,
      rules: this.#judge.rules,
      conditions: parts.environment.conditions,
      onRebuild: () => observer.onRebuild(SEARCH_FILE),
      onError
    })
    this.#vectors = this.#openVectors(sources)
    this.#history = new ClaimHistory({ index: this.#index, facts, replica, judge: this.#judge })
    this.#nearDuplicates = new NearDuplicates({ store, facts, index: this.#index })
    this.#annotations = new Annotations({ store, forgotten: () => this.#forgotten() })
    this.#quota = new Quota(options.quota, () => ({ facts: facts.count, bytes: facts.bytes }))
    const names = anonymityNames(options, parts.environment)
    const shared = anonymizer(names)
    this.#drafts = new Drafts({
      anonymizer: shared,
      startThread: () => new AnonymizerThread(names),
      clock,
      k,
      observedUntil: parts.observedUntil,
      isSkill: (id) => parts.skills.store.get(id) !== undefined
    })
    this.#goals = new Goals({
      replica,
      index: this.#index,
      anonymizer: shared,
      judge: this.#judge,
      clock,
      announce,
      attributed: (goal, agents, task) => this.#attributions.publish('goal', goal, agents, task),
      stepNotes: (agent) => this.#attributions.stepsOf(agent),
      onChange: (goal) => this.#notifySubscribers(goal)
    })
    this.#skillExchange = new SkillExchange({
      replica,
      store: parts.store,
      index: this.#index,
      skills: parts.skills,
      sandbox: parts.sandbox,
      share: options.skills.audit,
      publishesRuns: options.skills.receipts === 'runs',
      random: options.random ?? Math.random,
      anonymizer: shared,
      votes: this.#votes,
      k,
      clock,
      announce,
      onVote,
      attributed: (skill, agents, task) => this.#attributions.publish('skill', skill, agents, task),
      isFrozen: (agent) => parts.rules.isFrozen(agent),
      autoPublish: options.skills.publish,
      consent: adoptionConsent(options),
      onError
    })
    const returned = new ReturnedClaims({
      replica,
      facts,
      history: this.#history,
      judge: this.#judge,
      clock,
      hasSwarm: swarm !== undefined
    })
    this.#promotion = new Promotion({
      returned,
      candidates: this.#candidates,
      facts,
      replica,
      drafts: this.#drafts,
      clock,
      isFrozen: (agent) => parts.rules.isFrozen(agent),
      k,
      swarm,
      asksPeers: !hidesOwn(options),
      announce,
      onVote
    })
    this.#evolution = new NodeEvolution(parts, {
      goals: this.#goals,
      advance: (agent, step) => this.for(agent).evolution.advance(step),
      candidates: this.#candidates,
      nearDuplicates: this.#nearDuplicates,
      history: this.#history,
      judge: this.#judge,
      votes: this.#votes,
      drafts: this.#drafts,
      index: this.#index,
      attributions: this.#attributions,
      announce,
      recallSkill: (skill, reason) => this.#skillExchange.publishing.recall(skill, reason),
      retract: (digests, operations) => this.#retract(digests, operations),
      onError
    })
    this.#integrity = new Integrity({
      store,
      facts,
      annotations: this.#annotations,
      replica,
      onDamage: (report) => observer.onDamage(report),
      onError
    })
    this.#heldVotes = new HeldVotesRelease({
      replica,
      hasSwarm: parts.swarm !== undefined,
      announce,
      onError
    })
    this.#upkeep = new Upkeep({
      facts,
      replica,
      nearDuplicates: this.#nearDuplicates,
      announce,
      onConsolidate: (consolidated) => observer.onConsolidate(consolidated),
      onError
    })
  }

  /** Items that the search index does not have yet, and why it does not follow. */
  get indexStatus(): { readonly behind: number; readonly failure?: string } {
    const { behind, failure } = this.#index
    return failure === undefined ? { behind } : { behind, failure: messageOf(failure) }
  }

  /** Starts the background work. */
  start(): void {
    if (this.#parts.options.upkeep) {
      this.#upkeep.start()
      this.#integrity.start()
    }
    this.#heldVotes.start()
    this.#vectors?.follow()
    this.#parts.skills.start()
    this.#skillExchange.start()
    this.#evolution.start(this.#parts.options.upkeep)
  }

  stop(): Promise<void> {
    return closeAll(
      [
        () => this.#evolution.stop(),
        () => this.#integrity.stop(),
        () => this.#upkeep.stop(),
        () => this.#heldVotes.stop(),
        () => this.#skillExchange.stop(),
        () => this.#vectors?.close(),
        () => this.#index.close()
      ],
      'The background work did not stop cleanly.'
    )
  }

  for(agent: string): Cortex {
    const { replica, facts, swarm, rules, runCounts, personas } = this.#parts
    const assertActive = (): void => rules.assertActive(agent)
    const knowledge = this.#knowledgeFor(agent)
    const [factFilter, ...peerFilters] = ownFilters(this.#parts)
    const models = this.#parts.models.for(agent, (task) => personas.preferredModel(agent, task))
    const hive = new SharedKnowledge({
      promotion: this.#promotion,
      drafts: this.#drafts,
      goals: this.#goals.for(agent, assertActive),
      facts,
      replica,
      index: this.#index,
      swarm,
      judge: this.#judge,
      votes: this.#votes,
      subscriptions: this.#subscriptions,
      skills: this.#skillExchange.for(agent, assertActive),
      assertActive
    })
    return {
      knowledge,
      context: (init) =>
        composeContext(
          {
            consider: (query, recall) => knowledge.consider(query, recall),
            goal: (idOrTitle, signal) => this.#goals.describe(idOrTitle, signal)
          },
          init
        ),
      hive,
      evolution: this.#evolution.of(agent, { knowledge, hive, models }),
      pilot: this.#evolution.pilot,
      selfIterate: (pass) => this.#evolution.pilot.runSelfImprovementCycle(pass),
      capabilities: this.#parts.skills.for(models, {
        withdraw: (id) => this.#skillExchange.publishing.withdraw(id),
        permit: {
          agent,
          assertActive,
          async run() {
            assertActive()
            await runCounts.take(agent)
          }
        }
      }),
      models,
      governor: this.#evolution.governor,
      cases: this.#evolution.casesOf(agent, models),
      reasoner: this.#evolution.reasoner,
      metrics: new Metrics({
        facts,
        nearDuplicates: this.#nearDuplicates,
        index: this.#index,
        sandbox: this.#parts.sandbox,
        hiddenEntries: () => hiddenEntries(replica)
      }),
      janitor: new Janitor({
        integrity: this.#integrity,
        factFilter,
        peerFilters,
        nearDuplicates: this.#nearDuplicates,
        replica,
        index: this.#index,
        announce: (entries) => this.#announce(entries)
      })
    }
  }

  #knowledgeFor(agent: string): Knowledge {
    const { options, store, replica, facts, impact, swarm, rules } = this.#parts
    return new Knowledge({
      facts,
      annotations: this.#annotations,
      candidates: this.#candidates,
      corroboration: new Corroboration({ replica, swarm }),
      nearDuplicates: this.#nearDuplicates,
      history: this.#history,
      echoes: this.#echoes,
      quota: new AgentQuota({
        agent,
        quota: this.#quota,
        rules,
        use: () => facts.agents.use(agent),
        now: () => (options.clock ?? Date).now()
      }),
      recall: new RecallSearch({
        index: this.#index,
        vectors: this.#vectors,
        facts,
        replica,
        history: this.#history,
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
      clock: options.clock ?? Date,
      retract: (digests, operations) => this.#retract(digests, operations),
      erase: (operations) => store.erase(operations)
    })
  }

  /** Facts that were removed, and not because they were merged into others. */
  async *#forgotten(): AsyncGenerator<Uint8Array> {
    for await (const digest of this.#parts.facts.forgotten()) {
      if ((await this.#nearDuplicates.canonical(digest)) === undefined) yield digest
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

  #openVectors(sources: ReturnType<typeof searchSources>): VectorIndex | undefined {
    const { options, models, environment } = this.#parts
    const embedder = models.embedder(options.agent.name)
    if (embedder === undefined) return undefined
    return new VectorIndex({
      path: fileOf(options, VECTORS_FILE),
      sources,
      conditions: environment.conditions,
      embedder,
      textOf: embeddedTextOf,
      onError: (error) => this.#observer.onEmbeddingError(error),
      onRebuild: () => this.#observer.onRebuild(VECTORS_FILE),
      random: options.random
    })
  }

  /** Receipts are records of skills that no list has. */
  async #rankSkill(attested: AttestedRecord): Promise<Awaited<ReturnType<RankSkill>>> {
    if (isReceipts(attested.record)) return undefined
    const vote = await this.#parts.replica.voteOn(attested.digest)
    const offer = offerRankOf(attested, vote === 'vouch')
    return offer === undefined ? {} : { offer }
  }

  async #retract(
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ): Promise<boolean> {
    const { replica } = this.#parts
    const votes = await replica.votesOn(digests)
    const retracted = await replica.retractMany(digests, operations)
    // What it disputed or called stale may be released without its vote.
    for (const [i, digest] of digests.entries()) {
      if (votes[i] === 'dispute' || votes[i] === 'stale') this.#notifySubscribers(digest)
    }
    return retracted.length > 0
  }

  #notifySubscribers(digest: Uint8Array): void {
    this.#subscriptions.recheck(digest)
  }

  async #announce(entries: readonly Entry[]): Promise<void> {
    await this.#parts.swarm?.announce(entries)
  }
}

/** Names given by the user replace the names of this machine. */
function anonymityNames({ anonymity }: Options, { names }: HostEnvironment): KnownNames {
  return Object.keys(anonymity).length === 0 ? names() : anonymity
}

function adoptionConsent({ skills: { adopt } }: Options): Consent {
  return typeof adopt === 'function' ? adopt : () => adopt === 'all'
}

/** Own entries whose stem has not ended: those of hidden authors after the last one that peers see. */
function hiddenEntries(replica: NodeParts['replica']): number {
  return replica.heads().reduce((sum, { author, seq }) => {
    const shown = replica.publicSeq(author)
    return shown === undefined ? sum : sum + Math.max(0, seq - shown)
  }, 0)
}
