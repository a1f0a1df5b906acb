/**
 * The network between simulated hosts: delays, partitions, connections that break and connections
 * of which one side is gone. It has TCP's promises: in one connection bytes arrive in order, once
 * and unchanged, or the connection ends. Between connections they overtake each other.
 */
import { SimulatedConnection } from './simulated-connection.ts'
import { simulated } from '../environment/virtual-globals.ts'
import type { PeerId } from '@libp2p/interface'
import type { Owner } from '../environment/virtual-time.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { SimulatedHost } from './simulated-host.ts'

/** Milliseconds without an answer after which a connection ends, as by libp2p's pings. */
const SILENCE_LIMIT = 20_000

export interface NetworkSettings {
  /** Milliseconds of a way, at least and at most. */
  readonly minDelay: number
  readonly maxDelay: number
}

export type OnCarry = (from: Owner, to: Owner, bytes: Uint8Array | undefined) => void

export class SimulatedNetwork {
  readonly #random: Seeded
  readonly #settings: NetworkSettings
  readonly #onCarry: OnCarry
  readonly #hosts = new Map<string, SimulatedHost>()
  readonly #links = new Set<Link>()
  readonly #slow = new Map<string, number>()
  #groups: ReadonlyMap<string, number> | undefined
  #connections = 0

  constructor(settings: NetworkSettings, random: Seeded, onCarry: OnCarry) {
    this.#settings = settings
    this.#random = random
    this.#onCarry = onCarry
  }

  listen(host: SimulatedHost): void {
    this.#hosts.set(host.address, host)
  }

  /** Ends a host: its process, so that peers are told, or its machine, so that nobody is. */
  remove(host: SimulatedHost, isSilent: boolean): void {
    if (this.#hosts.get(host.address) === host) this.#hosts.delete(host.address)
    for (const link of this.#links) {
      if (link.has(host)) link.lose(host, isSilent)
    }
  }

  /** Only hosts of one group reach each other. */
  partition(groups: readonly (readonly string[])[]): void {
    this.#groups = new Map(groups.flatMap((names, group) => names.map((name) => [name, group])))
  }

  heal(): void {
    this.#groups = undefined
    this.#slow.clear()
    for (const link of this.#links) link.flush()
  }

  /** Multiplies the delays of all that a host sends and receives. */
  slow(name: string, factor: number): void {
    this.#slow.set(name, factor)
  }

  /** Breaks a random connection. */
  breakOne(): void {
    const links = [...this.#links]
    if (links.length > 0) this.#random.pick(links).break()
  }

  addressOf(peer: PeerId): string {
    const found = [...this.#hosts.values()].find(({ peerId }) => peerId.equals(peer))
    return found?.address ?? '/ip4/0.0.0.0/tcp/1'
  }

  get openLinks(): number {
    return this.#links.size
  }

  reaches(a: string, b: string): boolean {
    return this.#groups === undefined || this.#groups.get(a) === this.#groups.get(b)
  }

  delay(a: string, b: string): number {
    const { minDelay, maxDelay } = this.#settings
    const factor = Math.max(this.#slow.get(a) ?? 1, this.#slow.get(b) ?? 1)
    return this.#random.between(minDelay, maxDelay) * factor
  }

  /** Connects two hosts; throws after a while when there is no way. */
  async dial(from: SimulatedHost, address: string): Promise<SimulatedConnection> {
    const { time } = simulated()
    const name = from.owner.name
    const target = this.#hosts.get(address)
    const other = target?.owner.name ?? address
    await time.wait(this.delay(name, other))
    if (target === undefined || !target.owner.isAlive || this.#hosts.get(address) !== target) {
      throw new Error(`ECONNREFUSED ${address}`)
    }
    if (!this.reaches(name, other)) {
      await time.wait(5_000)
      throw new Error(`ETIMEDOUT ${address}`)
    }
    if (!from.mayDial(target) || !target.mayAccept(from)) throw new Error('The peer was refused.')
    return this.#connect(from, target)
  }

  #connect(from: SimulatedHost, target: SimulatedHost): SimulatedConnection {
    const link = new Link(this, this.#onCarry, () => this.#links.delete(link))
    this.#links.add(link)
    const id = `c${++this.#connections}`
    const side = (
      host: SimulatedHost,
      remote: SimulatedHost,
      direction: 'inbound' | 'outbound'
    ): SimulatedConnection =>
      new SimulatedConnection({
        id,
        host,
        link,
        direction,
        remotePeer: remote.peerId,
        remoteAddr: remote.multiaddr,
        log: host.log
      })
    const [dialler, listener] = [
      side(from, target, 'outbound'),
      side(target, from, 'inbound')
    ] as const
    dialler.connect(listener)
    listener.connect(dialler)
    link.join(dialler, listener)
    from.opened(dialler)
    link.carry(dialler, listener, undefined, () => target.opened(listener))
    return dialler
  }
}

interface Waiting {
  readonly from: SimulatedConnection
  readonly to: SimulatedConnection
  readonly deliver: () => void
}

/** What two connected hosts share: their wire. */
export class Link {
  readonly #network: SimulatedNetwork
  readonly #onCarry: OnCarry
  readonly #onEnd: () => void
  readonly #last = new Map<SimulatedConnection, number>()
  readonly #waiting: Waiting[] = []
  #sides: readonly SimulatedConnection[] = []
  /** One of its hosts is gone, and the other one does not know. */
  #isHalfOpen = false
  #isEnded = false

  constructor(network: SimulatedNetwork, onCarry: OnCarry, onEnd: () => void) {
    this.#network = network
    this.#onCarry = onCarry
    this.#onEnd = onEnd
  }

  join(...sides: readonly SimulatedConnection[]): void {
    this.#sides = sides
  }

  has(host: SimulatedHost): boolean {
    return this.#sides.some((side) => side.host === host)
  }

  carry(
    from: SimulatedConnection,
    to: SimulatedConnection,
    bytes: Uint8Array | undefined,
    deliver: () => void
  ): void {
    if (this.#isHalfOpen || this.#isEnded) return
    this.#onCarry(from.host.owner, to.host.owner, bytes)
    const [a, b] = [from.host.owner.name, to.host.owner.name]
    if (this.#waiting.length > 0 || !this.#network.reaches(a, b)) {
      if (this.#waiting.length === 0) this.#limitSilence()
      this.#waiting.push({ from, to, deliver })
      return
    }
    const { time } = simulated()
    const due = Math.max(this.#last.get(from) ?? 0, time.now + this.#network.delay(a, b))
    this.#last.set(from, due)
    time.schedule(due - time.now, deliver, to.host.owner)
  }

  /** What waited for the end of a partition goes on. */
  flush(): void {
    for (const { from, to, deliver } of this.#waiting.splice(0)) {
      const { time } = simulated()
      const due = time.now + this.#network.delay(from.host.owner.name, to.host.owner.name)
      this.#last.set(from, Math.max(this.#last.get(from) ?? 0, due))
      time.schedule((this.#last.get(from) ?? due) - time.now, deliver, to.host.owner)
    }
  }

  /** Ends both sides. */
  break(): void {
    this.#isEnded = true
    this.#onEnd()
    for (const side of this.#sides) {
      simulated().time.schedule(0, () => side.end(new Error('ECONNRESET')), side.host.owner)
    }
  }

  /** One host is gone. */
  lose(host: SimulatedHost, isSilent: boolean): void {
    if (!isSilent) return this.break()
    this.#isHalfOpen = true
    this.#limitSilence()
  }

  /** Both sides were closed in the ordinary way. */
  closed(): void {
    if (this.#sides.every(({ status }) => status !== 'open')) this.#onEnd()
  }

  #limitSilence(): void {
    const { time } = simulated()
    time.schedule(
      SILENCE_LIMIT,
      () => {
        if (this.#isHalfOpen || this.#waiting.length > 0) this.break()
      },
      time.world
    )
  }
}
