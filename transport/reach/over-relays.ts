/**
 * The protocols of the swarm also run over relayed connections. libp2p refuses them there unless
 * each stream asks for it, since a relay limits bytes and time. A hive runs them nevertheless: two
 * nodes behind NATs have no other way to sync, and a sync that a limit has ended goes on with the
 * next connection.
 */
import { isPeerId } from '@libp2p/interface'
import type { ComponentLogger, Connection, PeerId } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'

/** What a protocol of the swarm uses of libp2p. */
export interface ProtocolComponents {
  readonly registrar: Pick<Registrar, 'handle' | 'register' | 'unhandle' | 'unregister'>
  readonly connectionManager: Pick<ConnectionManager, 'getConnections' | 'openStream'>
  readonly logger: ComponentLogger
}

/** The same components, for which relayed connections are as good as direct ones. */
export function overRelays({
  registrar,
  connectionManager,
  logger
}: ProtocolComponents): ProtocolComponents {
  return {
    logger,
    registrar: {
      handle: (protocol, handler, options) =>
        registrar.handle(protocol, handler, { ...options, runOnLimitedConnection: true }),
      unhandle: (protocol, options) => registrar.unhandle(protocol, options),
      register: (protocol, topology, options) =>
        registrar.register(protocol, { ...topology, notifyOnLimitedConnection: true }, options),
      unregister: (id) => registrar.unregister(id)
    },
    connectionManager: {
      getConnections: (peer) => connectionManager.getConnections(peer),
      openStream: (peer, protocol, options) => {
        const over = { ...options, runOnLimitedConnection: true }
        const relayed = isPeerId(peer) ? relayedTo(connectionManager, peer) : undefined
        return (
          relayed?.newStream(protocol, over) ?? connectionManager.openStream(peer, protocol, over)
        )
      }
    }
  }
}

/**
 * The connection to a peer that only relays reach. For each stream libp2p would dial another one, end
 * it as a duplicate, and fail the streams that are opened at the same time.
 */
function relayedTo(
  manager: ProtocolComponents['connectionManager'],
  peer: PeerId
): Connection | undefined {
  const open = manager.getConnections(peer).filter(({ status }) => status === 'open')
  return open.every(({ limits }) => limits !== undefined) ? open[0] : undefined
}
