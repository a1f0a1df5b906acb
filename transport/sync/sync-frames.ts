/** Frames of `/sync/2.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import {
  LEAF_HEADS,
  MalformedError,
  MAX_PREFIX_DIGITS,
  readSignedHeader,
  writeSignedHeader
} from '../../crdt/index.ts'
import { fromHex, readAll, readBytes, readUint, toHex } from '../../crdt/bytes/index.ts'
import { MAX_PULLED_FEEDS, MAX_REQUESTED_NODES } from '../constants.ts'
import { FINGERPRINT_BYTES, SALT_BYTES } from './fingerprints.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { FeedHead, SignedHeader } from '../../crdt/index.ts'
import type { HeadSketch, NodeSketch } from './fingerprints.ts'

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
  /** Nodes by prefixes of author keys, in hexadecimal digits; with fingerprints of this salt. */
  | { readonly type: 'nodes'; readonly salt: Uint8Array; readonly prefixes: readonly string[] }
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

/** Types of nodes. */
export const INNER = 0
export const LEAF = 1

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
        writeAsked(encoder, request)
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
      case NODES: {
        const salt = readBytes(decoder, SALT_BYTES)
        return { type: 'nodes', salt, prefixes: readList(decoder, MAX_REQUESTED_NODES, readPrefix) }
      }
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

/** A request of nodes, behind its type. */
export function writeAsked(
  encoder: encoding.Encoder,
  { salt, prefixes }: { readonly salt: Uint8Array; readonly prefixes: readonly string[] }
): void {
  encoding.writeUint8Array(encoder, salt)
  encoding.writeVarUint(encoder, prefixes.length)
  for (const prefix of prefixes) writePrefix(encoder, prefix)
}

/** An odd last digit is the upper half of a byte whose lower half is 0. */
function writePrefix(encoder: encoding.Encoder, prefix: string): void {
  encoding.writeVarUint(encoder, prefix.length)
  const bytes = Math.ceil(prefix.length / 2)
  encoding.writeUint8Array(encoder, fromHex(prefix.padEnd(2 * bytes, '0'), bytes) ?? NO_BYTES)
}

const NO_BYTES = new Uint8Array(0)

export function readPrefix(decoder: Decoder): string {
  const digits = readUint(decoder, MAX_PREFIX_DIGITS)
  const text = toHex(readBytes(decoder, Math.ceil(digits / 2)))
  if (digits % 2 === 1 && !text.endsWith('0')) throw new MalformedError('a prefix with rest')
  return text.slice(0, digits)
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

/** A node with children: of which digits, and their fingerprints. */
export function writeInner(
  encoder: encoding.Encoder,
  children: readonly (Uint8Array | undefined)[]
): void {
  encoding.writeVarUint(encoder, INNER)
  const present = children.map((child) => (child === undefined ? '0' : '1'))
  encoding.writeUint16(encoder, Number.parseInt(present.join(''), 2))
  for (const child of children) {
    if (child !== undefined) encoding.writeUint8Array(encoder, child)
  }
}

/** What follows the type of such a node. */
export function readChildren(decoder: Decoder): (Uint8Array | undefined)[] {
  const [low = 0, high = 0] = readBytes(decoder, 2)
  const present = (high * 256 + low).toString(2).padStart(16, '0')
  return Array.from(present, (bit) =>
    bit === '1' ? readBytes(decoder, FINGERPRINT_BYTES) : undefined
  )
}

function readHeadSketch(decoder: Decoder): HeadSketch {
  const author = readBytes(decoder, HASH_BYTES)
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const fingerprint = readBytes(decoder, FINGERPRINT_BYTES)
  return { author, seq, fingerprint, ...readLimits(decoder, seq) }
}

/** At most `limit` items. */
export function readList<T>(decoder: Decoder, limit: number, read: (decoder: Decoder) => T): T[] {
  return Array.from({ length: readUint(decoder, limit) }, () => read(decoder))
}
