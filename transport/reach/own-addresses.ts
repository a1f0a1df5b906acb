/** The addresses of this node: at which ones it listens, which ones peers see, and when they change. */
import { countConnections } from './network.ts'
import { Observations } from './observations.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Lan } from './lan.ts'
import type { RelayService } from './load-reach.ts'
import type { Network, NetworkReport } from './network.ts'
import type { RelayLimits } from './relay-limits.ts'

/** What the host of this node says of its addresses. */
export interface AddressedHost extends Pick<Libp2p, 'getConnections' | 'getMultiaddrs' | 'peerId'> {
  readonly services: {
    readonly network?: Network
    readonly lan?: Lan
    readonly relay?: RelayService
  }
}

export interface OwnAddressesInit {
  readonly host: () => AddressedHost
  /** Undefined: this node is no relay. */
  readonly relay: RelayLimits | undefined
}

export class OwnAddresses {
  readonly #init: OwnAddressesInit
  readonly #observations = new Observations()
  /** Those that `update` found last. */
  #last: readonly string[] = []

  constructor(init: OwnAddressesInit) {
    this.#init = init
  }

  /** Where peers reach this node, each with `/p2p/<peer id>`; empty until started. */
  list(): string[] {
    const host = this.#init.host()
    const peerId = host.peerId.toString()
    const confirmed = host.getMultiaddrs().map(String)
    // libp2p leaves out a public address until a peer has dialled it.
    const listened = (host.services.network?.addresses() ?? []).map(({ address }) =>
      address.endsWith(`/p2p/${peerId}`) ? address : `${address}/p2p/${peerId}`
    )
    return [...new Set([...confirmed, ...listened])]
  }

  /** The addresses, if they differ from those of the last call. */
  update(): readonly string[] | undefined {
    const addresses = this.list()
    if (addresses.join() === this.#last.join()) return undefined
    this.#last = addresses
    return addresses
  }

  /** A peer that is connected at `remote` sees this node at `observed`. */
  observe(peer: PeerId, remote: Multiaddr, observed: Multiaddr): void {
    this.#observations.add(peer.toString(), remote, observed)
  }

  /** What this node knows of how others reach it. */
  report(): NetworkReport {
    const host = this.#init.host()
    const { network, lan, relay } = host.services
    const addresses = network?.addresses() ?? []
    return {
      addresses,
      observed: this.#observations.list(),
      nat: this.#observations.verdict,
      relay: {
        limits: this.#init.relay,
        reservations: relay?.reservations.size ?? 0,
        reserved: addresses.filter(({ scope }) => scope === 'relay').map(({ address }) => address)
      },
      lan: { enabled: lan !== undefined, peers: lan?.peers() ?? [] },
      connections: countConnections(host.getConnections())
    }
  }
}
