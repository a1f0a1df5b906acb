/**
 * The key gate: the first thing a connection meets. With a swarm key it is libp2p's pnet; with or
 * without one it looks at how an inbound connection begins, so that a peer with another key, or
 * with none where one is needed, is turned away with a reason instead of a garbled handshake.
 *
 * Every connection inside pnet, or without it, begins with the multistream-select header
 * (https://github.com/multiformats/multistream-select), which the dialling side sends first.
 */
import { preSharedKey } from '@libp2p/pnet'
import { byteStream } from '@libp2p/utils'
import { SwarmError } from '../errors.ts'
import { acceptKeyed } from './keyed-connection.ts'
import { parseSwarmKey, swarmKeyBytes } from './swarm-key.ts'
import type {
  AbortOptions,
  ConnectionProtector,
  MessageStream,
  MultiaddrConnection
} from '@libp2p/interface'

export type KeyMismatch = 'no key' | 'another key' | 'unexpected key'

export interface KeyGateInit {
  /** Texts of `swarm.key` files: the first is the node's own, the others are let in as well. */
  readonly keys: readonly string[]
  readonly onRefuse: (address: string, mismatch: KeyMismatch) => void
}

const MULTISTREAM_HEADER = Buffer.from('\u0013/multistream/1.0.0\n')

const REASONS: Readonly<Record<KeyMismatch, string>> = {
  'no key': 'the peer has no swarm key, and this swarm requires one',
  'another key': 'its swarm key differs from the key of this node',
  'unexpected key': 'the peer uses a swarm key, and this node has none'
}

export function describeMismatch(mismatch: KeyMismatch): string {
  return REASONS[mismatch]
}

/** Throws `SwarmError` when a key is none. */
export function keyGate({ keys, onRefuse }: KeyGateInit): () => ConnectionProtector {
  const psk = keys[0] === undefined ? undefined : parseSwarmKey(keys[0])
  const secrets = keys.map(swarmKeyBytes)
  return () => {
    const pnet = psk === undefined ? undefined : preSharedKey({ psk })()
    return {
      async protect(connection, options): Promise<MessageStream> {
        const inbound = connection.direction === 'inbound'
        const refuse = (mismatch: KeyMismatch): never => {
          const address = addressOf(connection)
          const error = new SwarmError(
            'SWARM_KEY_MISMATCH',
            `Refused a connection from ${address}: ${REASONS[mismatch]}. Give both nodes the same key.`
          )
          onRefuse(address, mismatch)
          connection.abort(error)
          throw error
        }
        if (pnet === undefined) {
          if (inbound && !(await startsWithMultistream(connection, options)))
            refuse('unexpected key')
          return connection
        }
        if (inbound && (await startsWithMultistream(connection, options))) refuse('no key')
        if (inbound && secrets.length > 1 && isAddressed(connection)) {
          const accepted = await acceptKeyed(connection, secrets, MULTISTREAM_HEADER, options)
          return accepted ?? refuse('another key')
        }
        const opened = await pnet.protect(connection, options)
        if (inbound && !(await startsWithMultistream(opened, options))) refuse('another key')
        return opened
      }
    }
  }
}

/** Reads as much as the header and puts it back. */
async function startsWithMultistream(
  connection: MessageStream,
  options?: AbortOptions
): Promise<boolean> {
  const bytes = byteStream(connection)
  const start = await bytes.read({ ...options, bytes: MULTISTREAM_HEADER.length })
  const plain = MULTISTREAM_HEADER.equals(start.subarray())
  bytes.unwrap().unshift(start)
  return plain
}

function addressOf(connection: MessageStream): string {
  return isAddressed(connection) ? connection.remoteAddr.toString() : 'a peer'
}

function isAddressed(connection: MessageStream): connection is MultiaddrConnection {
  return 'remoteAddr' in connection
}
