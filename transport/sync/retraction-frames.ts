/** Frames of `/retractions/1.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { LEAF_HEADS, readRetraction, writeRetraction } from '../../crdt/index.ts'
import { readAll, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { MAX_PULLED_RETRACTIONS, MAX_REQUESTED_NODES } from '../constants.ts'
import { SALT_BYTES } from './fingerprints.ts'
import { LEAF, readChildren, readList, readPrefix, writeInner, writeAsked } from './sync-frames.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { Retraction } from '../../crdt/index.ts'

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
  | { readonly type: 'nodes'; readonly salt: Uint8Array; readonly prefixes: readonly string[] }
  | { readonly type: 'pull'; readonly ids: readonly Uint8Array[] }
  /** Asks the other side to pull. */
  | { readonly type: 'turn' }

export type RetractionAnswer =
  | { readonly type: 'summary'; readonly summary: RetractionSummary }
  | { readonly type: 'node'; readonly node: RetractionNode }
  | { readonly type: 'retractions'; readonly retractions: readonly Retraction[] }
  | { readonly type: 'done' }

const SUMMARY = 0
const NODES = 1
const PULL = 2
const TURN = 3
const HASH_BYTES = 32

export function writeRetractionRequest(request: RetractionRequest): Uint8Array {
  return encoding.encode((encoder) => {
    switch (request.type) {
      case 'summary':
        writeSummary(encoder, request.summary)
        break
      case 'nodes':
        encoding.writeVarUint(encoder, NODES)
        writeAsked(encoder, request)
        break
      case 'pull':
        encoding.writeVarUint(encoder, PULL)
        writeIds(encoder, request.ids)
        break
      case 'turn':
        encoding.writeVarUint(encoder, TURN)
        break
    }
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readRetractionRequest(bytes: Uint8Array): RetractionRequest {
  return readAll(bytes, (decoder): RetractionRequest => {
    switch (readUint(decoder, TURN)) {
      case SUMMARY:
        return { type: 'summary', summary: readSummary(decoder) }
      case NODES: {
        const salt = readBytes(decoder, SALT_BYTES)
        return { type: 'nodes', salt, prefixes: readList(decoder, MAX_REQUESTED_NODES, readPrefix) }
      }
      case PULL:
        return { type: 'pull', ids: readList(decoder, MAX_PULLED_RETRACTIONS, readId) }
      default:
        return { type: 'turn' }
    }
  })
}

export function writeRetractionAnswer(answer: RetractionAnswer): Uint8Array {
  return encoding.encode((encoder) => {
    switch (answer.type) {
      case 'summary':
        writeSummary(encoder, answer.summary)
        break
      case 'node':
        writeNode(encoder, answer.node)
        break
      case 'retractions':
        encoding.writeVarUint(encoder, PULL)
        encoding.writeVarUint(encoder, answer.retractions.length)
        for (const each of answer.retractions) {
          encoding.writeUint8Array(encoder, writeRetraction(each))
        }
        break
      case 'done':
        encoding.writeVarUint(encoder, TURN)
        break
    }
  })
}

/** Throws `MalformedError`. The length of the frame was checked by the stream. */
export function readRetractionAnswer(bytes: Uint8Array): RetractionAnswer {
  return readAll(bytes, (decoder): RetractionAnswer => {
    switch (readUint(decoder, TURN)) {
      case SUMMARY:
        return { type: 'summary', summary: readSummary(decoder) }
      case NODES:
        return { type: 'node', node: readNode(decoder) }
      case PULL: {
        const retractions = readList(decoder, MAX_PULLED_RETRACTIONS, readRetraction)
        return { type: 'retractions', retractions }
      }
      default:
        return { type: 'done' }
    }
  })
}

function writeSummary(encoder: encoding.Encoder, summary: RetractionSummary): void {
  encoding.writeVarUint(encoder, SUMMARY)
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
  encoding.writeVarUint(encoder, NODES)
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
