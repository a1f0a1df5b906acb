/** `createHive`: opens a node of the hive inside a program. */
import { EventEmitter } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openReplica, openStore, StoreError, toHex } from '../crdt/index.ts'
import { createSwarm, loadPeerKey } from '../transport/index.ts'
import { Agents } from './agents.ts'
import { anonymizer } from './anonymity/index.ts'
import { Capabilities } from './capabilities/index.ts'
import { HiveError } from './errors.ts'
import { loadFilterSettings } from './filter-settings.ts'
import { Goals, HiveMind, Promotion } from './hive/index.ts'
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
  searchSources
} from './knowledge/index.ts'
import { localNames } from './local-names.ts'
import { Metrics } from './metrics/index.ts'
import { HiveOptions } from './options.ts'
import { parse } from './parse.ts'
import { SearchIndex } from './search/index.ts'
import type { Entry, Replica, Store, StoredFilter } from '../crdt/index.ts'
import type { HeldStatus, PeerStatus, Swarm, SwarmEvents } from '../transport/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Agent } from './agents.ts'
import type { Cortex } from './cortex.ts'
import type { Consolidated } from './knowledge/index.ts'
import type { HiveInit } from './options.ts'
import type { z } from 'zod'

type Options = z.output<typeof HiveOptions>

export interface HiveEvents extends SwarmEvents {
  /** Entries of others became part of this node's replica. */
  'hive:change': []
  /** Near-duplicates were looked for in the background. */
  'upkeep:consolidated': [consolidated: Consolidated]
  /** Background work failed; it is tried again. */
  'upkeep:failed': [error: unknown]
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
    const replica = await openReplica({ store, swarm: inSwarm?.name, filterKey })
    const { elementOf, published } = replica
    const facts = new FactStore({
      store,
      observe: observes ? { key: published.key, elementOf } : undefined
    })
    await facts.load()
    const swarm = await openSwarm(options, { store, replica, facts })
    try {
      await swarm?.start()
      return new Hive({ options, store, replica, facts, swarm, toldUntil })
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
  readonly toldUntil: number
}

/** A running node. */
export class Hive extends EventEmitter<HiveEvents> {
  readonly #components: HiveComponents
  readonly #candidates: Candidates
  readonly #promotion: Promotion
  readonly #goals: Goals
  readonly #index: SearchIndex
  readonly #history: History
  readonly #nearDuplicates: NearDuplicates
  readonly #echoes = new Echoes()
  readonly #quota: Quota
  readonly #upkeep: Upkeep
  readonly agents: Agents
  /** The default agent. */
  readonly agent: Agent
  #stopped: Promise<void> | undefined

  constructor(components: HiveComponents) {
    super()
    this.#components = components
    const { options, store, replica, facts, swarm } = components
    this.#candidates = new Candidates(store, facts)
    this.#index = new SearchIndex({
      path: options.dataDir === undefined ? undefined : join(options.dataDir, 'search.db'),
      sources: searchSources(facts, replica)
    })
    this.#history = new History({ facts, replica, k: kOf(options) })
    this.#nearDuplicates = new NearDuplicates({ store, facts, index: this.#index })
    this.#quota = new Quota(options.quota, () => ({ facts: facts.count, bytes: facts.bytes }))
    const shared = anonymizer({ knownNames: options.anonymity.knownNames ?? localNames() })
    this.#goals = new Goals({
      replica,
      anonymizer: shared,
      k: kOf(options),
      clock: options.clock ?? Date,
      announce: (entries) => this.#announce(entries)
    })
    this.#promotion = new Promotion({
      candidates: this.#candidates,
      replica,
      anonymizer: shared,
      clock: options.clock ?? Date,
      swarm,
      k: kOf(options),
      toldUntil: components.toldUntil,
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
    if (swarm !== undefined) this.#forwardEvents(swarm)
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
      () => this.#index.close(),
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

  #cortexFor(agent: string): Cortex {
    const { options, replica, facts, swarm } = this.#components
    const [known, ...shared] = this.#ownFilters()
    return {
      knowledge: new Knowledge({
        facts,
        candidates: this.#candidates,
        corroboration: new Corroboration({ replica, swarm }),
        nearDuplicates: this.#nearDuplicates,
        history: this.#history,
        echoes: this.#echoes,
        quota: this.#quota,
        recall: new Recall({
          index: this.#index,
          facts,
          replica,
          history: this.#history,
          echoes: this.#echoes,
          k: kOf(options)
        }),
        agent,
        clock: options.clock ?? Date,
        retract: (digest) => this.#retract(digest)
      }),
      hive: new HiveMind({
        promotion: this.#promotion,
        goals: this.#goals,
        replica,
        swarm,
        k: kOf(options)
      }),
      capabilities: new Capabilities(),
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

/** Authors that must vouch before an insight is released: a swarm without a key trusts nobody alone. */
function kOf({ swarm }: Options): number {
  if (swarm === false) return 2
  return swarm.k ?? (swarm.key === undefined ? 2 : 1)
}

async function openSwarm(
  options: Options,
  { store, replica, facts }: Pick<HiveComponents, 'store' | 'replica' | 'facts'>
): Promise<Swarm | undefined> {
  if (options.swarm === false) return undefined
  const { key, bootstrap, listen, gossip, syncInterval, mode, filterInterval } = options.swarm
  const { dataDir, libp2p, clock, random, logger, userAgent } = options
  const privateKey =
    dataDir === undefined ? undefined : await loadPeerKey(join(dataDir, 'peer.key'))
  return createSwarm({
    replica,
    store,
    privateKey,
    key,
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
