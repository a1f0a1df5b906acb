/** Frames of `/sync/2.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import {
  LEAF_HEADS,
  MalformedError,
  readSignedHeader,
  writeSignedHeader
} from '../../crdt/index.ts'
import { readAll, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { MAX_PULLED_FEEDS } from '../constants.ts'
import { FINGERPRINT_BYTES } from './fingerprints.ts'
import {
  LEAF,
  readChildren,
  readList,
  readWantedNodes,
  writeInner,
  writeWantedNodes
} from './tree-frames.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { FeedHead, SignedHeader } from '../../crdt/index.ts'
import type { HeadSketch, NodeSketch } from './fingerprints.ts'
import type { WantedNodes } from './tree-frames.ts'

/** What a side has, at the top of its tree. */
export interface Summary {
  readonly digest: Uint8Array
  readonly authors: number
  readonly entries: number
  /** Whether the side takes entries of others; a light node does not. */
  readonly acceptsEntries: boolean
}

export type SyncRequest =
  | { readonly type: 'summary'; readonly summary: Summary }
  | ({ readonly type: 'nodes' } & WantedNodes)
  /** What the requester has of these feeds; it wants what the other side has beyond. */
  | { readonly type: 'pull'; readonly heads: readonly FeedHead[] }
  /** Asks the other side to pull now. */
  | { readonly type: 'turn' }

export type SyncAnswer =
  | { readonly type: 'summary'; readonly summary: Summary }
  | { readonly type: 'node'; readonly node: NodeSketch }
  | { readonly type: 'entry'; readonly bytes: Uint8Array }
  /** The header of an entry in place of another one, or of a checkpoint. */
  | { readonly type: 'header'; readonly header: SignedHeader }
  /** A proof of equivocation. */
  | { readonly type: 'proof'; readonly bytes: Uint8Array }
  /** The answer takes longer. */
  | { readonly type: 'wait' }
  /** `more`: the answer was cut at its limit, and the same request brings the rest. */
  | { readonly type: 'done'; readonly more: boolean }

const SUMMARY = 0
const NODES = 1
const PULL = 2
const TURN = 3
const ENTRY = 4
const HEADER = 5
const PROOF = 6
const DONE = 7
const WAIT = 8

const HASH_BYTES = 32

export function writeSyncRequest(request: SyncRequest): Uint8Array {
  return encoding.encode((encoder) => {
    switch (request.type) {
      case 'summary':
        encoding.writeVarUint(encoder, SUMMARY)
        writeSummary(encoder, request.summary)
        break
      case 'nodes':
        encoding.writeVarUint(encoder, NODES)
        writeWantedNodes(encoder, request)
        break
      case 'pull':
        encoding.writeVarUint(encoder, PULL)
        encoding.writeVarUint(encoder, request.heads.length)
        for (const head of request.heads) writeHead(encoder, head)
        break
      case 'turn':
        encoding.writeVarUint(encoder, TURN)
        break
    }
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readSyncRequest(bytes: Uint8Array): SyncRequest {
  return readAll(bytes, (decoder): SyncRequest => {
    switch (readUint(decoder, TURN)) {
      case SUMMARY:
        return { type: 'summary', summary: readSummary(decoder) }
      case NODES:
        return { type: 'nodes', ...readWantedNodes(decoder) }
      case PULL:
        return { type: 'pull', heads: readList(decoder, MAX_PULLED_FEEDS, readHead) }
      default:
        return { type: 'turn' }
    }
  })
}

export function writeSyncAnswer(answer: SyncAnswer): Uint8Array {
  return encoding.encode((encoder) => {
    switch (answer.type) {
      case 'summary':
        encoding.writeVarUint(encoder, SUMMARY)
        writeSummary(encoder, answer.summary)
        break
      case 'node':
        encoding.writeVarUint(encoder, NODES)
        writeNode(encoder, answer.node)
        break
      case 'entry':
        encoding.writeVarUint(encoder, ENTRY)
        encoding.writeUint8Array(encoder, answer.bytes)
        break
      case 'header':
        encoding.writeVarUint(encoder, HEADER)
        encoding.writeUint8Array(encoder, writeSignedHeader(answer.header))
        break
      case 'proof':
        encoding.writeVarUint(encoder, PROOF)
        encoding.writeUint8Array(encoder, answer.bytes)
        break
      case 'wait':
        encoding.writeVarUint(encoder, WAIT)
        break
      case 'done':
        encoding.writeVarUint(encoder, DONE)
        encoding.writeVarUint(encoder, answer.more ? 1 : 0)
        break
    }
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readSyncAnswer(bytes: Uint8Array): SyncAnswer {
  return readAll(bytes, (decoder): SyncAnswer => {
    const rest = (): Uint8Array => readBytes(decoder, bytes.length - decoder.pos)
    switch (readUint(decoder, WAIT)) {
      case SUMMARY:
        return { type: 'summary', summary: readSummary(decoder) }
      case NODES:
        return { type: 'node', node: readNode(decoder) }
      case ENTRY:
        return { type: 'entry', bytes: rest() }
      case HEADER:
        return { type: 'header', header: readSignedHeader(rest()) }
      case PROOF:
        return { type: 'proof', bytes: rest() }
      case DONE:
        return { type: 'done', more: readUint(decoder, 1) === 1 }
      case WAIT:
        return { type: 'wait' }
      default:
        throw new MalformedError('a request in place of an answer')
    }
  })
}

function writeSummary(encoder: encoding.Encoder, summary: Summary): void {
  encoding.writeVarUint(encoder, summary.acceptsEntries ? 1 : 0)
  encoding.writeUint8Array(encoder, summary.digest)
  encoding.writeVarUint(encoder, summary.authors)
  encoding.writeVarUint(encoder, summary.entries)
}

function readSummary(decoder: Decoder): Summary {
  return {
    acceptsEntries: readUint(decoder, 1) === 1,
    digest: readBytes(decoder, HASH_BYTES),
    authors: readUint(decoder, Number.MAX_SAFE_INTEGER),
    entries: readUint(decoder, Number.MAX_SAFE_INTEGER)
  }
}

function writeHead(encoder: encoding.Encoder, { author, seq, head, fork, base }: FeedHead): void {
  encoding.writeUint8Array(encoder, author)
  encoding.writeVarUint(encoder, seq)
  encoding.writeUint8Array(encoder, head)
  encoding.writeVarUint(encoder, fork)
  encoding.writeVarUint(encoder, base)
}

function readHead(decoder: Decoder): FeedHead {
  const author = readBytes(decoder, HASH_BYTES)
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const head = readBytes(decoder, HASH_BYTES)
  return { author, seq, head, ...readLimits(decoder, seq) }
}

/** A base is at most one place after the last entry. */
function readLimits(decoder: Decoder, seq: number): Pick<FeedHead, 'fork' | 'base'> {
  const fork = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const base = readUint(decoder, seq + 1)
  if (base === 0) throw new MalformedError('base 0')
  return { fork, base }
}

function writeNode(encoder: encoding.Encoder, node: NodeSketch): void {
  if (node.type === 'inner') return writeInner(encoder, node.children)
  encoding.writeVarUint(encoder, LEAF)
  encoding.writeVarUint(encoder, node.heads.length)
  for (const { author, seq, fingerprint, fork, base } of node.heads) {
    encoding.writeUint8Array(encoder, author)
    encoding.writeVarUint(encoder, seq)
    encoding.writeUint8Array(encoder, fingerprint)
    encoding.writeVarUint(encoder, fork)
    encoding.writeVarUint(encoder, base)
  }
}

function readNode(decoder: Decoder): NodeSketch {
  if (readUint(decoder, LEAF) === LEAF) {
    return { type: 'leaf', heads: readList(decoder, LEAF_HEADS, readHeadSketch) }
  }
  return { type: 'inner', children: readChildren(decoder) }
}

function readHeadSketch(decoder: Decoder): HeadSketch {
  const author = readBytes(decoder, HASH_BYTES)
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const fingerprint = readBytes(decoder, FINGERPRINT_BYTES)
  return { author, seq, fingerprint, ...readLimits(decoder, seq) }
}
