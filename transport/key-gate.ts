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
import { SwarmError } from './errors.ts'
import type { AbortOptions, ConnectionProtector, MessageStream } from '@libp2p/interface'

export type KeyMismatch = 'no key' | 'another key' | 'unexpected key'

export interface KeyGateInit {
  /** Text of the swarm key, as pnet reads it. */
  readonly key?: Uint8Array
  readonly onRefused: (address: string, mismatch: KeyMismatch) => void
}

const MULTISTREAM_HEADER = Buffer.from('\u0013/multistream/1.0.0\n')

const REASONS: Readonly<Record<KeyMismatch, string>> = {
  'no key': 'it has no swarm key, and this swarm needs one',
  'another key': 'its swarm key differs from ours',
  'unexpected key': 'it uses a swarm key, and this node has none'
}

export function describeMismatch(mismatch: KeyMismatch): string {
  return REASONS[mismatch]
}

export function keyGate({ key, onRefused }: KeyGateInit): () => ConnectionProtector {
  return () => {
    const pnet = key === undefined ? undefined : preSharedKey({ psk: key })()
    return {
      async protect(connection, options): Promise<MessageStream> {
        const inbound = connection.direction === 'inbound'
        const refuse = (mismatch: KeyMismatch): never => {
          const address = addressOf(connection)
          const error = new SwarmError(
            'SWARM_KEY_MISMATCH',
            `Refused ${address}: ${REASONS[mismatch]}.`
          )
          onRefused(address, mismatch)
          connection.abort(error)
          throw error
        }
        if (pnet === undefined) {
          if (inbound && !(await beginsPlainly(connection, options))) refuse('unexpected key')
          return connection
        }
        if (inbound && (await beginsPlainly(connection, options))) refuse('no key')
        const opened = await pnet.protect(connection, options)
        if (inbound && !(await beginsPlainly(opened, options))) refuse('another key')
        return opened
      }
    }
  }
}

/** Reads as much as the header and puts it back. */
async function beginsPlainly(connection: MessageStream, options?: AbortOptions): Promise<boolean> {
  const bytes = byteStream(connection)
  const start = await bytes.read({ ...options, bytes: MULTISTREAM_HEADER.length })
  const plain = MULTISTREAM_HEADER.equals(start.subarray())
  bytes.unwrap().unshift(start)
  return plain
}

function addressOf(connection: MessageStream): string {
  return 'remoteAddr' in connection ? String(connection.remoteAddr) : 'a peer'
}
