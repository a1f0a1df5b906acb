/** One protocol of ours at libp2p's registrar: its inbound streams, and the peers that support it. */
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

export interface ProtocolHandlers {
  readonly protocol: string
  /** Streams one peer may have open towards this node, and this node towards it. */
  readonly maxStreams: number
  readonly onStream: (stream: Stream, connection: Connection) => Promise<void>
  readonly onConnect: (peer: PeerId, connection: Connection) => void
  readonly onDisconnect?: (peer: PeerId) => void
}

/** Resolves to the end of the registration. */
export async function registerProtocol(
  registrar: Pick<Registrar, 'handle' | 'register' | 'unhandle' | 'unregister'>,
  { protocol, maxStreams, onStream, onConnect, onDisconnect }: ProtocolHandlers
): Promise<() => Promise<void>> {
  await registrar.handle(protocol, (stream, connection) => onStream(stream, connection), {
    maxInboundStreams: maxStreams,
    maxOutboundStreams: maxStreams
  })
  const topology = await registrar.register(protocol, { onConnect, onDisconnect })
  return async () => {
    registrar.unregister(topology)
    await registrar.unhandle(protocol)
  }
}
