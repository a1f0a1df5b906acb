/** Errors of the swarm. */
import { CodedError, errorOf, messageOf } from '../crdt/index.ts'

export { errorOf, messageOf }

/** Why the swarm cannot be joined. */
export type SwarmErrorCode =
  /** Thrown when a swarm key is not the text of a `swarm.key` file. */
  | 'SWARM_KEY_INVALID'
  /** Thrown when the swarm keys of two peers differ, or only one of them has one. */
  | 'SWARM_KEY_MISMATCH'
  /** Thrown when a listen or bootstrap address is not a multiaddr this node can use. */
  | 'ADDRESS_INVALID'
  /** Thrown when a relay has no swarm key. */
  | 'RELAY_NEEDS_KEY'
  /** Thrown when the name is that of a closed swarm, and the node has no keys of a member. */
  | 'MEMBERS_MISSING'
  /** Thrown when the members are of another swarm, or the swarm is open and has none. */
  | 'MEMBERS_UNEXPECTED'
  /** Thrown when no listen address could be bound. */
  | 'LISTEN_FAILED'
  /** Thrown when the peer key's file cannot be read or written. */
  | 'PEER_KEY_UNUSABLE'

/** Thrown when the swarm cannot be joined: its key, an address or the peer key is unusable. */
export class SwarmError extends CodedError<SwarmErrorCode> {
  override readonly name = 'SwarmError'
}

/** Thrown inside when a peer breaks a protocol; it ends the stream and counts against the peer. */
export class ProtocolError extends CodedError<'PROTOCOL_BROKEN'> {
  override readonly name = 'ProtocolError'

  constructor(message: string, options?: ErrorOptions) {
    super('PROTOCOL_BROKEN', message, options)
  }
}
