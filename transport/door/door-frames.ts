/** The frames of a door. docs/PROTOCOL.md has the bytes. */
import * as encoding from 'lib0/encoding'
import { readAll, readBlob, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { MalformedError, MAX_CHAIN, MAX_STATEMENT_BYTES } from '../../crdt/index.ts'
import { doorReasonByte, doorReasonOf } from './door-reasons.ts'
import type { Decoder } from '../../crdt/index.ts'
import type { DoorReason } from './door-reasons.ts'

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** A certificate takes 185 bytes at most. */
const MAX_CERTIFICATE_BYTES = 256

/** Bytes of the id of an invite, and of its secret. */
const MAX_INVITE_BYTES = 64

/** The largest frame has one statement. */
export const MAX_DOOR_FRAME_BYTES = MAX_STATEMENT_BYTES + 8

/** A peer proves that it is a member. */
export interface Hello {
  readonly type: 'hello'
  /** The key of the root that reigns, as far as the sender knows. */
  readonly root: Uint8Array
  /** From the certificate of the root to that of the member. */
  readonly chain: readonly Uint8Array[]
  /** By the member's signing key, over both peer ids. */
  readonly proof: Uint8Array
}

/** A newcomer asks for a certificate. */
export interface EnrolFrame {
  readonly type: 'enrol'
  readonly invite: Uint8Array
  readonly secret: Uint8Array
  readonly member: Uint8Array
  readonly voice: Uint8Array
  /** By the new signing key, over both peer ids and the frame. */
  readonly proof: Uint8Array
}

/** One of several statements. */
export interface StatementFrame {
  readonly type: 'statement'
  /** Whether another one follows. */
  readonly hasNext: boolean
  readonly statement: Uint8Array
}

export type DoorFrame =
  | Hello
  | EnrolFrame
  | StatementFrame
  | { readonly type: 'welcome' }
  /** With the statement that ended the certificate of the peer, if it is revoked; else empty. */
  | { readonly type: 'refusal'; readonly reason: DoorReason; readonly revocation: Uint8Array }
  /** The root of the hello is unknown: asks for the founding and the successions. */
  | { readonly type: 'roots' }

const TYPES = ['hello', 'welcome', 'refusal', 'roots', 'statement', 'enrol'] as const

export function writeDoorFrame(frame: DoorFrame): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8(encoder, TYPES.indexOf(frame.type))
    switch (frame.type) {
      case 'hello':
        encoding.writeUint8Array(encoder, frame.root)
        encoding.writeVarUint(encoder, frame.chain.length)
        for (const each of frame.chain) encoding.writeVarUint8Array(encoder, each)
        encoding.writeUint8Array(encoder, frame.proof)
        return
      case 'refusal':
        encoding.writeUint8(encoder, doorReasonByte(frame.reason))
        encoding.writeVarUint8Array(encoder, frame.revocation)
        return
      case 'statement':
        encoding.writeUint8(encoder, frame.hasNext ? 1 : 0)
        encoding.writeVarUint8Array(encoder, frame.statement)
        return
      case 'enrol':
        encoding.writeVarUint8Array(encoder, frame.invite)
        encoding.writeVarUint8Array(encoder, frame.secret)
        for (const part of [frame.member, frame.voice, frame.proof]) {
          encoding.writeUint8Array(encoder, part)
        }
        return
      case 'welcome':
      case 'roots':
    }
  })
}

/** Throws `MalformedError`. */
export function readDoorFrame(bytes: Uint8Array): DoorFrame {
  return readAll(bytes, readFrame)
}

function readFrame(decoder: Decoder): DoorFrame {
  const type = TYPES[readByte(decoder)]
  switch (type) {
    case 'hello': {
      const root = readBytes(decoder, KEY_BYTES)
      const count = readUint(decoder, MAX_CHAIN)
      if (count === 0) throw new MalformedError('a hello without a certificate')
      const chain = Array.from({ length: count }, () => readBlob(decoder, MAX_CERTIFICATE_BYTES))
      return { type, root, chain, proof: readBytes(decoder, SIGNATURE_BYTES) }
    }
    case 'welcome':
    case 'roots':
      return { type }
    case 'refusal':
      return {
        type,
        reason: doorReasonOf(readByte(decoder)),
        revocation: readBlob(decoder, MAX_STATEMENT_BYTES)
      }
    case 'statement': {
      const flag = readByte(decoder)
      if (flag > 1) throw new MalformedError('a flag that is neither 0 nor 1')
      return { type, hasNext: flag === 1, statement: readBlob(decoder, MAX_STATEMENT_BYTES) }
    }
    case 'enrol': {
      const invite = readBlob(decoder, MAX_INVITE_BYTES)
      const secret = readBlob(decoder, MAX_INVITE_BYTES)
      const member = readBytes(decoder, KEY_BYTES)
      const voice = readBytes(decoder, KEY_BYTES)
      return { type, invite, secret, member, voice, proof: readBytes(decoder, SIGNATURE_BYTES) }
    }
    default:
      throw new MalformedError('a door frame of an unknown type')
  }
}

function readByte(decoder: Decoder): number {
  return readBytes(decoder, 1)[0] ?? 0
}
