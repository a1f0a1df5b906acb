/** Frames of `/sync/1.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { readAll, readBytes, readUint } from '../crdt/index.ts'
import { HEADS_PER_PAGE } from './constants.ts'
import { ProtocolError } from './errors.ts'
import type { Decoder, FeedHead } from '../crdt/index.ts'

export type SyncFrame =
  | { readonly type: 'digest'; readonly digest: Uint8Array }
  | { readonly type: 'heads'; readonly heads: readonly FeedHead[]; readonly more: boolean }
  | { readonly type: 'entry'; readonly bytes: Uint8Array }
  | { readonly type: 'done' }

const DIGEST = 0
const HEADS = 1
const ENTRY = 2
const DONE = 3

const HASH_BYTES = 32

export function writeSyncFrame(frame: SyncFrame): Uint8Array {
  const encoder = encoding.createEncoder()
  switch (frame.type) {
    case 'digest':
      encoding.writeVarUint(encoder, DIGEST)
      encoding.writeUint8Array(encoder, frame.digest)
      break
    case 'heads':
      encoding.writeVarUint(encoder, HEADS)
      encoding.writeVarUint(encoder, frame.more ? 1 : 0)
      encoding.writeVarUint(encoder, frame.heads.length)
      for (const { author, seq, head } of frame.heads) {
        encoding.writeUint8Array(encoder, author)
        encoding.writeVarUint(encoder, seq)
        encoding.writeUint8Array(encoder, head)
      }
      break
    case 'entry':
      encoding.writeVarUint(encoder, ENTRY)
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
    switch (readUint(decoder, DONE)) {
      case DIGEST:
        return { type: 'digest', digest: readBytes(decoder, HASH_BYTES) }
      case HEADS:
        return readHeads(decoder)
      case ENTRY:
        return { type: 'entry', bytes: readBytes(decoder, bytes.length - decoder.pos) }
      default:
        return { type: 'done' }
    }
  })
}

function readHeads(decoder: Decoder): SyncFrame {
  const more = readUint(decoder, 1) === 1
  const count = readUint(decoder, HEADS_PER_PAGE)
  if (more && count === 0) throw new ProtocolError('an empty page of heads that announces more')
  const heads = Array.from({ length: count }, () => ({
    author: readBytes(decoder, HASH_BYTES),
    seq: readUint(decoder, Number.MAX_SAFE_INTEGER),
    head: readBytes(decoder, HASH_BYTES)
  }))
  return { type: 'heads', heads, more }
}
