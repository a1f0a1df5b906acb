/** A feed as the store has it, under the key of its author. */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KNOWLEDGE_DOC, MAX_DOC_BYTES } from '../constants.ts'
import { readAll, readBytes, readText, readUint } from '../bytes/index.ts'
import type { Feed } from './feed.ts'

/** One string for the name that nearly all feeds share. */
function sharedName(doc: string): string {
  return doc === KNOWLEDGE_DOC ? KNOWLEDGE_DOC : doc
}

export function writeFeed(feed: Feed): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, feed.seq)
  encoding.writeUint8Array(encoder, feed.head)
  encoding.writeVarUint(encoder, feed.clock)
  encoding.writeVarUint(encoder, feed.format)
  encoding.writeVarUint(encoder, feed.end)
  encoding.writeVarUint(encoder, feed.fork)
  encoding.writeVarUint(encoder, feed.base)
  encoding.writeVarString(encoder, feed.doc)
  return encoding.toUint8Array(encoder)
}

export function readFeed(author: Uint8Array, bytes: Uint8Array): Feed {
  return readAll(bytes, (decoder) => ({
    author,
    seq: readUint(decoder, Number.MAX_SAFE_INTEGER),
    head: readBytes(decoder, HASH_BYTES).slice(),
    clock: readUint(decoder, Number.MAX_SAFE_INTEGER),
    format: readUint(decoder, Number.MAX_SAFE_INTEGER),
    end: readUint(decoder, Number.MAX_SAFE_INTEGER),
    fork: readUint(decoder, Number.MAX_SAFE_INTEGER),
    base: readUint(decoder, Number.MAX_SAFE_INTEGER),
    doc: sharedName(readText(decoder, MAX_DOC_BYTES))
  }))
}
