/**
 * Anti-entropy: `/sync/1.0.0` with every peer this node dials, with a random peer every 30 s, and
 * with the sender of whatever shows a gap. Gossip is fast and forgets; this is what guarantees
 * that replicas converge.
 */
import { Queue, repeatingTask } from '@libp2p/utils'
import {
  MAX_CONCURRENT_SYNCS,
  MAX_INBOUND_SYNCS,
  MAX_SYNC_FRAME_BYTES,
  SYNC_INTERVAL
} from '../constants.ts'
import { Exchanges } from '../streams/exchange.ts'
import { runSync } from './sync-session.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FrameStream } from '../streams/frame-stream.ts'
import type { SyncReplica, SyncReport } from './sync-session.ts'

export interface SyncInit extends ExchangeServiceInit {
  readonly replica: SyncReplica
  /** False: this node offers its own entries and takes none. */
  readonly acceptsEntries: boolean
  /** Milliseconds between two rounds with a random peer; 0 for none. */
  readonly interval?: number
  /** 0 to 1; picks the random peer. */
  random(): number
  /** A sync was completed. */
  readonly onSynced: (report: SyncReport) => void
}

export interface Sync {
  /** Runs a sync that begins after this call, or joins one that does. */
  sync(peer: PeerId, options?: AbortOptions): Promise<SyncReport>
  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[]
}

/** A service for `createLibp2p`. */
export function sync(init: SyncInit): (components: ExchangeComponents) => Sync {
  return (components) => new SyncService(components, init)
}

interface RunningSync {
  readonly current: Promise<SyncReport>
  next?: Promise<SyncReport>
}

class SyncService implements Sync, Startable {
  readonly #init: SyncInit
  readonly #exchanges: Exchanges
  readonly #running = new Map<string, RunningSync>()
  readonly #queue = new Queue<SyncReport>({ concurrency: MAX_CONCURRENT_SYNCS })
  readonly #rounds: RepeatingTask | undefined

  constructor(components: ExchangeComponents, init: SyncInit) {
    this.#init = init
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: 'sync',
      maxFrameBytes: MAX_SYNC_FRAME_BYTES,
      maxStreams: MAX_INBOUND_SYNCS,
      respond: async (frames, signal, peer) => {
        await this.#run(frames, peer, 'responder', signal)
      },
      // The dialling side begins, so that two peers who meet run one sync and not two.
      onConnect: (peer, { direction }) => {
        if (direction === 'outbound') this.#trySync(peer)
      }
    })
    const interval = init.interval ?? SYNC_INTERVAL
    if (interval > 0) this.#rounds = repeatingTask(() => this.#round(), interval)
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/sync'

  async start(): Promise<void> {
    await this.#exchanges.start()
    this.#rounds?.start()
  }

  async stop(): Promise<void> {
    this.#rounds?.stop()
    await this.#exchanges.stop()
    await Promise.allSettled(
      [...this.#running.values()].flatMap(({ current, next }) => [current, next ?? current])
    )
  }

  peers(): PeerId[] {
    return this.#exchanges.peers()
  }

  sync(peer: PeerId, { signal }: AbortOptions = {}): Promise<SyncReport> {
    const name = peer.toString()
    const running = this.#running.get(name)
    const shared =
      running === undefined
        ? this.#start(peer)
        : (running.next ??= running.current.then(
            () => this.#start(peer),
            () => this.#start(peer)
          ))
    return signal === undefined ? shared : abortable(shared, signal)
  }

  #start(peer: PeerId): Promise<SyncReport> {
    const name = peer.toString()
    const { stopping } = this.#exchanges
    const initiate = (): Promise<SyncReport> =>
      this.#exchanges.run(peer, (frames, signal) => this.#run(frames, peer, 'initiator', signal))
    const current = this.#queue.add(initiate, { signal: stopping })
    this.#running.set(name, { current })
    const ended = (): void => {
      if (this.#running.get(name)?.current === current) this.#running.delete(name)
    }
    current.then(ended, ended)
    return current
  }

  async #run(
    frames: FrameStream,
    peer: PeerId,
    role: 'initiator' | 'responder',
    signal: AbortSignal
  ): Promise<SyncReport> {
    const { replica, acceptsEntries, onSynced } = this.#init
    const report = await runSync(frames, replica, { role, acceptsEntries }, signal)
    onSynced(report)
    // Of a feed that forks, the next run may find a lower place.
    if (report.forks > 0) this.#trySync(peer)
    const { sent, received } = report
    this.#exchanges.log('synced with %p as %s: %d sent, %d received', peer, role, sent, received)
    return report
  }

  #round(): void {
    const peers = this.peers()
    const peer = peers[Math.floor(this.#init.random() * peers.length)]
    if (peer !== undefined) this.#trySync(peer)
  }

  #trySync(peer: PeerId): void {
    this.sync(peer).catch((error: unknown) =>
      this.#exchanges.log('sync with %p failed - %e', peer, error)
    )
  }
}

/** Stops waiting, not the sync, which others may have joined. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
  })
}
