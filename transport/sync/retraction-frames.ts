/** Frames of `/retractions/1.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { LEAF_HEADS, readRetraction, writeRetraction } from '../../crdt/index.ts'
import { readAll, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { MAX_PULLED_RETRACTIONS } from '../constants.ts'
import {
  LEAF,
  readChildren,
  readList,
  readWantedNodes,
  writeInner,
  writeWantedNodes
} from './tree-frames.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { Retraction } from '../../crdt/index.ts'
import type { WantedNodes } from './tree-frames.ts'

/** What a side has, at the top of its tree. */
export interface RetractionSummary {
  readonly digest: Uint8Array
  readonly count: number
  /** Whether the side takes retractions of others; a light node does not. */
  readonly accepts: boolean
}

/** A node of the tree, with fingerprints in place of digests. */
export type RetractionNode =
  | { readonly type: 'leaf'; readonly ids: readonly Uint8Array[] }
  /** Undefined where a child has nothing. */
  | { readonly type: 'inner'; readonly children: readonly (Uint8Array | undefined)[] }

export type RetractionRequest =
  | { readonly type: 'summary'; readonly summary: RetractionSummary }
  /** Nodes by prefixes of ids, in hexadecimal digits; with fingerprints of this salt. */
  | ({ readonly type: 'nodes' } & WantedNodes)
  | { readonly type: 'pull'; readonly ids: readonly Uint8Array[] }
  /** Asks the other side to pull. */
  | { readonly type: 'turn' }

export type RetractionAnswer =
  | { readonly type: 'summary'; readonly summary: RetractionSummary }
  | { readonly type: 'node'; readonly node: RetractionNode }
  | { readonly type: 'retractions'; readonly retractions: readonly Retraction[] }
  | { readonly type: 'done' }

/** Types by their numbers. */
const REQUESTS = ['summary', 'nodes', 'pull', 'turn'] as const
const ANSWERS = ['summary', 'node', 'retractions', 'done'] as const
const HASH_BYTES = 32

export function writeRetractionRequest(request: RetractionRequest): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, REQUESTS.indexOf(request.type))
    if (request.type === 'summary') writeSummary(encoder, request.summary)
    if (request.type === 'nodes') writeWantedNodes(encoder, request)
    if (request.type === 'pull') writeIds(encoder, request.ids)
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readRetractionRequest(bytes: Uint8Array): RetractionRequest {
  return readAll(bytes, (decoder): RetractionRequest => {
    const type = REQUESTS[readUint(decoder, REQUESTS.length - 1)] ?? 'turn'
    if (type === 'summary') return { type, summary: readSummary(decoder) }
    if (type === 'nodes') return { type, ...readWantedNodes(decoder) }
    if (type === 'pull') return { type, ids: readList(decoder, MAX_PULLED_RETRACTIONS, readId) }
    return { type }
  })
}

export function writeRetractionAnswer(answer: RetractionAnswer): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, ANSWERS.indexOf(answer.type))
    if (answer.type === 'summary') writeSummary(encoder, answer.summary)
    if (answer.type === 'node') writeNode(encoder, answer.node)
    if (answer.type !== 'retractions') return
    encoding.writeVarUint(encoder, answer.retractions.length)
    for (const each of answer.retractions) encoding.writeUint8Array(encoder, writeRetraction(each))
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readRetractionAnswer(bytes: Uint8Array): RetractionAnswer {
  return readAll(bytes, (decoder): RetractionAnswer => {
    const type = ANSWERS[readUint(decoder, ANSWERS.length - 1)] ?? 'done'
    if (type === 'summary') return { type, summary: readSummary(decoder) }
    if (type === 'node') return { type, node: readNode(decoder) }
    if (type === 'done') return { type }
    return { type, retractions: readList(decoder, MAX_PULLED_RETRACTIONS, readRetraction) }
  })
}

function writeSummary(encoder: encoding.Encoder, summary: RetractionSummary): void {
  encoding.writeVarUint(encoder, summary.accepts ? 1 : 0)
  encoding.writeUint8Array(encoder, summary.digest)
  encoding.writeVarUint(encoder, summary.count)
}

function readSummary(decoder: Decoder): RetractionSummary {
  return {
    accepts: readUint(decoder, 1) === 1,
    digest: readBytes(decoder, HASH_BYTES),
    count: readUint(decoder, Number.MAX_SAFE_INTEGER)
  }
}

function writeNode(encoder: encoding.Encoder, node: RetractionNode): void {
  if (node.type === 'inner') return writeInner(encoder, node.children)
  encoding.writeVarUint(encoder, LEAF)
  writeIds(encoder, node.ids)
}

function readNode(decoder: Decoder): RetractionNode {
  if (readUint(decoder, LEAF) === LEAF) {
    return { type: 'leaf', ids: readList(decoder, LEAF_HEADS, readId) }
  }
  return { type: 'inner', children: readChildren(decoder) }
}

function writeIds(encoder: encoding.Encoder, ids: readonly Uint8Array[]): void {
  encoding.writeVarUint(encoder, ids.length)
  for (const id of ids) encoding.writeUint8Array(encoder, id)
}

function readId(decoder: Decoder): Uint8Array {
  return readBytes(decoder, HASH_BYTES)
}
