/**
 * The protocols of the swarm also run over relayed connections. libp2p refuses them there unless
 * each stream asks for it, since a relay limits bytes and time. A hive runs them nevertheless: two
 * nodes behind NATs have no other way to sync, and a sync that a limit has ended goes on with the
 * next connection.
 */
import type { ComponentLogger } from '@libp2p/interface'
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
      openStream: (peer, protocol, options) =>
        connectionManager.openStream(peer, protocol, { ...options, runOnLimitedConnection: true })
    }
  }
}
