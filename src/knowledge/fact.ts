/** Facts: what an agent of this node holds to be true. Local until it is promoted. */
import * as encoding from 'lib0/encoding'
import {
  canonicalRecord,
  canonicalTags,
  encodeRecord,
  MAX_RECORD_BYTES,
  readAll,
  readBlob,
  readRecord,
  readText,
  readUint,
  recordDigest,
  toHex
} from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'

export interface DistillOptions {
  /** Skip the search for near-duplicates; exact duplicates are always found. */
  readonly enableBloomHeuristic?: boolean
  readonly tags?: readonly string[]
  /** Never leaves this node. */
  readonly private?: boolean
  /** A property of the entity that has one value at a time, and that value. */
  readonly attribute?: string
  readonly value?: string
  /** When the fact began to hold. */
  readonly validFrom?: Date
  /** Where it was learned; stays on this node. */
  readonly source?: string
}

/** One item of `distillMany`. */
export interface FactInput extends DistillOptions {
  readonly entity: string
  readonly content: string
  /** 0 to 1. */
  readonly confidence: number
}

export interface Fact {
  /** SHA-256, in hex, of what the fact says; equal facts have equal ids on every node. */
  readonly id: string
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
  readonly confidence: number
  readonly tags: readonly string[]
  readonly private: boolean
  readonly validFrom?: Date
  readonly source?: string
  /** The agent that learned it first, and when. */
  readonly agent: string
  readonly recordedAt: Date
}

/** A fact as it is stored: its digest, the record's bytes and what only this node knows. */
export interface StoredFact extends Omit<
  Fact,
  'id' | 'entity' | 'content' | 'attribute' | 'value'
> {
  readonly digest: Uint8Array
  readonly record: Uint8Array
}

const OPTIONS: ReadonlySet<string> = new Set([
  'entity',
  'content',
  'confidence',
  'enableBloomHeuristic',
  'tags',
  'private',
  'attribute',
  'value',
  'validFrom',
  'source'
])

const MAX_SOURCE_BYTES = 1024
const MAX_AGENT_BYTES = 256
const MAX_TAGS_READ = 16
const MAX_TAG_BYTES_READ = 64

/** Checked by hand: this is the hot path of ingestion. Throws `HiveError` or `LimitError`. */
export function storedFact(
  input: FactInput,
  { agent, now }: { agent: string; now: number }
): StoredFact {
  checkInput(input)
  const { entity, content, attribute, value } = input
  const record = encodeRecord(canonicalRecord({ kind: 'fact', entity, content, attribute, value }))
  return {
    digest: recordDigest(record),
    record,
    confidence: input.confidence,
    tags: canonicalTags(input.tags ?? []),
    private: input.private ?? false,
    validFrom: input.validFrom,
    source: input.source,
    agent,
    recordedAt: new Date(now)
  }
}

export function factOf(stored: StoredFact): Fact {
  const { digest, record, ...rest } = stored
  const { kind: _, ...said } = readAll(record, readRecord)
  return { id: toHex(digest), ...said, ...rest }
}

/** What a repetition adds: the higher confidence and all tags. */
export function mergeRepeated(held: StoredFact, again: StoredFact): StoredFact {
  return {
    ...held,
    confidence: Math.max(held.confidence, again.confidence),
    tags: canonicalTags([...held.tags, ...again.tags].slice(0, MAX_TAGS_READ)),
    // Once private, always private: a repetition must not publish what was meant to stay.
    private: held.private || again.private
  }
}

export function writeFact(fact: StoredFact): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint8Array(encoder, fact.record)
  encoding.writeFloat64(encoder, fact.confidence)
  encoding.writeVarUint(encoder, fact.private ? 1 : 0)
  encoding.writeVarUint(encoder, fact.recordedAt.getTime())
  encoding.writeFloat64(encoder, fact.validFrom?.getTime() ?? Number.NaN)
  encoding.writeVarString(encoder, fact.agent)
  encoding.writeVarString(encoder, fact.source ?? '')
  encoding.writeVarUint(encoder, fact.tags.length)
  for (const tag of fact.tags) encoding.writeVarString(encoder, tag)
  return encoding.toUint8Array(encoder)
}

export function readFact(digest: Uint8Array, bytes: Uint8Array): StoredFact {
  return readAll(bytes, (decoder) => {
    const float64 = (): number => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + decoder.pos, 8)
      decoder.pos += 8
      return view.getFloat64(0)
    }
    const record = readBlob(decoder, MAX_RECORD_BYTES)
    const confidence = float64()
    const isPrivate = readUint(decoder, 1) === 1
    const recordedAt = new Date(readUint(decoder, Number.MAX_SAFE_INTEGER))
    const validFrom = float64()
    const agent = readText(decoder, MAX_AGENT_BYTES)
    const source = readText(decoder, MAX_SOURCE_BYTES)
    const count = readUint(decoder, MAX_TAGS_READ)
    const tags = Array.from({ length: count }, () => readText(decoder, MAX_TAG_BYTES_READ))
    return {
      digest,
      record,
      confidence,
      private: isPrivate,
      recordedAt,
      agent,
      tags,
      ...(Number.isNaN(validFrom) ? {} : { validFrom: new Date(validFrom) }),
      ...(source === '' ? {} : { source })
    }
  })
}

function checkInput(input: FactInput): void {
  if (typeof input !== 'object' || input === null) throw invalid('is not an object')
  for (const name of Object.keys(input)) {
    if (!OPTIONS.has(name)) throw invalid(`has an unknown option "${name}"`)
  }
  const { entity, content, confidence, attribute, value, tags, validFrom, source } = input
  if (typeof entity !== 'string') throw invalid('needs an entity, a string')
  if (typeof content !== 'string' || content.trim() === '') {
    throw invalid('needs content, a string that is not empty')
  }
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
    throw invalid('needs a confidence from 0 to 1')
  }
  if (attribute !== undefined && (typeof attribute !== 'string' || attribute.trim() === '')) {
    throw invalid('has an attribute that is not a name')
  }
  if (value !== undefined && typeof value !== 'string')
    throw invalid('has a value that is not a string')
  if ((attribute === undefined) !== (value === undefined)) {
    throw invalid('needs both attribute and value, or neither')
  }
  if (
    tags !== undefined &&
    !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))
  ) {
    throw invalid('has tags that are not a list of strings')
  }
  if (
    validFrom !== undefined &&
    !(validFrom instanceof Date && !Number.isNaN(validFrom.getTime()))
  ) {
    throw invalid('has a validFrom that is not a valid Date')
  }
  if (
    source !== undefined &&
    (typeof source !== 'string' || source.length > MAX_SOURCE_BYTES / 4)
  ) {
    throw invalid(`has a source that is not a string of at most ${MAX_SOURCE_BYTES / 4} characters`)
  }
}

function invalid(problem: string): HiveError {
  return new HiveError('ARGUMENT_INVALID', `The fact ${problem}.`)
}
