/**
 * The transports and services by which nodes reach each other beyond TCP, loaded where addresses or
 * options ask for them: all of them take 50 ms and 8 MB.
 */
import { parseAddress } from '../address.ts'
import { hasProtocol, scopeOf } from './addresses.ts'
import { lan } from './lan.ts'
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Libp2pOptions } from 'libp2p'
import type { LanInit } from './lan.ts'
import type { RelayLimits } from './relay-limits.ts'

export interface ReachInit {
  /** Addresses to listen at, and those that this node will dial. */
  readonly listen: readonly string[]
  readonly dialled: readonly string[]
  /** Undefined: peers on the network segment are not looked for. */
  readonly lan: LanInit | undefined
  /** Undefined: this node is no relay. */
  readonly relay: RelayLimits | undefined
}

export type Transports = NonNullable<Libp2pOptions['transports']>
export type Services = NonNullable<Libp2pOptions['services']>

export interface Reach {
  readonly transports: Transports
  readonly services: Services
}

/** The state that the relay service reports. */
export type RelayService = Pick<CircuitRelayService, 'reservations'>

const MILLISECONDS = 1000

export async function loadReach({
  listen,
  dialled,
  lan: segment,
  relay
}: ReachInit): Promise<Reach> {
  const transports: Transports[number][] = []
  const services: Services = {}
  const listened = listen.map((address) => parseAddress(address))
  const all = [...listened, ...dialled.map((address) => parseAddress(address))]
  if (all.some((address) => hasProtocol(address, 'ws', 'wss'))) {
    const { webSockets } = await import('@libp2p/websockets')
    transports.push(webSockets())
  }
  // A node that others reach may be told of peers behind relays.
  const isOpen = listened.some((address) => scopeOf(address) !== 'loopback')
  const usesRelays =
    relay !== undefined || all.some((address) => hasProtocol(address, 'p2p-circuit'))
  if (isOpen || usesRelays) {
    const [{ circuitRelayTransport, circuitRelayServer }, { dcutr }, { autoNATv2 }] =
      await Promise.all([
        import('@libp2p/circuit-relay-v2'),
        import('@libp2p/dcutr'),
        import('@libp2p/autonat-v2')
      ])
    transports.push(circuitRelayTransport())
    services['dcutr'] = dcutr()
    services['autoNAT'] = autoNATv2()
    if (relay !== undefined) {
      services['relay'] = circuitRelayServer({
        reservations: {
          maxReservations: relay.reservations,
          defaultDataLimit: BigInt(relay.bytes),
          // The server takes it as milliseconds, whatever its declaration says.
          defaultDurationLimit: relay.seconds * MILLISECONDS
        }
      })
    }
  }
  if (segment !== undefined) {
    const { mdns } = await import('@libp2p/mdns')
    services['lan'] = lan(segment, (tag) => mdns({ serviceTag: tag }))
  }
  return { transports, services }
}
