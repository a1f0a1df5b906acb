/** Frames of `/filter/1.0.0` as pure reads and writes; docs/PROTOCOL.md has their formulas. */
import * as encoding from 'lib0/encoding'
import { packHashes, parametersOf, unpack } from '../../crdt/index.ts'
import { readAll, readBlob, readBytes, readUint } from '../../crdt/bytes/index.ts'
import {
  FILTER_CHUNK_BYTES,
  MAX_DELTA_ELEMENTS,
  MAX_FILTER_BYTES,
  MAX_FILTER_FRAME_BYTES,
  MIN_CHUNK_BYTES
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import type { FilterVersion, SliceState } from '../../crdt/index.ts'

/** `observed`: facts the peer holds and may share; `published`: records in its replica. */
export type FilterKind = 'observed' | 'published'

export interface FilterRequest {
  readonly kind: FilterKind
  /** What the asking side has of it. */
  readonly known?: FilterVersion
}

export type FilterResponse =
  /** The peer does not offer it. */
  | { readonly type: 'none' }
  /** `count` elements follow, 8 bytes each, in chunks. */
  | { readonly type: 'delta'; readonly count: number }
  /** The raw bits of slices follow, in chunks; the number of elements of each is in `counts`. */
  | { readonly type: 'full'; readonly generation: Uint8Array; readonly counts: readonly number[] }

const KINDS: readonly FilterKind[] = ['observed', 'published']

const NONE = 0
const DELTA = 1
const FULL = 2

const GENERATION_BYTES = 8
const ELEMENT_BYTES = 8
const MAX_SLICES = 8

export function writeFilterRequest({ kind, known }: FilterRequest): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, KINDS.indexOf(kind))
    encoding.writeVarUint(encoder, known === undefined ? 0 : 1)
    if (known === undefined) return
    encoding.writeUint8Array(encoder, known.generation)
    encoding.writeVarUint(encoder, known.version)
  })
}

/** Throws `MalformedError`. */
export function readFilterRequest(bytes: Uint8Array): FilterRequest {
  return readAll(bytes, (decoder) => {
    const kind = KINDS[readUint(decoder, KINDS.length - 1)] ?? 'observed'
    if (readUint(decoder, 1) === 0) return { kind }
    const generation = readBytes(decoder, GENERATION_BYTES)
    return { kind, known: { generation, version: readUint(decoder, Number.MAX_SAFE_INTEGER) } }
  })
}

export function writeFilterResponse(answer: FilterResponse): Uint8Array {
  return encoding.encode((encoder) => {
    switch (answer.type) {
      case 'none':
        encoding.writeVarUint(encoder, NONE)
        break
      case 'delta':
        encoding.writeVarUint(encoder, DELTA)
        encoding.writeVarUint(encoder, answer.count)
        break
      case 'full':
        encoding.writeVarUint(encoder, FULL)
        encoding.writeUint8Array(encoder, answer.generation)
        encoding.writeVarUint(encoder, answer.counts.length)
        for (const count of answer.counts) encoding.writeVarUint(encoder, count)
        break
    }
  })
}

/** Throws `MalformedError`, or `ProtocolError` when what it announces is over the limits. */
export function readFilterResponse(bytes: Uint8Array): FilterResponse {
  return readAll(bytes, (decoder) => {
    switch (readUint(decoder, FULL)) {
      case NONE:
        return { type: 'none' }
      case DELTA:
        return { type: 'delta', count: readUint(decoder, MAX_DELTA_ELEMENTS) }
      default: {
        const generation = readBytes(decoder, GENERATION_BYTES).slice()
        const slices = readUint(decoder, MAX_SLICES)
        const counts = Array.from({ length: slices }, () => readUint(decoder, 2 ** 32))
        if (slicesBytes(counts) > MAX_FILTER_BYTES)
          throw new ProtocolError('a filter larger than the limit')
        return { type: 'full', generation, counts }
      }
    }
  })
}

export function writeChunk(raw: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => encoding.writeVarUint8Array(encoder, packHashes(raw)))
}

/** Throws `MalformedError`, or `ProtocolError` when it holds none or more than `max` bytes. */
export function readChunk(bytes: Uint8Array, max: number): Uint8Array {
  const packed = readAll(bytes, (decoder) => readBlob(decoder, MAX_FILTER_FRAME_BYTES))
  const raw = unpack(packed, FILTER_CHUNK_BYTES)
  if (raw.length === 0 || raw.length > max) {
    throw new ProtocolError('a chunk that does not match the announced filter')
  }
  return raw
}

/**
 * Chunks that this many raw bytes may come in. Those of a slice have 64 KiB but for its last one; a peer that
 * sends a byte in each would keep a node busy for hours with one filter.
 */
export function maxChunks(bytes: number): number {
  return Math.ceil(bytes / MIN_CHUNK_BYTES) + MAX_SLICES
}

/** Raw bytes that follow an answer. */
export function responseBytes(answer: FilterResponse): number {
  if (answer.type === 'none') return 0
  return answer.type === 'delta' ? answer.count * ELEMENT_BYTES : slicesBytes(answer.counts)
}

/** The slices of a filter out of its raw bytes. */
export function slicesOf(counts: readonly number[], raw: Uint8Array): SliceState[] {
  let from = 0
  return counts.map((count, i) => {
    const bits = raw.slice(from, from + parametersOf(i).bits / 8)
    from += bits.length
    return { count, bits }
  })
}

export function* elementsOf(raw: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < raw.length; from += ELEMENT_BYTES) {
    yield raw.subarray(from, from + ELEMENT_BYTES)
  }
}

/** Bytes of the slices: their sizes are fixed, whatever is in them. */
export function slicesBytes(slices: readonly unknown[]): number {
  return slices.reduce<number>((sum, _, i) => sum + parametersOf(i).bits / 8, 0)
}
