/**
 * Anti-entropy: `/sync/1.0.0` with every peer this node dials, with a random peer every 30 s, and
 * with the sender of whatever shows a gap. Gossip is fast and forgets; this is what guarantees
 * that replicas converge.
 */
import { setMaxListeners } from 'node:events'
import { Queue, repeatingTask } from '@libp2p/utils'
import {
  EXCHANGE_IDLE_TIMEOUT,
  MAX_CONCURRENT_SYNCS,
  MAX_INBOUND_SYNCS,
  MAX_SYNC_FRAME_BYTES,
  SYNC_INTERVAL
} from './constants.ts'
import { runExchange } from './exchange.ts'
import { runSync } from './sync-session.ts'
import type {
  AbortOptions,
  ComponentLogger,
  Connection,
  Logger,
  PeerId,
  Startable,
  Stream
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { RepeatingTask } from '@libp2p/utils'
import type { SyncReplica, SyncReport } from './sync-session.ts'

export interface SyncInit {
  readonly protocol: string
  readonly replica: SyncReplica
  /** False: this node offers its own entries and takes none. */
  readonly wants: boolean
  /** Milliseconds between two rounds with a random peer; 0 for none. */
  readonly interval?: number
  /** 0 to 1; picks the random peer. */
  random(): number
  /** A peer broke the protocol or sent what no honest peer would. */
  readonly onOffence: (peer: PeerId, reason: string) => void
  /** A sync was completed. */
  onSynced(report: SyncReport): void
}

export interface SyncComponents {
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
  readonly logger: ComponentLogger
}

export interface Sync {
  /** Runs a sync that begins after this call, or joins one that does. */
  sync(peer: PeerId, options?: AbortOptions): Promise<SyncReport>
  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[]
}

/** A service for `createLibp2p`. */
export function sync(init: SyncInit): (components: SyncComponents) => Sync {
  return (components) => new SyncService(components, init)
}

interface Running {
  readonly current: Promise<SyncReport>
  next?: Promise<SyncReport>
}

class SyncService implements Sync, Startable {
  readonly #init: SyncInit
  readonly #components: SyncComponents
  readonly #log: Logger
  readonly #peers = new Map<string, PeerId>()
  readonly #running = new Map<string, Running>()
  readonly #queue = new Queue<SyncReport>({ concurrency: MAX_CONCURRENT_SYNCS })
  readonly #rounds: RepeatingTask | undefined
  #stopping = new AbortController()
  #topology: string | undefined

  constructor(components: SyncComponents, init: SyncInit) {
    this.#init = init
    this.#components = components
    this.#log = components.logger.forComponent('hive:sync')
    const interval = init.interval ?? SYNC_INTERVAL
    if (interval > 0) this.#rounds = repeatingTask(() => this.#round(), interval)
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/sync'

  async start(): Promise<void> {
    this.#stopping = new AbortController()
    setMaxListeners(Infinity, this.#stopping.signal)
    const { registrar } = this.#components
    await registrar.handle(
      this.#init.protocol,
      (stream, connection) => this.#onStream(stream, connection),
      {
        maxInboundStreams: MAX_INBOUND_SYNCS,
        maxOutboundStreams: MAX_INBOUND_SYNCS
      }
    )
    this.#topology = await registrar.register(this.#init.protocol, {
      onConnect: (peer, connection) => this.#onConnect(peer, connection),
      onDisconnect: (peer) => void this.#peers.delete(peer.toString())
    })
    this.#rounds?.start()
  }

  async stop(): Promise<void> {
    this.#rounds?.stop()
    this.#stopping.abort(new Error('The node is stopping.'))
    if (this.#topology !== undefined) this.#components.registrar.unregister(this.#topology)
    await this.#components.registrar.unhandle(this.#init.protocol)
    await Promise.allSettled(
      [...this.#running.values()].flatMap(({ current, next }) => [current, next ?? current])
    )
  }

  peers(): PeerId[] {
    return [...this.#peers.values()]
  }

  sync(peer: PeerId, { signal }: AbortOptions = {}): Promise<SyncReport> {
    const name = peer.toString()
    const running = this.#running.get(name)
    const shared =
      running === undefined
        ? this.#begin(peer)
        : (running.next ??= running.current.then(
            () => this.#begin(peer),
            () => this.#begin(peer)
          ))
    return signal === undefined ? shared : abandonable(shared, signal)
  }

  #begin(peer: PeerId): Promise<SyncReport> {
    const name = peer.toString()
    const current = this.#queue.add(() => this.#dial(peer), { signal: this.#stopping.signal })
    this.#running.set(name, { current })
    const ended = (): void => {
      if (this.#running.get(name)?.current === current) this.#running.delete(name)
    }
    current.then(ended, ended)
    return current
  }

  async #dial(peer: PeerId): Promise<SyncReport> {
    const stream = await this.#components.connectionManager.openStream(peer, this.#init.protocol, {
      signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(EXCHANGE_IDLE_TIMEOUT)])
    })
    return this.#run(stream, peer, 'initiator')
  }

  async #onStream(stream: Stream, connection: Connection): Promise<void> {
    try {
      await this.#run(stream, connection.remotePeer, 'responder')
    } catch (error) {
      this.#log('sync from %p failed - %e', connection.remotePeer, error)
    }
  }

  async #run(stream: Stream, peer: PeerId, role: 'initiator' | 'responder'): Promise<SyncReport> {
    const { replica, wants, onOffence } = this.#init
    const report = await runExchange(
      stream,
      { peer, maxFrameBytes: MAX_SYNC_FRAME_BYTES, stopping: this.#stopping.signal, onOffence },
      (frames, signal) => runSync(frames, replica, { role, wants }, signal)
    )
    this.#init.onSynced(report)
    // Of a feed that forks, the next run may find a lower place.
    if (report.forks > 0) this.#syncQuietly(peer)
    this.#log(
      'synced with %p as %s: %d sent, %d received',
      peer,
      role,
      report.sent,
      report.received
    )
    return report
  }

  /** The dialling side begins, so that two peers who meet run one sync and not two. */
  #onConnect(peer: PeerId, connection: Connection): void {
    this.#peers.set(peer.toString(), peer)
    if (connection.direction === 'outbound') this.#syncQuietly(peer)
  }

  #round(): void {
    const peers = this.peers()
    const peer = peers[Math.floor(this.#init.random() * peers.length)]
    if (peer !== undefined) this.#syncQuietly(peer)
  }

  #syncQuietly(peer: PeerId): void {
    this.sync(peer).catch((error: unknown) => this.#log('sync with %p failed - %e', peer, error))
  }
}

/** Stops waiting, not the sync, which others may have joined. */
function abandonable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
  })
}
