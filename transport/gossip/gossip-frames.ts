/** Messages on the gossip topic; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { readAll, readBytes, readUint } from '../../crdt/bytes/index.ts'
import {
  MalformedError,
  readProof,
  readRetraction,
  readSignedHeader,
  writeEntry,
  writeRetraction,
  writeSignedHeader
} from '../../crdt/index.ts'
import { MAX_GOSSIP_BYTES, MAX_GOSSIPED_RETRACTIONS } from '../constants.ts'
import type { Entry, Retraction, SignedHeader } from '../../crdt/index.ts'

export type GossipMessage =
  /** A small entry, whole. */
  | { readonly type: 'entry'; readonly bytes: Uint8Array }
  /** The signed header of a larger one: who wants it pulls it through `/sync`. */
  | { readonly type: 'header'; readonly header: SignedHeader }
  /** A proof that an author signed two entries for one place. */
  | { readonly type: 'proof'; readonly bytes: Uint8Array }

const ENTRY = 0
const HEADER = 1
const PROOF = 2

/** The message that tells of `entry`. */
export function writeGossip(entry: Entry): Uint8Array {
  const whole = writeEntry(entry)
  return whole.length < MAX_GOSSIP_BYTES
    ? message(ENTRY, whole)
    : message(HEADER, writeSignedHeader(entry))
}

export function writeGossipProof(proof: Uint8Array): Uint8Array {
  return message(PROOF, proof)
}

/** Throws `MalformedError`. */
export function readGossip(bytes: Uint8Array): GossipMessage {
  return readAll(bytes, (decoder) => {
    const type = readUint(decoder, PROOF)
    const body = readBytes(decoder, bytes.length - decoder.pos)
    if (type === ENTRY) return { type: 'entry', bytes: body }
    if (type === PROOF) {
      readProof(body)
      return { type: 'proof', bytes: body }
    }
    return { type: 'header', header: readSignedHeader(body) }
  })
}

/** A message of the topic of retractions: at most `MAX_GOSSIPED_RETRACTIONS`. */
export function writeGossipedRetractions(retractions: readonly Retraction[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, retractions.length)
    for (const each of retractions) encoding.writeUint8Array(encoder, writeRetraction(each))
  })
}

/** Throws `MalformedError`. */
export function readGossipedRetractions(bytes: Uint8Array): Retraction[] {
  return readAll(bytes, (decoder) => {
    const count = readUint(decoder, MAX_GOSSIPED_RETRACTIONS)
    if (count === 0) throw new MalformedError('no retractions')
    return Array.from({ length: count }, () => readRetraction(decoder))
  })
}

function message(type: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  encoding.writeUint8Array(encoder, body)
  return encoding.toUint8Array(encoder)
}
