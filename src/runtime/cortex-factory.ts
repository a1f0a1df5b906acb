/** Builds the parts that the agents of a node share, and the cortex of each agent. */
import { anonymizer, AnonymizerThread } from '../anonymity/index.ts'
import { closeAll } from './close-all.ts'
import {
  composeContext,
  Drafts,
  SharedKnowledge,
  Promotion,
  ReturnedClaims,
  Subscriptions
} from '../sharing/index.ts'
import { Goals } from '../goals/index.ts'
import { SkillExchange } from '../skills/index.ts'
import { Votes, Judge } from '../judgement/index.ts'
import { hidesOwn } from './hides-own.ts'
import type { IntegrityReport } from '../maintenance/index.ts'
import { HeldVotesRelease, Integrity, Janitor, Upkeep, Metrics } from '../maintenance/index.ts'
import { NodeEvolution } from './node-evolution.ts'
import { Attributions } from '../governance/index.ts'
import { NodeKnowledge } from './node-knowledge.ts'
import { ownFilters } from './own-filters.ts'
import type { Entry } from '../../crdt/index.ts'
import type { KnownNames } from '../anonymity/index.ts'
import type { Cortex } from './cortex.ts'
import type { Consent } from '../skills/index.ts'
import type { ConsolidateReport } from '../knowledge/index.ts'
import type { HostEnvironment } from './environment.ts'
import type { Options } from './hive-options.ts'
import type { IndexObserver } from './node-knowledge.ts'
import type { NodeParts } from './node-parts.ts'

/** Called for events of background work. */
export interface CortexObserver extends IndexObserver {
  onDamage(report: IntegrityReport): void
  onConsolidate(consolidated: ConsolidateReport): void
}

export class CortexFactory {
  readonly #parts: NodeParts
  readonly #knowledge: NodeKnowledge
  readonly #attributions: Attributions
  readonly #drafts: Drafts
  readonly #promotion: Promotion
  readonly #goals: Goals
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
    this.#knowledge = new NodeKnowledge(parts, { judge: this.#judge, observer, onVote })
    const { candidates, index, history, nearDuplicates, annotations } = this.#knowledge
    this.#attributions = new Attributions({ store, replica, now: () => clock.now() })
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
      index,
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
      index,
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
      history,
      judge: this.#judge,
      clock,
      hasSwarm: swarm !== undefined
    })
    this.#promotion = new Promotion({
      returned,
      candidates,
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
      candidates,
      nearDuplicates,
      history,
      judge: this.#judge,
      votes: this.#votes,
      drafts: this.#drafts,
      index,
      attributions: this.#attributions,
      announce,
      recallSkill: (skill, reason) => this.#skillExchange.publishing.recall(skill, reason),
      retract: (digests, operations) => this.#knowledge.retract(digests, operations),
      onError
    })
    this.#integrity = new Integrity({
      store,
      facts,
      annotations,
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
      nearDuplicates,
      announce,
      onConsolidate: (consolidated) => observer.onConsolidate(consolidated),
      onError
    })
  }

  /** Items that the search index does not have yet, and why it does not follow. */
  get indexStatus(): { readonly behind: number; readonly failure?: string } {
    return this.#knowledge.indexStatus
  }

  /** Starts the background work. */
  start(): void {
    if (this.#parts.options.upkeep) {
      this.#upkeep.start()
      this.#integrity.start()
    }
    this.#heldVotes.start()
    this.#knowledge.start()
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
        () => this.#knowledge.stop()
      ],
      'The background work did not stop cleanly.'
    )
  }

  for(agent: string): Cortex {
    const { replica, facts, swarm, rules, runCounts, personas } = this.#parts
    const { index, nearDuplicates } = this.#knowledge
    const assertActive = (): void => rules.assertActive(agent)
    const knowledge = this.#knowledge.for(agent)
    const [factFilter, ...peerFilters] = ownFilters(this.#parts)
    const models = this.#parts.models.for(agent, (task) => personas.preferredModel(agent, task))
    const hive = new SharedKnowledge({
      promotion: this.#promotion,
      drafts: this.#drafts,
      goals: this.#goals.for(agent, assertActive),
      facts,
      replica,
      index,
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
        nearDuplicates,
        index,
        sandbox: this.#parts.sandbox,
        hiddenEntries: () => hiddenEntries(replica)
      }),
      janitor: new Janitor({
        integrity: this.#integrity,
        factFilter,
        peerFilters,
        nearDuplicates,
        replica,
        index,
        announce: (entries) => this.#announce(entries)
      })
    }
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
