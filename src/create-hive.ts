/** `createHive`: opens a node of the hive inside a program. */
import { EventEmitter } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { authorEpochs, openReplica, openStore, StoreError, toHex } from '../crdt/index.ts'
import { createSwarm, loadPeerKey } from '../transport/index.ts'
import { Agents } from './agents.ts'
import { anonymizer } from './anonymity/index.ts'
import { NodeSkills } from './capabilities/index.ts'
import { composeContext } from './context/index.ts'
import { HiveError } from './errors.ts'
import { loadFilterSettings } from './filter-settings.ts'
import {
  Drafts,
  Goals,
  HiveMind,
  Promotion,
  SharedSkills,
  Subscriptions,
  Votes
} from './hive/index.ts'
import { createSandbox } from './sandbox/index.ts'
import { Judge, Trust } from './judgement/index.ts'
import { Janitor, Upkeep } from './janitor/index.ts'
import {
  Candidates,
  Corroboration,
  Echoes,
  FactStore,
  History,
  Knowledge,
  NearDuplicates,
  Quota,
  Recall,
  searchSources,
  embeddedTextOf
} from './knowledge/index.ts'
import { localNames } from './local-names.ts'
import { Metrics } from './metrics/index.ts'
import { NodeModels } from './models/index.ts'
import { HiveOptions } from './options.ts'
import { parse } from './parse.ts'
import { openAIEmbedder, SearchIndex, VectorIndex } from './search/index.ts'
import type { Entry, Replica, Store, StoredFilter } from '../crdt/index.ts'
import type { HeldStatus, PeerStatus, Swarm, SwarmEvents } from '../transport/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Agent } from './agents.ts'
import type { KnownNames } from './anonymity/index.ts'
import type { SkillEvents } from './capabilities/index.ts'
import type { Sandbox } from './sandbox/index.ts'
import type { Cortex } from './cortex.ts'
import type { Consent } from './hive/index.ts'
import type { Consolidated } from './knowledge/index.ts'
import type { ModelEvents } from './models/index.ts'
import type { HiveInit } from './options.ts'
import type { z } from 'zod'

type Options = z.output<typeof HiveOptions>

export interface HiveEvents extends SwarmEvents, ModelEvents, SkillEvents {
  /** Entries of others became part of this node's replica. */
  'hive:change': []
  /** Near-duplicates were looked for in the background. */
  'upkeep:consolidated': [consolidated: Consolidated]
  /** Background work failed; it is tried again. */
  'upkeep:failed': [error: unknown]
  /** The embedding provider failed; recall goes by words until it answers. */
  'embedding:failure': [error: Error]
}

export interface HiveStatus {
  readonly peerId: string | undefined
  readonly multiaddrs: readonly string[]
  /** Undefined without a network. */
  readonly swarm:
    | { readonly name: string; readonly id: string; readonly mode: 'full' | 'light' }
    | undefined
  readonly peers: readonly PeerStatus[]
  /** Facts on this node, and what its replica of the hive holds. */
  readonly facts: number
  readonly authors: number
  readonly entries: number
  /** Bloom filters: this node's own, and what it holds of its peers'. */
  readonly filters: { readonly bytes: number; readonly held: readonly HeldStatus[] }
  /** Entries refused since the start, by reason; offences of peers; damaged values found. */
  readonly rejections: Readonly<Record<string, number>>
  readonly offences: number
  readonly damaged: number
}

/** Only the owner may look into a node's directory. */
const OWNER_ONLY = 0o700

/**
 * Opens and starts a node. Throws `HiveError` (OPTIONS_INVALID), `StoreError` (the directory is in
 * use or unreadable) or `SwarmError` (key, address); what had been started is stopped again.
 */
export async function createHive(init: HiveInit = {}): Promise<Hive> {
  const options = parse(HiveOptions, init, 'createHive', 'OPTIONS_INVALID')
  const { dataDir } = options
  if (dataDir !== undefined) await makeDirectory(dataDir)
  const location = options.store ?? (dataDir === undefined ? undefined : join(dataDir, 'store'))
  const store = await openStore(location)
  try {
    const inSwarm = options.swarm === false ? undefined : { ...options.swarm, k: kOf(options) }
    const now = (options.clock ?? Date).now()
    const settings = await loadFilterSettings(store, inSwarm, now)
    const { filterKey, observes, toldUntil } = settings
    const replica = await openReplica({
      store,
      swarm: inSwarm?.name,
      filterKey,
      hidesOwn: hidesOwn(options),
      epochs: authorEpochs(() => (options.clock ?? Date).now(), inSwarm?.epoch)
    })
    const { elementOf, published } = replica
    const facts = new FactStore({
      store,
      observe: observes ? { key: published.key, elementOf } : undefined
    })
    await facts.load()
    const trust = new Trust(store)
    await trust.load()
    const toldModels = new EventEmitter<ModelEvents>()
    const models = await openModels(options, store, toldModels)
    const sandbox = createSandbox()
    const skills = await openSkills(options, { store, models, sandbox })
    const swarm = await openSwarm(options, { store, replica, facts })
    try {
      await swarm?.start()
      return new Hive({
        options,
        store,
        replica,
        facts,
        swarm,
        trust,
        toldUntil,
        models,
        toldModels,
        skills,
        sandbox
      })
    } catch (error) {
      await swarm?.stop()
      throw error
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface HiveComponents {
  readonly options: Options
  readonly store: Store
  readonly replica: Replica
  readonly facts: FactStore
  readonly swarm: Swarm | undefined
  readonly trust: Trust
  readonly toldUntil: number
  readonly models: NodeModels
  readonly toldModels: EventEmitter<ModelEvents>
  readonly skills: NodeSkills
  readonly sandbox: Sandbox
}

/** A running node. */
export class Hive extends EventEmitter<HiveEvents> {
  readonly #components: HiveComponents
  readonly #candidates: Candidates
  readonly #drafts: Drafts
  readonly #promotion: Promotion
  readonly #goals: Goals
  readonly #index: SearchIndex
  readonly #vectors: VectorIndex | undefined
  readonly #history: History
  readonly #nearDuplicates: NearDuplicates
  readonly #echoes = new Echoes()
  readonly #quota: Quota
  readonly #upkeep: Upkeep
  readonly #judge: Judge
  readonly #subscriptions: Subscriptions
  readonly #votes: Votes
  readonly #shared: SharedSkills
  readonly agents: Agents
  /** The default agent. */
  readonly agent: Agent
  #stopped: Promise<void> | undefined

  constructor(components: HiveComponents) {
    super()
    this.#components = components
    const { options, store, replica, facts, swarm, trust } = components
    this.#judge = new Judge({
      k: kOf(options),
      weightOf: (author) => trust.weightOf(author),
      voteOn: (digest) => replica.voteOn(digest)
    })
    this.#subscriptions = new Subscriptions({
      replica,
      judge: this.#judge,
      templatesOf: (goal) => this.#goals.templateIds(goal),
      onFailed: (error) => this.emit('upkeep:failed', error)
    })
    this.#votes = new Votes({
      replica,
      trust,
      clock: options.clock ?? Date,
      announce: (entries) => this.#announce(entries),
      onVote: (digest) => this.#considerForSubscribers(digest)
    })
    this.#candidates = new Candidates(store, facts)
    const sources = searchSources(facts, replica)
    this.#index = new SearchIndex({ path: fileOf(options, 'search.db'), sources })
    this.#vectors = this.#openVectors(sources)
    this.#history = new History({ facts, replica, judge: this.#judge })
    this.#nearDuplicates = new NearDuplicates({ store, facts, index: this.#index })
    this.#quota = new Quota(options.quota, () => ({ facts: facts.count, bytes: facts.bytes }))
    const shared = anonymizer(namesOf(options))
    this.#drafts = new Drafts({
      anonymizer: shared,
      clock: options.clock ?? Date,
      k: kOf(options),
      toldUntil: components.toldUntil
    })
    this.#goals = new Goals({
      replica,
      anonymizer: shared,
      judge: this.#judge,
      clock: options.clock ?? Date,
      announce: (entries) => this.#announce(entries),
      onChange: (goal) => this.#considerForSubscribers(goal)
    })
    this.#shared = new SharedSkills({
      replica,
      skills: components.skills,
      sandbox: components.sandbox,
      share: options.skills.audit,
      tellsRuns: options.skills.receipts === 'runs',
      random: options.random ?? Math.random,
      anonymizer: shared,
      votes: this.#votes,
      k: kOf(options),
      clock: options.clock ?? Date,
      announce: (entries) => this.#announce(entries),
      publishes: options.skills.publish,
      adopts: consentOf(options),
      onFailed: (error) => this.emit('upkeep:failed', error)
    })
    this.#promotion = new Promotion({
      candidates: this.#candidates,
      replica,
      drafts: this.#drafts,
      clock: options.clock ?? Date,
      swarm,
      announce: (entries) => this.#announce(entries)
    })
    this.#upkeep = new Upkeep({
      facts,
      replica,
      nearDuplicates: this.#nearDuplicates,
      announce: (entries) => this.#announce(entries),
      onConsolidated: (consolidated) => this.emit('upkeep:consolidated', consolidated),
      onFailed: (error) => this.emit('upkeep:failed', error)
    })
    if (options.upkeep) this.#upkeep.start()
    this.agents = new Agents((name) => this.#cortexFor(name))
    this.agent = this.agents.create(options.agent.name)
    replica.on('entry:admitted', () => this.emit('hive:change'))
    components.toldModels.on('model:call', (call) => this.emit('model:call', call))
    components.toldModels.on('model:warning', (text) => this.emit('model:warning', text))
    forwardSkills(components.skills, this)
    if (swarm !== undefined) this.#forwardEvents(swarm)
    components.skills.start()
    this.#shared.start()
  }

  /** Undefined without a network. */
  get peerId(): string | undefined {
    return this.#components.swarm?.peerId
  }

  /** Where peers reach this node, each with `/p2p/<peer id>`. */
  get multiaddrs(): string[] {
    return this.#components.swarm?.multiaddrs ?? []
  }

  get status(): HiveStatus {
    const { options, store, replica, facts, swarm } = this.#components
    const heads = replica.heads()
    return {
      peerId: this.peerId,
      multiaddrs: this.multiaddrs,
      swarm:
        swarm === undefined || options.swarm === false
          ? undefined
          : { name: options.swarm.name, id: swarm.id, mode: options.swarm.mode },
      peers: swarm?.peers() ?? [],
      facts: facts.count,
      authors: heads.length,
      entries: heads.reduce((sum, { base, seq }) => sum + seq - base + 1, 0),
      filters: {
        bytes: this.#ownFilters().reduce((sum, { bytes }) => sum + bytes, 0),
        held: swarm?.filters() ?? []
      },
      rejections: replica.rejections(),
      offences: swarm?.offences ?? 0,
      damaged: store.damaged
    }
  }

  /** Content digest of the hive's records, in hex: equal on two nodes exactly when they hold the same entries. */
  digest(): Promise<string> {
    return Promise.resolve(toHex(this.#components.replica.digest()))
  }

  /** Connects to a peer now. Throws when it cannot be reached, or without a network. */
  async dial(address: string, options: AbortOptions = {}): Promise<void> {
    const { swarm } = this.#components
    if (swarm === undefined) throw new HiveError('OPTIONS_INVALID', 'This node has no network.')
    await swarm.dial(address, options)
  }

  /** Leaves the swarm and closes the store; idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    const errors: unknown[] = []
    for (const part of [
      () => this.#upkeep.stop(),
      () => this.#components.swarm?.stop(),
      () => this.#vectors?.close(),
      () => this.#index.close(),
      () => this.#shared.stop(),
      () => this.#components.skills.close(),
      () => this.#components.sandbox.close(),
      () => this.#components.models.close(),
      () => this.#components.store.close()
    ]) {
      try {
        await part()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'The node did not stop cleanly.')
  }

  #openVectors(sources: ReturnType<typeof searchSources>): VectorIndex | undefined {
    const { options } = this.#components
    const { embeddings, random } = options
    if (embeddings === undefined) return undefined
    const embedder = 'embed' in embeddings ? embeddings : openAIEmbedder(embeddings)
    const vectors = new VectorIndex({
      path: fileOf(options, 'vectors.db'),
      sources,
      embedder,
      textOf: embeddedTextOf,
      onFailure: (error) => this.emit('embedding:failure', error),
      random
    })
    vectors.follow()
    return vectors
  }

  #cortexFor(agent: string): Cortex {
    const { replica, facts, swarm } = this.#components
    const knowledge = this.#knowledgeFor(agent)
    const [known, ...shared] = this.#ownFilters()
    const models = this.#components.models.for(agent)
    return {
      knowledge,
      context: (init) =>
        composeContext(
          {
            recall: (query, recall) => knowledge.recall(query, recall),
            goal: (idOrTitle, signal) => this.#goals.describe(idOrTitle, signal)
          },
          init
        ),
      hive: new HiveMind({
        promotion: this.#promotion,
        drafts: this.#drafts,
        goals: this.#goals,
        facts,
        replica,
        swarm,
        judge: this.#judge,
        votes: this.#votes,
        subscriptions: this.#subscriptions,
        skills: this.#shared
      }),
      capabilities: this.#components.skills.for(models, (id) => this.#shared.withdraw(id)),
      models,
      metrics: new Metrics({ facts }),
      janitor: new Janitor({
        known,
        shared,
        nearDuplicates: this.#nearDuplicates,
        replica,
        announce: (entries) => this.#announce(entries)
      })
    }
  }

  #knowledgeFor(agent: string): Knowledge {
    const { options, replica, facts, swarm } = this.#components
    return new Knowledge({
      facts,
      candidates: this.#candidates,
      corroboration: new Corroboration({ replica, swarm }),
      nearDuplicates: this.#nearDuplicates,
      history: this.#history,
      echoes: this.#echoes,
      quota: this.#quota,
      recall: new Recall({
        index: this.#index,
        vectors: this.#vectors,
        facts,
        replica,
        history: this.#history,
        echoes: this.#echoes,
        judge: this.#judge
      }),
      agent,
      clock: options.clock ?? Date,
      retract: (digest) => this.#retract(digest)
    })
  }

  #ownFilters(): [StoredFilter, ...StoredFilter[]] {
    const { facts, replica } = this.#components
    const shared = facts.observed === undefined ? [] : [facts.observed]
    return [facts.known, replica.published, ...shared]
  }

  async #retract(digest: Uint8Array): Promise<boolean> {
    const entry = await this.#components.replica.retract(digest)
    if (entry !== undefined) await this.#announce([entry])
    return entry !== undefined
  }

  #considerForSubscribers(digest: Uint8Array): void {
    this.#subscriptions
      .consider(digest)
      .catch((error: unknown) => this.emit('upkeep:failed', error))
  }

  async #announce(entries: readonly Entry[]): Promise<void> {
    await this.#components.swarm?.announce(entries)
  }

  #forwardEvents(swarm: Swarm): void {
    swarm.on('peer:connect', (peer) => this.emit('peer:connect', peer))
    swarm.on('peer:disconnect', (peer) => this.emit('peer:disconnect', peer))
    swarm.on('peer:refused', (refusal) => this.emit('peer:refused', refusal))
    swarm.on('peer:offence', (offence) => this.emit('peer:offence', offence))
    swarm.on('bootstrap:unreachable', (failure) => this.emit('bootstrap:unreachable', failure))
    swarm.on('filter:change', (change) => this.emit('filter:change', change))
    swarm.on('gossip:change', () => this.emit('gossip:change'))
    swarm.on('sync:news', (news) => this.emit('sync:news', news))
  }
}

/** Names that the user gave replace those of this machine. */
function namesOf({ anonymity }: Options): KnownNames {
  return Object.keys(anonymity).length === 0 ? localNames() : anonymity
}

function fileOf({ dataDir }: Options, name: string): string | undefined {
  return dataDir === undefined ? undefined : join(dataDir, name)
}

function consentOf({ skills: { adopt } }: Options): Consent {
  return typeof adopt === 'function' ? adopt : () => adopt === 'all'
}

/** Authors that must vouch before an insight is released: a swarm without a key trusts nobody alone. */
function kOf({ swarm }: Options): number {
  if (swarm === false) return 2
  return swarm.k ?? (swarm.key === undefined ? 2 : 1)
}

/** Without a network too: what was published then leaves with the next start. */
function hidesOwn({ swarm }: Options): boolean {
  return swarm === false || (swarm.stem && swarm.gossip && swarm.mode === 'full')
}

async function openSwarm(
  options: Options,
  { store, replica, facts }: Pick<HiveComponents, 'store' | 'replica' | 'facts'>
): Promise<Swarm | undefined> {
  if (options.swarm === false) return undefined
  const { key, acceptedKeys, bootstrap, listen, gossip, syncInterval, mode, filterInterval } =
    options.swarm
  const { dataDir, libp2p, clock, random, logger, userAgent } = options
  const privateKey =
    dataDir === undefined ? undefined : await loadPeerKey(join(dataDir, 'peer.key'))
  return createSwarm({
    replica,
    store,
    privateKey,
    key,
    acceptedKeys,
    bootstrap,
    listen,
    gossip,
    syncInterval,
    filterInterval,
    mode,
    observed: facts.observed,
    libp2p,
    clock,
    random,
    logger,
    userAgent
  })
}

function openModels(
  { models, clock = Date, random }: Options,
  store: Store,
  told: EventEmitter<ModelEvents>
): Promise<NodeModels> {
  return NodeModels.open({
    settings: models,
    store,
    now: () => clock.now(),
    random,
    onCall: (call) => told.emit('model:call', call),
    onWarning: (text) => told.emit('model:warning', text)
  })
}

function openSkills(
  { agent, clock = Date, random }: Options,
  { store, models, sandbox }: Pick<HiveComponents, 'models' | 'sandbox' | 'store'>
): Promise<NodeSkills> {
  return NodeSkills.open({
    store,
    sandbox,
    models: models.for(agent.name),
    now: () => clock.now(),
    random,
    // What could not be written is told when the hive is stopped.
    onFailed: () => undefined
  })
}

function forwardSkills({ store }: NodeSkills, to: Hive): void {
  store.on('skill:transition', (transition) => to.emit('skill:transition', transition))
  store.on('skill:warm', (warm) => to.emit('skill:warm', warm))
  store.on('skill:cool', (cool) => to.emit('skill:cool', cool))
  store.on('skill:failure', (failure) => to.emit('skill:failure', failure))
  store.on('skill:lie', (lie) => to.emit('skill:lie', lie))
  store.on('skill:remove', (removed) => to.emit('skill:remove', removed))
  store.on('skill:unready', (unready) => to.emit('skill:unready', unready))
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: OWNER_ONLY })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('STORE_OPEN_FAILED', `Cannot make the directory ${path}: ${reason}`, {
      cause
    })
  }
}
