/** libp2p's registrar: who handles which protocol, and who wants to know of peers that speak it. */
import type {
  Connection,
  PeerId,
  StreamHandler,
  StreamHandlerOptions,
  Topology
} from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { Tamper } from '../lies/manner.ts'

/** Streams that one peer may have open of a protocol, if its handler says nothing else. */
const MAX_INBOUND_STREAMS = 32

export interface FoundHandler {
  readonly protocol: string
  readonly handler: StreamHandler
  readonly maxInboundStreams: number
}

type Handled = { readonly handler: StreamHandler; readonly options: StreamHandlerOptions }

export class SimulatedRegistrar implements Pick<
  Registrar,
  'getProtocols' | 'handle' | 'unhandle' | 'register' | 'unregister' | 'getTopologies'
> {
  readonly #handlers = new Map<string, Handled>()
  readonly #tamper: Tamper | undefined
  readonly #topologies = new Map<
    string,
    { readonly protocol: string; readonly topology: Topology }
  >()
  #registered = 0

  constructor(tamper?: Tamper) {
    this.#tamper = tamper
  }

  getProtocols(): string[] {
    return [...this.#handlers.keys()]
  }

  handle(
    protocol: string,
    handler: StreamHandler,
    options: StreamHandlerOptions = {}
  ): Promise<void> {
    const bent = this.#tamper?.handler(protocol, handler) ?? handler
    this.#handlers.set(protocol, { handler: bent, options })
    return Promise.resolve()
  }

  unhandle(protocol: string): Promise<void> {
    this.#handlers.delete(protocol)
    return Promise.resolve()
  }

  register(protocol: string, topology: Topology): Promise<string> {
    const id = `t${++this.#registered}`
    this.#topologies.set(id, { protocol, topology })
    return Promise.resolve(id)
  }

  unregister(id: string): void {
    this.#topologies.delete(id)
  }

  getTopologies(protocol: string): Topology[] {
    return [...this.#topologies.values()]
      .filter((each) => each.protocol === protocol)
      .map(({ topology }) => topology)
  }

  find(protocols: readonly string[]): FoundHandler | undefined {
    for (const protocol of protocols) {
      const handled = this.#handlers.get(protocol)
      if (handled === undefined) continue
      const { handler, options } = handled
      return {
        protocol,
        handler,
        maxInboundStreams: options.maxInboundStreams ?? MAX_INBOUND_STREAMS
      }
    }
    return undefined
  }

  identified(peer: PeerId, protocols: readonly string[], connection: Connection): void {
    for (const topology of this.#topologiesOf(protocols)) {
      if (topology.filter?.has(peer) === true) continue
      topology.filter?.add(peer)
      void topology.onConnect?.(peer, connection)
    }
  }

  disconnected(peer: PeerId, protocols: readonly string[]): void {
    for (const topology of this.#topologiesOf(protocols)) {
      topology.filter?.remove(peer)
      void topology.onDisconnect?.(peer)
    }
  }

  #topologiesOf(protocols: readonly string[]): Topology[] {
    return protocols.flatMap((protocol) => this.getTopologies(protocol))
  }
}
