/** A running node, as its embedding program sees it. */
import { EventEmitter } from 'node:events'
import { toHex } from '../../crdt/bytes/index.ts'
import { Agents } from './agents.ts'
import { writeBackup } from './backup.ts'
import { closeAll } from './close-all.ts'
import { HiveError, messageOf } from '../errors.ts'
import { forwardEvents } from './hive-events.ts'
import { CortexFactory } from './cortex-factory.ts'
import { ownFilters } from './own-filters.ts'
import { closeParts } from './node-parts.ts'
import type { IntakeBudget, WaitingChanges } from '../../crdt/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Impact } from '../impact/index.ts'
import type { Members } from '../members/index.ts'
import type {
  NetworkReport,
  PeerFilterStatus,
  PeerStatus,
  ProbedAddress
} from '../../transport/index.ts'
import type { Agent } from './agents.ts'
import type { BackupOptions, BackupReport } from './backup.ts'
import type { HiveEvents } from './hive-events.ts'
import type { NodeParts } from './node-parts.ts'

/** How others reach a node, and which peers it reaches. */
export interface NetworkCheck extends NetworkReport {
  readonly bootstrap: readonly ProbedAddress[]
}

/** The current state of a node. */
export interface HiveStatus {
  /** Undefined without a network. */
  readonly peerId: string | undefined
  readonly multiaddrs: readonly string[]
  /** Undefined without a network. */
  readonly swarm:
    | { readonly name: string; readonly id: string; readonly mode: 'full' | 'light' }
    | undefined
  readonly peers: readonly PeerStatus[]
  /** Facts on this node, and the contents of its replica. */
  readonly facts: number
  readonly authors: number
  readonly entries: number
  /** Bytes of this node's own Bloom filters, and the filters of its peers. */
  readonly filters: { readonly bytes: number; readonly peerFilters: readonly PeerFilterStatus[] }
  /** Entries refused since the start, by reason; offences of peers; damaged values found. */
  readonly rejections: Readonly<Record<string, number>>
  readonly offences: number
  readonly damaged: number
  /** What was stored of others today (UTC), beside the budgets; own entries do not count. */
  readonly intake: readonly IntakeBudget[]
  /** The search index: items that it does not have yet, and why it does not follow, if it does not. */
  readonly index: { readonly behind: number; readonly failure?: string }
  /** Changes of own votes that have not left: retractions that no peer has shown, votes that wait. */
  readonly unsent: WaitingChanges
  /** What the operator should know, the latest last. */
  readonly warnings: readonly string[]
}

/**
 * A running node. It stops with `stop`, or at the end of its block with `await using`.
 *
 * @example
 * ```ts
 * await using db = await createHive({ dataDir: './hive' })
 * db.on('hive:change', () => console.log('new entries of peers'))
 * console.log(db.peerId, db.multiaddrs, await db.digest())
 * ```
 */
export class HiveNode extends EventEmitter<HiveEvents> {
  readonly #parts: NodeParts
  readonly #cortex: CortexFactory
  readonly agents: Agents
  /** The default agent. */
  readonly agent: Agent
  #stopped: Promise<void> | undefined

  constructor(parts: NodeParts) {
    super()
    this.#parts = parts
    this.#cortex = new CortexFactory(parts, {
      onDamage: (report) => this.emit('store:damage', report),
      onConsolidate: (consolidated) => this.emit('upkeep:consolidate', consolidated),
      onError: (error) => this.emit('upkeep:fail', error),
      onEmbeddingError: (error) => this.emit('embedding:fail', error),
      onRebuild: (file) => this.emit('index:rebuild', { file })
    })
    parts.warnings.follow((text) => this.emit('hive:warn', text))
    const { options, skills, personas, sessions, journal } = parts
    this.agents = new Agents({
      cortexFor: (name) => this.#cortex.for(name),
      personas,
      sessions,
      journal,
      describe: (skill) => skills.describe(skill)
    })
    this.agent = this.agents.create(options.agent.name)
    forwardEvents(parts, this)
    this.#cortex.start()
  }

  /** Undefined without a network. */
  get peerId(): string | undefined {
    return this.#parts.swarm?.peerId
  }

  /**
   * Why this node is in no mesh of gossip, although peers are connected for more than 10 s; undefined
   * where it is in one or takes no gossip.
   */
  get meshDelay(): string | undefined {
    return this.#parts.swarm?.meshDelay()
  }

  /** Addresses of this node, each with `/p2p/<peer id>`. */
  get multiaddrs(): string[] {
    return this.#parts.swarm?.multiaddrs ?? []
  }

  /** What agents were shown, and what came of it. Programs that show knowledge note it there. */
  get impact(): Impact {
    return this.#parts.impact
  }

  /** The members of the swarm, if it is closed: who they are, invites and revocation. */
  get members(): Members | undefined {
    return this.#parts.members?.members
  }

  /** What this node knows of how others reach it; undefined without a network. */
  get network(): NetworkReport | undefined {
    return this.#parts.swarm?.network()
  }

  get status(): HiveStatus {
    const { options, store, replica, facts, swarm, warnings } = this.#parts
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
        bytes: ownFilters(this.#parts).reduce((sum, { bytes }) => sum + bytes, 0),
        peerFilters: swarm?.filters() ?? []
      },
      rejections: replica.rejections(),
      offences: swarm?.offences ?? 0,
      damaged: store.damaged,
      intake: replica.intake(),
      index: this.#cortex.indexStatus,
      unsent: replica.retractions.waiting,
      warnings: warnings.texts
    }
  }

  /**
   * Content digest of the hive's records, in hex: equal on two nodes exactly when they store the
   * same entries.
   */
  digest(): Promise<string> {
    return Promise.resolve(toHex(this.#parts.replica.digest()))
  }

  /** Connects to a peer now. Throws if the peer cannot be reached, or without a network. */
  async dial(address: string, options: AbortOptions = {}): Promise<void> {
    const { swarm } = this.#parts
    if (swarm === undefined)
      throw new HiveError(
        'OPTIONS_INVALID',
        'This node has no network: `network` is false in the options of createHive.'
      )
    await swarm.dial(address, options)
  }

  /**
   * How others reach this node, and which of its bootstrap peers answer now. Undefined without a
   * network.
   *
   * @example
   * ```ts
   * const check = await db.checkNetwork()
   * console.log(check?.nat, check?.bootstrap)
   * ```
   */
  async checkNetwork(options: AbortOptions = {}): Promise<NetworkCheck | undefined> {
    const { swarm } = this.#parts
    if (swarm === undefined) return undefined
    return { ...swarm.network(), bootstrap: await swarm.probeBootstrap(options) }
  }

  /**
   * Writes a backup of this node, as of now, into an empty directory, or a new one. The node goes on
   * working. Throws `HiveError` (BACKUP_INVALID) or `StoreError`; then nothing is left there.
   *
   * @example
   * ```ts
   * const { items } = await db.backup('./backup-monday')
   * console.log(items)
   * ```
   */
  backup(directory: string, options: BackupOptions = {}): Promise<BackupReport> {
    const { store, options: init } = this.#parts
    return writeBackup({ store, dataDir: init.dataDir }, directory, options)
  }

  /** A listener that throws or rejects does not stop the work that emits; a warning names it. */
  override emit<K>(
    event: K | keyof HiveEvents,
    ...args: K extends keyof HiveEvents ? HiveEvents[K] : never
  ): boolean {
    const listeners = this.rawListeners(event)
    const warn = (error: unknown): void =>
      this.#parts.warnings.add(`A listener of "${String(event)}" failed: ${messageOf(error)}`)
    for (const listener of listeners) {
      try {
        const result: unknown = Reflect.apply(listener, this, args)
        if (result instanceof Promise) result.catch(warn)
      } catch (error) {
        warn(error)
      }
    }
    return listeners.length > 0
  }

  /** Leaves the swarm and closes the store; idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** The same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #stop(): Promise<void> {
    return closeAll(
      [() => this.#cortex.stop(), () => closeParts(this.#parts)],
      'The node did not stop cleanly.'
    )
  }
}
