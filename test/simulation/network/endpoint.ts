/** A host as the network and its connections see it. */
import type { Connection, IdentifyResult, Logger, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Owner } from '../environment/owner.ts'
import type { Tamper } from '../lies/manner.ts'
import type { SimulatedRegistrar } from './simulated-registrar.ts'

export interface Endpoint {
  readonly owner: Owner
  readonly address: string
  readonly peerId: PeerId
  readonly multiaddr: Multiaddr
  readonly log: Logger
  readonly registrar: SimulatedRegistrar
  readonly tamper: Tamper | undefined
  /** In a closed swarm: stands before the connection. */
  readonly door: { pass(connection: Connection, stream: Stream): Promise<void> } | undefined
  mayDial(target: Endpoint): boolean
  mayAccept(from: Endpoint): boolean
  opened(connection: Connection): void
  closed(connection: Connection): void
  identified(
    connection: Connection,
    result: Pick<IdentifyResult, 'protocols' | 'listenAddrs'>
  ): void
}
