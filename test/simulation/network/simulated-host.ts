/**
 * libp2p as the swarm sees it, over the simulated network: dialling, connections, identify and the
 * registrar. The services on it are the real ones, gossipsub too. Connections are not encrypted; in a
 * closed swarm the door of the product stands before each.
 */
import { isPeerId, TypedEventEmitter } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { SimulatedDoor } from './simulated-door.ts'
import { SimulatedRegistrar } from './simulated-registrar.ts'
import type {
  Connection,
  IdentifyResult,
  Libp2pEvents,
  Logger,
  PeerId,
  PrivateKey,
  Startable
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Host, HostInit } from '../../../transport/host/host.ts'
import type { Tamper } from '../lies/manner.ts'
import type { Owner } from '../environment/owner.ts'
import type { SimulatedConnection } from './simulated-connection.ts'
import type { Endpoint } from './endpoint.ts'
import type { SimulatedNetwork } from './simulated-network.ts'

export interface SimulatedHostInit {
  readonly network: SimulatedNetwork
  readonly owner: Owner
  /** As in a multiaddr, without the peer id. */
  readonly address: string
  readonly peerId: PeerId
  readonly privateKey: PrivateKey
  /** Bends what the host does. */
  readonly tamper?: Tamper
}

type Services = Host['services']

export class SimulatedHost extends TypedEventEmitter<Libp2pEvents> implements Endpoint {
  readonly address: string
  readonly multiaddr: Multiaddr
  readonly owner: Owner
  readonly peerId: PeerId
  readonly registrar: SimulatedRegistrar
  readonly tamper: Tamper | undefined
  readonly door: SimulatedDoor | undefined
  readonly services: Services
  readonly log: Logger
  readonly #init: HostInit
  readonly #network: SimulatedNetwork
  readonly #connections: SimulatedConnection[] = []
  readonly #dialling = new Map<string, Promise<SimulatedConnection>>()
  readonly #protocols = new Map<string, readonly string[]>()
  #isStarted = false

  constructor(
    { network, owner, address, peerId, privateKey, tamper }: SimulatedHostInit,
    init: HostInit
  ) {
    super()
    this.#init = init
    this.#network = network
    this.tamper = tamper
    this.registrar = new SimulatedRegistrar(tamper)
    this.owner = owner
    this.address = address
    this.peerId = peerId
    this.multiaddr = multiaddr(`${address}/p2p/${peerId.toString()}`)
    const logger = init.logger ?? defaultLogger()
    this.log = logger.forComponent('simulation')
    this.door =
      init.door === undefined
        ? undefined
        : new SimulatedDoor(init.door, { peerId, privateKey, logger })
    const components = {
      peerId,
      privateKey,
      logger,
      events: this,
      registrar: this.registrar,
      peerStore: new SimulatedPeerStore(),
      connectionManager: {
        getConnections: (peer?: PeerId) => this.getConnections(peer),
        openConnection: (peer: PeerId | Multiaddr) => this.dial(peer),
        openStream: async (peer: PeerId, protocol: string, options: object) =>
          (await this.dial(peer)).newStream(protocol, options)
      }
    }
    const given = components as unknown as Parameters<HostInit['gossip']>[0] &
      Parameters<HostInit['sync']>[0]
    this.services = {
      identify: undefined,
      ping: undefined,
      sync: init.sync(given),
      filters: init.filters(given),
      have: init.have(given),
      stem: init.stem(given),
      retractions: init.retractions(given),
      retractionStem: init.retractionStem(given),
      instances: init.instances(given),
      ...(init.members === undefined ? {} : { members: init.members(given) }),
      gossip: init.gossip(given)
    } as unknown as Services
  }

  getMultiaddrs(): Multiaddr[] {
    return this.#isStarted ? [this.multiaddr] : []
  }

  getConnections(peer?: PeerId): Connection[] {
    return this.#connections.filter(
      ({ remotePeer }) => peer === undefined || remotePeer.equals(peer)
    )
  }

  async start(): Promise<void> {
    this.#isStarted = true
    for (const service of this.#startable()) {
      await service.beforeStart?.()
      await service.start()
    }
    this.#network.listen(this)
    for (const service of this.#startable()) await service.afterStart?.()
  }

  async stop(): Promise<void> {
    if (!this.#isStarted) return
    this.#isStarted = false
    for (const service of this.#startable()) await service.beforeStop?.()
    for (const service of this.#startable()) await service.stop()
    this.#network.remove(this, false)
    for (const connection of this.#connections.slice()) connection.abort()
  }

  /** One connection a peer, however many ask for it. */
  async dial(peer: PeerId | Multiaddr | readonly Multiaddr[]): Promise<SimulatedConnection> {
    const target = isPeerId(peer) ? this.#addressOf(peer) : String([peer].flat()[0])
    const open = this.#connections.find(({ remotePeer }) => target.endsWith(remotePeer.toString()))
    if (open !== undefined) return open
    const [address = '', id] = target.split('/p2p/')
    const dialling = this.#dialling.get(target) ?? this.#network.dial(this, address)
    this.#dialling.set(target, dialling)
    try {
      const connection = await dialling
      if (id !== undefined && connection.remotePeer.toString() !== id) {
        connection.abort(new Error('Another peer.'))
        throw new Error(`Another peer answers at ${target}.`)
      }
      return connection
    } finally {
      this.#dialling.delete(target)
    }
  }

  hangUp(peer: PeerId | Multiaddr): Promise<void> {
    for (const connection of this.#connections.slice()) {
      if (String(peer).includes(connection.remotePeer.toString())) connection.abort()
    }
    return Promise.resolve()
  }

  mayDial({ peerId }: Endpoint): boolean {
    return !this.#init.isBanned(peerId.toString())
  }

  mayAccept({ peerId }: Endpoint): boolean {
    return this.#isStarted && !this.#init.isBanned(peerId.toString())
  }

  opened(connection: SimulatedConnection): void {
    const isFirst = this.getConnections(connection.remotePeer).length === 0
    this.#connections.push(connection)
    this.safeDispatchEvent('connection:open', { detail: connection })
    if (isFirst) this.safeDispatchEvent('peer:connect', { detail: connection.remotePeer })
    this.#identify(connection)
  }

  closed(connection: SimulatedConnection): void {
    const at = this.#connections.indexOf(connection)
    connection.link.closed()
    // Refused at the door.
    if (at < 0) return
    this.#connections.splice(at, 1)
    this.safeDispatchEvent('connection:close', { detail: connection })
    const { remotePeer } = connection
    if (this.getConnections(remotePeer).length > 0) return
    const name = remotePeer.toString()
    this.registrar.disconnected(remotePeer, this.#protocols.get(name) ?? [])
    this.#protocols.delete(name)
    this.safeDispatchEvent('peer:disconnect', { detail: remotePeer })
  }

  /** Sends the peer what this host speaks. */
  #identify(connection: SimulatedConnection): void {
    const result = { protocols: this.registrar.getProtocols(), listenAddrs: [this.multiaddr] }
    connection.tell((remote) => remote.host.identified(remote, result))
  }

  identified(
    connection: SimulatedConnection,
    { protocols, listenAddrs }: Pick<IdentifyResult, 'protocols' | 'listenAddrs'>
  ): void {
    const { remotePeer } = connection
    this.#protocols.set(remotePeer.toString(), protocols)
    const detail: IdentifyResult = { peerId: remotePeer, protocols, listenAddrs, connection }
    this.safeDispatchEvent('peer:identify', { detail })
    this.registrar.identified(remotePeer, protocols, connection)
  }

  #addressOf(peer: PeerId): string {
    return `${this.#network.addressOf(peer)}/p2p/${peer.toString()}`
  }

  #startable(): Startable[] {
    return Object.values(this.services).filter(isStartable)
  }
}

function isStartable(service: unknown): service is Startable {
  return typeof service === 'object' && service !== null && 'start' in service
}

/** Addresses travel by identify; what gossipsub tags is not needed. */
class SimulatedPeerStore {
  merge(): Promise<void> {
    return Promise.resolve()
  }

  get(): Promise<never> {
    return Promise.reject(new Error('Nothing is known of that peer.'))
  }

  consumePeerRecord(): Promise<boolean> {
    return Promise.resolve(false)
  }
}

/** The factory that a node's swarm opens its host with. */
export function simulatedHost(
  init: SimulatedHostInit,
  onOpen: (host: SimulatedHost) => void
): (host: HostInit) => Promise<Host> {
  return (host) => {
    const opened = new SimulatedHost(init, host)
    onOpen(opened)
    return Promise.resolve(opened as unknown as Host)
  }
}
