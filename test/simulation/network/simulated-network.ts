/**
 * The network between simulated hosts: delays, partitions, connections that break and connections
 * of which one side is gone. It has TCP's promises: in one connection bytes arrive in order, once
 * and unchanged, or the connection ends. Between connections they overtake each other.
 */
import { Link } from './link.ts'
import { SimulatedConnection } from './simulated-connection.ts'
import { doorStreams } from './simulated-door.ts'
import { simulated } from '../environment/simulated.ts'
import type { PeerId } from '@libp2p/interface'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { OnCarry } from './link.ts'
import type { Endpoint } from './endpoint.ts'

export interface NetworkSettings {
  /** Milliseconds of a way, at least and at most. */
  readonly minDelay: number
  readonly maxDelay: number
}

export class SimulatedNetwork {
  readonly #random: Seeded
  readonly #settings: NetworkSettings
  readonly #onCarry: OnCarry
  readonly #hosts = new Map<string, Endpoint>()
  readonly #links = new Set<Link>()
  readonly #slow = new Map<string, number>()
  #groups: ReadonlyMap<string, number> | undefined
  #connections = 0

  constructor(settings: NetworkSettings, random: Seeded, onCarry: OnCarry) {
    this.#settings = settings
    this.#random = random
    this.#onCarry = onCarry
  }

  listen(host: Endpoint): void {
    this.#hosts.set(host.address, host)
  }

  /** Ends a host. Its connections break at once, or with `isSilent` after the limit of silence. */
  remove(host: Endpoint, isSilent: boolean): void {
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
  async dial(from: Endpoint, address: string): Promise<SimulatedConnection> {
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

  async #connect(from: Endpoint, target: Endpoint): Promise<SimulatedConnection> {
    const link = new Link(this, this.#onCarry, () => this.#links.delete(link))
    this.#links.add(link)
    const id = `c${++this.#connections}`
    const side = (
      host: Endpoint,
      remote: Endpoint,
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
    const [ownDoor, otherDoor] = doorStreams(dialler, listener)
    link.carry(dialler, listener, undefined, () => {
      // It may have been broken on the way.
      if (listener.status !== 'open') return
      if (target.door === undefined) target.opened(listener)
      // The door tells a peer that it is refused.
      else
        target.door.pass(listener, otherDoor).then(
          () => target.opened(listener),
          () => undefined
        )
    })
    await from.door?.pass(dialler, ownDoor)
    from.opened(dialler)
    return dialler
  }
}
