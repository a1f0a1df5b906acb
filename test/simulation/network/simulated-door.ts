/**
 * The door of a closed swarm on a simulated connection. It is the door of the product, with frames that
 * take the ways of the network; in place of Noise stands a step that knows the peers. So certificates,
 * proofs, enrolments and refusals are those of the product. The threshold before Noise is not there.
 */
import { SimulatedStream } from './simulated-stream.ts'
import type { Connection, ConnectionEncrypter, PeerId, PrivateKey, Stream } from '@libp2p/interface'
import type { defaultLogger } from '@libp2p/logger'
import type { HostInit } from '../../../transport/host/host.ts'
import type { Carry } from './simulated-stream.ts'

/** Milliseconds that a side has for the door: those of the product. */
const OUTBOUND = 10_000
const INBOUND = 6_000

export interface DoorComponents {
  readonly peerId: PeerId
  readonly privateKey: PrivateKey
  readonly logger: ReturnType<typeof defaultLogger>
}

export class SimulatedDoor {
  readonly #encrypter: ConnectionEncrypter

  constructor(create: NonNullable<HostInit['door']>, components: DoorComponents) {
    const given = components as unknown as Parameters<typeof create>[0]
    this.#encrypter = create(given, () => WITHOUT_ENCRYPTION)
  }

  /** Resolves when the peer is admitted; otherwise the connection has ended. */
  async pass(connection: Connection, stream: Stream): Promise<void> {
    const { remotePeer, direction, streams } = connection
    // With the connection the door ends.
    streams.push(stream)
    const isOutbound = direction === 'outbound'
    const signal = AbortSignal.timeout(isOutbound ? OUTBOUND : INBOUND)
    const options = { remotePeer, signal }
    try {
      await (isOutbound
        ? this.#encrypter.secureOutbound(stream, options)
        : this.#encrypter.secureInbound(stream, options))
      if (connection.status !== 'open') throw new Error('The connection was closed.')
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
    const at = streams.indexOf(stream)
    if (at >= 0) streams.splice(at, 1)
  }
}

/** One side of a connection. */
interface Wire extends Pick<Connection, 'id' | 'log'> {
  readonly carry: Carry
}

/** Both sides of the stream that the doors of a connection share. */
export function doorStreams(
  dialler: Wire,
  listener: Wire
): readonly [SimulatedStream, SimulatedStream] {
  const side = (connection: Wire, direction: 'inbound' | 'outbound') =>
    new SimulatedStream({
      id: `${connection.id}-door`,
      protocol: '/door',
      log: connection.log,
      direction,
      carry: (bytes, deliver) => connection.carry(bytes, deliver),
      tamper: (bytes) => bytes
    })
  const own = side(dialler, 'outbound')
  const remote = side(listener, 'inbound')
  own.connect(remote)
  remote.connect(own)
  return [own, remote]
}

const WITHOUT_ENCRYPTION: ConnectionEncrypter = {
  protocol: '/simulated',
  secureInbound: async (connection, { remotePeer } = {}) => ({
    connection,
    remotePeer: known(remotePeer)
  }),
  secureOutbound: async (connection, { remotePeer } = {}) => ({
    connection,
    remotePeer: known(remotePeer)
  })
}

function known(peer: PeerId | undefined): PeerId {
  if (peer === undefined) throw new Error('The simulation knows each peer.')
  return peer
}
