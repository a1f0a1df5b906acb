/**
 * The part of an entry that shows whose voice it is, in closed swarms only. It stands before the
 * compressed update in the payload: the epoch and the generation of the author, in the first entry
 * of a feed's window the member's credential and the delegation to the author, the tag of each
 * register, and one proof for all tags. docs/PROTOCOL.md has the bytes.
 */
import * as encoding from 'lib0/encoding'
import {
  DOMAIN,
  HASH_BYTES,
  KEY_BYTES,
  MAX_CREDENTIAL_BYTES,
  MAX_ENTRY_TAGS,
  MAX_EPOCH,
  MAX_GENERATION,
  SIGNATURE_BYTES,
  TAG_PROOF_BYTES
} from '../constants.ts'
import { concat, readAll, readBlob, readBytes, readUint, sha256 } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { isClosedSwarm } from '../swarm-name.ts'
import { readEntry } from './entry.ts'
import type { Decoder } from '../bytes/index.ts'

/** Whose author this is. */
export interface Introduction {
  readonly credential: Uint8Array
  /** Signature of the credential's key over the author, 64 bytes. */
  readonly delegation: Uint8Array
}

export interface VoicePart {
  readonly epoch: number
  /** Counts the authors of a member within an epoch. */
  readonly generation: number
  readonly introduction?: Introduction
  /** The tag of each register, in the order of the update. Of an edit one for the document. */
  readonly tags: readonly Uint8Array[]
  /** Present exactly when there are tags. */
  readonly proof?: Uint8Array
}

/** The two parts of a payload. */
export interface SplitPayload {
  /** Undefined in an open swarm. */
  readonly part: VoicePart | undefined
  /** The compressed update. */
  readonly update: Uint8Array
}

/** The payload of an entry of this swarm. Throws `MalformedError`. */
export function splitPayload(swarm: string, payload: Uint8Array): SplitPayload {
  if (!isClosedSwarm(swarm)) return { part: undefined, update: payload }
  return readAll(payload, (decoder) => {
    const part = readPart(decoder)
    return { part, update: readBytes(decoder, payload.length - decoder.pos) }
  })
}

export function joinPayload(part: VoicePart | undefined, update: Uint8Array): Uint8Array {
  if (part === undefined) return update
  return concat(
    encoding.encode((encoder) => writePart(encoder, part)),
    update
  )
}

/** Whether an admitted entry introduces its author. */
export function isIntroduction(swarm: string, bytes: Uint8Array): boolean {
  return splitPayload(swarm, readEntry(bytes).payload).part?.introduction !== undefined
}

/** The most bytes of a part with this number of tags. */
export function sizeOfPart(introduction: Introduction | undefined, tags: number): number {
  const introduced = (introduction?.credential.length ?? 0) + SIGNATURE_BYTES
  return 16 + introduced + tags * KEY_BYTES + TAG_PROOF_BYTES
}

/** What the key of an epoch signs for an author. */
export function delegationBytes(
  swarm: string,
  { epoch, generation }: Pick<VoicePart, 'epoch' | 'generation'>,
  doc: string,
  author: Uint8Array
): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, `${DOMAIN}/delegation`)
    encoding.writeVarString(encoder, swarm)
    encoding.writeVarUint(encoder, epoch)
    encoding.writeVarUint(encoder, generation)
    encoding.writeVarString(encoder, doc)
    encoding.writeUint8Array(encoder, author)
  })
}

/** What the tag of a playbook is for: its document, in the place of a record's digest. */
export function docSubject(doc: string): Uint8Array {
  return sha256(
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, `${DOMAIN}/document`)
      encoding.writeVarString(encoder, doc)
    })
  )
}

function writePart(encoder: encoding.Encoder, part: VoicePart): void {
  const { epoch, generation, introduction, tags, proof } = part
  encoding.writeVarUint(encoder, epoch)
  encoding.writeVarUint(encoder, generation)
  encoding.writeVarUint8Array(encoder, introduction?.credential ?? new Uint8Array())
  if (introduction !== undefined) encoding.writeUint8Array(encoder, introduction.delegation)
  encoding.writeVarUint(encoder, tags.length)
  for (const tag of tags) encoding.writeUint8Array(encoder, tag)
  if (proof !== undefined) encoding.writeUint8Array(encoder, proof)
}

function readPart(decoder: Decoder): VoicePart {
  const epoch = readUint(decoder, MAX_EPOCH)
  const generation = readUint(decoder, MAX_GENERATION)
  const credential = readBlob(decoder, MAX_CREDENTIAL_BYTES)
  const introduction =
    credential.length === 0
      ? undefined
      : { credential, delegation: readBytes(decoder, SIGNATURE_BYTES) }
  const count = readUint(decoder, MAX_ENTRY_TAGS)
  if (decoder.pos + count * HASH_BYTES > decoder.arr.length)
    throw new MalformedError('too few tags')
  const tags = Array.from({ length: count }, () => readBytes(decoder, KEY_BYTES))
  const proof = count === 0 ? undefined : readBytes(decoder, TAG_PROOF_BYTES)
  return { epoch, generation, introduction, tags, proof }
}
