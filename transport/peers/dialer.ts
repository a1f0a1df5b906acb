/**
 * The dialer: keeps this node connected. libp2p dials nobody by itself, so this does: the bootstrap
 * list and remembered peers, until enough connections stand, each address again after a growing
 * wait with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
import { repeatingTask } from '@libp2p/utils'
import {
  BACKOFF_FIRST,
  BACKOFF_MAX,
  DIAL_INTERVAL,
  DIAL_TIMEOUT,
  MAX_FOUND_ADDRESSES,
  MAX_FOUND_OF_PEER,
  MAX_STATED_ADDRESSES,
  MIN_CONNECTIONS
} from '../constants.ts'
import { parseAddress } from '../address.ts'
import type { Libp2p, Logger } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from './offences.ts'

export interface DialerInit {
  readonly libp2p: Pick<Libp2p, 'dial' | 'getConnections' | 'peerId'>
  readonly log: Logger
  readonly clock: Clock
  random(): number
  /** Multiaddrs, each with or without `/p2p/<id>`; these are always kept connected. */
  readonly bootstrap: readonly string[]
  /** Multiaddrs of former peers, dialled while there are too few connections. */
  readonly remembered: readonly string[]
  /** A dial of a bootstrap address failed. */
  onUnreachable(address: string, error: Error): void
}

interface DialTarget {
  readonly address: Multiaddr
  readonly peer: string | undefined
  readonly bootstrap: boolean
  /** Whether only a peer that came to this node has stated it. */
  isStated: boolean
  failures: number
  notBefore: number
  /** The connection that the last dial of an address without a peer id led to. */
  connectedPeer: string | undefined
}

export class Dialer {
  readonly #init: DialerInit
  readonly #targets: DialTarget[]
  /** Those that were found while this node ran. */
  #found: DialTarget[] = []
  readonly #task: RepeatingTask
  #stopping = new AbortController()
  #dialling: Promise<void> = Promise.resolve()

  /** Throws `SwarmError` when a bootstrap address is not a multiaddr. */
  constructor(init: DialerInit) {
    this.#init = init
    const bootstrap = init.bootstrap.map((address) => parseTarget(address, true))
    const known = new Set(bootstrap.map(({ peer }) => peer))
    this.#targets = [
      ...bootstrap,
      ...init.remembered
        .map((address) => parseTarget(address, false))
        .filter(({ peer }) => peer === undefined || !known.has(peer))
    ]
    this.#task = repeatingTask(() => this.#dialDue(), DIAL_INTERVAL)
  }

  /** Begins to dial; resolves when every bootstrap address was tried once. */
  async start(): Promise<void> {
    this.#stopping = new AbortController()
    this.#task.start()
    await this.#dialDue()
  }

  async stop(): Promise<void> {
    this.#task.stop()
    this.#stopping.abort(new Error('The node is stopping.'))
    await this.#dialling
  }

  /**
   * Multiaddrs of a peer that was found, each with its peer id: they are dialled as those of former
   * peers are. `isStated`: by a peer that only came to this node; these displace only each other.
   */
  add(addresses: readonly string[], isStated = false): void {
    const known = new Map(
      [...this.#targets, ...this.#found].map((each) => [each.address.toString(), each])
    )
    if (!isStated) {
      for (const address of addresses) {
        const target = known.get(address)
        if (target !== undefined) target.isStated = false
      }
    }
    const news = addresses.filter((address) => !known.has(address))
    if (news.length === 0) return
    const targets = news.map((address) => ({ ...parseTarget(address, false), isStated }))
    this.#found = latestOf([...this.#found, ...targets])
    if (!this.#stopping.signal.aborted) void this.#dialDue()
  }

  /** Whether an address that is always kept connected leads to the peer. */
  isBootstrap(id: string): boolean {
    return this.#targets.some(
      ({ peer, connectedPeer, bootstrap }) => bootstrap && (peer ?? connectedPeer) === id
    )
  }

  #dialDue(): Promise<void> {
    const now = this.#init.clock.now()
    const connections = this.#init.libp2p.getConnections()
    const connected = new Set(connections.map(({ remotePeer }) => remotePeer.toString()))
    const due = [...this.#targets, ...this.#found].filter(
      ({ peer, connectedPeer, bootstrap, notBefore }) =>
        notBefore <= now &&
        !connected.has(peer ?? connectedPeer ?? '') &&
        peer !== this.#init.libp2p.peerId.toString() &&
        (bootstrap || connected.size < MIN_CONNECTIONS)
    )
    if (due.length > 0) {
      const dials = Promise.all(due.map((each) => this.#dial(each)))
      this.#dialling = Promise.all([this.#dialling, dials]).then(() => undefined)
    }
    return this.#dialling
  }

  async #dial(each: DialTarget): Promise<void> {
    // Nobody dials it again while this dial runs.
    each.notBefore = Infinity
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT)])
    try {
      const connection = await this.#init.libp2p.dial(each.address, { signal })
      each.connectedPeer = connection.remotePeer.toString()
      each.failures = 0
      each.notBefore = this.#init.clock.now() + BACKOFF_FIRST
    } catch (error) {
      const wait = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** each.failures)
      each.failures += 1
      each.notBefore = this.#init.clock.now() + wait * this.#init.random()
      if (this.#stopping.signal.aborted || !(error instanceof Error)) return
      this.#init.log('cannot dial %a - %e', each.address, error)
      if (each.bootstrap) this.#init.onUnreachable(each.address.toString(), error)
    }
  }
}

/**
 * The latest addresses, and of each peer a few: one that names others each time displaces only its own. Of
 * those that peers stated which only came, fewer, and none in place of another one.
 */
function latestOf(found: readonly DialTarget[]): DialTarget[] {
  const counts = new Map<string | undefined, number>()
  const kept = found.toReversed().filter(({ peer }) => {
    const count = (counts.get(peer) ?? 0) + 1
    counts.set(peer, count)
    return count <= MAX_FOUND_OF_PEER
  })
  const others = kept.filter(({ isStated }) => !isStated).slice(0, MAX_FOUND_ADDRESSES)
  const left = Math.min(MAX_STATED_ADDRESSES, MAX_FOUND_ADDRESSES - others.length)
  const stated = kept.filter(({ isStated }) => isStated).slice(0, left)
  const all = new Set([...others, ...stated])
  return found.filter((each) => all.has(each))
}

function parseTarget(address: string, bootstrap: boolean): DialTarget {
  const parsed = parseAddress(address)
  const peer = parsed.getComponents().findLast(({ name }) => name === 'p2p')?.value
  return {
    address: parsed,
    peer,
    bootstrap,
    isStated: false,
    failures: 0,
    notBefore: 0,
    connectedPeer: undefined
  }
}
