/**
 * `/instance`: peers exchange the random id of their running node, and report to a peer which other
 * nodes run with its peer key. A node cannot find its own double, since it cannot dial its own peer
 * id. A report is a warning only: a false one costs the peer nothing, and neither double is penalised.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { toHex } from '../../crdt/bytes/index.ts'
import { MalformedError } from '../../crdt/index.ts'
import { EXCHANGE_IDLE_TIMEOUT } from '../constants.ts'
import { errorOf } from '../errors.ts'
import { PeerPaces } from '../peer-paces.ts'
import { FrameStream } from '../streams/frame-stream.ts'
import { registerProtocol } from '../streams/protocol-registration.ts'
import { KnownInstances } from './known-instances.ts'
import type { Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { ExchangeComponents } from '../streams/exchange.ts'

export interface InstancesInit {
  readonly protocol: string
  readonly now: () => number
  /** Two nodes run with the key of this peer. */
  readonly onDuplicate: (peer: PeerId) => void
  /** The peer reports that another node runs with this node's key. */
  readonly onOwnDuplicate: (reporter: PeerId) => void
}

const INSTANCE_BYTES = 16

/** Other instances that one hello names. */
const MAX_OTHERS = 4

const MAX_FRAME_BYTES = INSTANCE_BYTES * (1 + MAX_OTHERS)

/** Milliseconds from a connection to its first hello. */
const GREET_DELAY = 1_000

/** Streams a peer may have open, of all its nodes. */
const MAX_STREAMS = 16

/**
 * Further hellos to one peer a second, and at once. Each may be answered by another new instance, which
 * causes further hellos again: a peer could keep this node busy with hellos for ever.
 */
const HELLOS_PER_SECOND = 1
const MAX_HELLO_BURST = 64

/** Pairs of doubles that are remembered as reported. */
const MAX_REPORTED = 1_000

export type Instances = InstanceService

export const instances =
  (init: InstancesInit) =>
  (components: ExchangeComponents): Instances =>
    new InstanceService(components, init)

class InstanceService {
  readonly #components: ExchangeComponents
  readonly #init: InstancesInit
  readonly #log: Logger
  readonly #own = new Uint8Array(randomBytes(INSTANCE_BYTES))
  readonly #known: KnownInstances
  readonly #paces = new PeerPaces(HELLOS_PER_SECOND, MAX_HELLO_BURST)
  /** The instance at the other end of each connection. */
  readonly #remote = new WeakMap<Connection, string>()
  /** Pairs of doubles that were reported. */
  readonly #reported = new Set<string>()
  #stopping = new AbortController()
  #unregister: (() => Promise<void>) | undefined

  constructor(components: ExchangeComponents, init: InstancesInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('hive:instances')
    this.#known = new KnownInstances(init.now)
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController()
    // The side that dialled sends the first hello.
    const onConnect = (_: PeerId, connection: Connection): void => {
      if (connection.direction === 'outbound') void this.#greetLater(connection)
    }
    const onStream = (stream: Stream, connection: Connection): Promise<void> =>
      this.#respond(stream, connection)
    const { protocol } = this.#init
    const handlers = { protocol, maxStreams: MAX_STREAMS, onStream, onConnect }
    this.#unregister = await registerProtocol(this.#components.registrar, handlers)
  }

  async stop(): Promise<void> {
    const unregister = this.#unregister
    this.#unregister = undefined
    this.#stopping.abort(new Error('The node is stopping.'))
    await unregister?.()
  }

  /** Sync and gossip come first. Never rejects. */
  async #greetLater(connection: Connection): Promise<void> {
    const { signal } = this.#stopping
    const isRunning = await delay(GREET_DELAY, true, { signal, ref: false }).catch(() => false)
    if (isRunning && connection.status === 'open') await this.#greet(connection)
  }

  /** Never rejects. */
  async #greet(connection: Connection): Promise<void> {
    const signal = this.#limit()
    let stream: Stream | undefined
    try {
      stream = await connection.newStream(this.#init.protocol, {
        signal,
        runOnLimitedConnection: true
      })
      const frames = new FrameStream(stream, MAX_FRAME_BYTES)
      await frames.write(this.#hello(connection), { signal })
      const hello = await frames.read({ signal })
      await stream.close({ signal })
      await this.#receive(connection, hello)
    } catch (error) {
      this.#fail(connection, stream, error)
    }
  }

  async #respond(stream: Stream, connection: Connection): Promise<void> {
    const signal = this.#limit()
    try {
      const frames = new FrameStream(stream, MAX_FRAME_BYTES)
      const hello = await frames.read({ signal })
      await frames.write(this.#hello(connection), { signal })
      await stream.close({ signal })
      await this.#receive(connection, hello)
    } catch (error) {
      this.#fail(connection, stream, error)
    }
  }

  /**
   * A second instance of a peer may be a restart: the first one is asked whether it still runs. If it
   * does, both learn of it.
   */
  async #receive(connection: Connection, hello: Uint8Array | undefined): Promise<void> {
    const [instance, ...reported] = readHello(hello)
    const peer = connection.remotePeer
    this.#remote.set(connection, instance)
    if (reported.some((other) => other !== toHex(this.#own))) this.#init.onOwnDuplicate(peer)
    const isSecond = this.#known.add(peer.toString(), instance)
    const isNews = this.#isNews(peer, instance)
    if (isNews) this.#init.onDuplicate(peer)
    if (!isSecond && !isNews) return
    const connections = this.#components.connectionManager.getConnections(peer)
    await Promise.all(
      connections
        .filter((other) => isNews || other !== connection)
        .filter(() => this.#paces.of(peer.toString()).tryTake(1))
        .map((other) => this.#greet(other))
    )
  }

  /** Whether the instance has doubles that no hello has named yet. */
  #isNews(peer: PeerId, instance: string): boolean {
    const pairs = this.#known
      .othersOf(peer.toString(), instance)
      .map((other) => [instance, other].toSorted().join())
      .filter((pair) => !this.#reported.has(pair))
    for (const pair of pairs) this.#reported.add(pair)
    for (const oldest of this.#reported) {
      if (this.#reported.size <= MAX_REPORTED) break
      this.#reported.delete(oldest)
    }
    return pairs.length > 0
  }

  #hello(connection: Connection): Uint8Array {
    const instance = this.#remote.get(connection)
    const peer = connection.remotePeer.toString()
    const others = instance === undefined ? [] : this.#known.othersOf(peer, instance)
    return Buffer.concat([
      this.#own,
      ...others.slice(-MAX_OTHERS).map((other) => Buffer.from(other, 'hex'))
    ])
  }

  #fail(connection: Connection, stream: Stream | undefined, error: unknown): void {
    stream?.abort(errorOf(error))
    this.#log('hello with %p failed - %e', connection.remotePeer, error)
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(EXCHANGE_IDLE_TIMEOUT)])
  }
}

/** The id of the sender, and those of others that use the receiver's key. */
function readHello(frame: Uint8Array | undefined): [string, ...string[]] {
  const count = (frame?.length ?? 0) / INSTANCE_BYTES
  if (frame === undefined || count < 1 || !Number.isInteger(count)) {
    throw new MalformedError('a hello is no list of instances')
  }
  const ids = Array.from({ length: count }, (_, i) =>
    toHex(frame.subarray(i * INSTANCE_BYTES, (i + 1) * INSTANCE_BYTES))
  )
  const [first = '', ...others] = ids
  return [first, ...others]
}
