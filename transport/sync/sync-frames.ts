/** Frames of `/sync/1.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { MalformedError, readSignedHeader, writeSignedHeader } from '../../crdt/index.ts'
import { readAll, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { HEADS_PER_PAGE } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { FeedHead, SignedHeader } from '../../crdt/index.ts'

export type SyncFrame =
  /** `wants`: whether the sender takes entries of others; a light node does not. */
  | { readonly type: 'digest'; readonly digest: Uint8Array; readonly acceptsEntries: boolean }
  | { readonly type: 'heads'; readonly heads: readonly FeedHead[]; readonly more: boolean }
  | { readonly type: 'entry'; readonly bytes: Uint8Array }
  /** The header of an entry that the receiver seems to hold another one in place of, or of a checkpoint. */
  | { readonly type: 'header'; readonly header: SignedHeader }
  /** A proof of equivocation. */
  | { readonly type: 'proof'; readonly bytes: Uint8Array }
  | { readonly type: 'done' }

const DIGEST = 0
const HEADS = 1
const ENTRY = 2
const DONE = 3
const HEADER = 4
const PROOF = 5

const HASH_BYTES = 32

export function writeSyncFrame(frame: SyncFrame): Uint8Array {
  const encoder = encoding.createEncoder()
  switch (frame.type) {
    case 'digest':
      encoding.writeVarUint(encoder, DIGEST)
      encoding.writeVarUint(encoder, frame.acceptsEntries ? 1 : 0)
      encoding.writeUint8Array(encoder, frame.digest)
      break
    case 'heads':
      encoding.writeVarUint(encoder, HEADS)
      encoding.writeVarUint(encoder, frame.more ? 1 : 0)
      encoding.writeVarUint(encoder, frame.heads.length)
      for (const { author, seq, head, fork, base } of frame.heads) {
        encoding.writeUint8Array(encoder, author)
        encoding.writeVarUint(encoder, seq)
        encoding.writeUint8Array(encoder, head)
        encoding.writeVarUint(encoder, fork)
        encoding.writeVarUint(encoder, base)
      }
      break
    case 'entry':
      encoding.writeVarUint(encoder, ENTRY)
      encoding.writeUint8Array(encoder, frame.bytes)
      break
    case 'header':
      encoding.writeVarUint(encoder, HEADER)
      encoding.writeUint8Array(encoder, writeSignedHeader(frame.header))
      break
    case 'proof':
      encoding.writeVarUint(encoder, PROOF)
      encoding.writeUint8Array(encoder, frame.bytes)
      break
    case 'done':
      encoding.writeVarUint(encoder, DONE)
      break
  }
  return encoding.toUint8Array(encoder)
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readSyncFrame(bytes: Uint8Array): SyncFrame {
  return readAll(bytes, (decoder) => {
    const rest = (): Uint8Array => readBytes(decoder, bytes.length - decoder.pos)
    switch (readUint(decoder, PROOF)) {
      case DIGEST: {
        const acceptsEntries = readUint(decoder, 1) === 1
        return { type: 'digest', acceptsEntries, digest: readBytes(decoder, HASH_BYTES) }
      }
      case HEADS:
        return readHeads(decoder)
      case ENTRY:
        return { type: 'entry', bytes: rest() }
      case HEADER:
        return { type: 'header', header: readSignedHeader(rest()) }
      case PROOF:
        return { type: 'proof', bytes: rest() }
      default:
        return { type: 'done' }
    }
  })
}

function readHeads(decoder: Decoder): SyncFrame {
  const more = readUint(decoder, 1) === 1
  const count = readUint(decoder, HEADS_PER_PAGE)
  if (more && count === 0) throw new ProtocolError('an empty page of heads that announces more')
  const heads = Array.from({ length: count }, () => readHead(decoder))
  return { type: 'heads', heads, more }
}

function readHead(decoder: Decoder): FeedHead {
  const author = readBytes(decoder, HASH_BYTES)
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const head = readBytes(decoder, HASH_BYTES)
  const fork = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const base = readUint(decoder, seq + 1)
  if (base === 0) throw new MalformedError('base 0')
  return { author, seq, head, fork, base }
}
