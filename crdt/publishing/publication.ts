/** Publications: turns what an author publishes into values, and values into signed entries. */
import {
  BASE_FORMAT,
  KNOWLEDGE_DOC,
  LESSON_FORMAT,
  MAX_PAYLOAD_BYTES,
  MAX_UNPACKED_BYTES,
  PLAIN_FORMAT,
  TARGET_UNPACKED_BYTES
} from '../constants.ts'
import { toHex } from '../bytes/index.ts'
import { createEntry } from '../feeds/entry.ts'
import { clientIdOf, writeLogUpdate } from '../records/knowledge-log.ts'
import { pack } from '../feeds/payload.ts'
import { encodedRecord } from '../records/record.ts'
import { needLessonFormat } from '../records/value.ts'
import { canonicalTags, checkNumbers } from '../records/register.ts'
import { commitmentOf, createSecret, createSecrets } from '../records/retraction.ts'
import { joinPayload, sizeOfPart } from '../feeds/voice-part.ts'
import { partOf } from './own-voices.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { EncodedRecord, HiveRecord } from '../records/record.ts'
import type { Register } from '../records/register.ts'
import type { Value } from '../records/value.ts'
import type { Operation } from '../store/section.ts'

/** A record and its author's register. */
export interface Publication extends Partial<Pick<Register, 'vote' | 'validFrom' | 'validTo'>> {
  readonly record: HiveRecord
  /** The same in canonical form, where `encodedRecord` has made it. */
  readonly encoded?: EncodedRecord
  /** The element of its digest in filters, where it has been computed. */
  readonly element?: Uint8Array
  /** 0 to 1. */
  readonly confidence: number
  /** Days since the Unix epoch. */
  readonly day: number
  readonly tags?: readonly string[]
  /** Written in the commit of the entry with the record or the vote. */
  readonly operations?: readonly Operation[]
}

/** A publication in canonical form, with its digest and the secret for its retraction. */
export interface PreparedPublication extends EncodedRecord {
  readonly register: Register
  readonly secret: Uint8Array
  readonly operations: readonly Operation[]
}

/**
 * Throws `LimitError` if a publication does not fit the format. `elementOf`: adds the elements, which are
 * computed once.
 */
export function preparePublications(
  publications: readonly Publication[],
  elementOf?: (digest: Uint8Array) => Uint8Array
): PreparedPublication[] {
  const secrets = createSecrets(publications.length)
  return publications.map((publication, i) => {
    const prepared = preparePublication(publication, secrets[i])
    const element = publication.element ?? elementOf?.(prepared.digest)
    return element === undefined ? prepared : { ...prepared, element }
  })
}

/** Throws `LimitError` if the publication does not fit the format. */
export function preparePublication(
  publication: Publication,
  secret = createSecret()
): PreparedPublication {
  checkNumbers(publication)
  const encoded = publication.encoded ?? encodedRecord(publication.record)
  const { digest } = encoded
  const register: Register = {
    vote: publication.vote ?? 'vouch',
    confidence: publication.confidence,
    day: publication.day,
    validFrom: publication.validFrom,
    validTo: publication.validTo,
    commitment: commitmentOf({ digest, secret }),
    tags: canonicalTags(publication.tags ?? []),
    counters: []
  }
  return { ...encoded, register, secret, operations: publication.operations ?? [] }
}

/** One publication for each record, with the operations of all. */
export function uniqueByDigest(
  publications: readonly PreparedPublication[]
): PreparedPublication[] {
  const unique = new Map<string, PreparedPublication>()
  for (const item of publications) {
    const name = toHex(item.digest)
    const before = unique.get(name)
    const operations = before && [...before.operations, ...item.operations]
    unique.set(name, operations === undefined ? item : { ...item, operations })
  }
  return [...unique.values()]
}

/** The digest of a record. Throws `LimitError` if it does not fit the format. */
export function digestOf(record: HiveRecord): Uint8Array {
  return encodedRecord(record).digest
}

/** A record with its register, or the register alone if the replica stores the record. */
export function valuesOf(
  publication: Omit<PreparedPublication, 'operations'>,
  published: boolean,
  voice?: Uint8Array
): Value[] {
  const { digest, bytes, record, element, register } = publication
  const vote: Value = { type: 'register', digest, register, voice }
  if (published) return [vote]
  const inFilters = element === undefined ? {} : { element }
  return [{ type: 'record', digest, bytes, record, ...inFilters }, vote]
}

/**
 * Cuts groups of values (a record stays with its register) into runs of about
 * `TARGET_UNPACKED_BYTES`, one for each entry.
 */
export function* batchesOf<T extends { readonly bytes: Uint8Array }>(
  items: readonly T[]
): Generator<T[]> {
  /** Upper estimate of a register, its struct and its record's struct. */
  const overhead = 96
  let batch: T[] = []
  let size = 0
  for (const item of items) {
    const bytes = item.bytes.length + overhead
    if (batch.length > 0 && size + bytes > TARGET_UNPACKED_BYTES) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(item)
    size += bytes
  }
  if (batch.length > 0) yield batch
}

export interface EntryOptions {
  /** Makes it a checkpoint: earlier values are no longer live. */
  readonly base?: number
  /** In a closed swarm: introduces its author again. The first entry always does. */
  readonly isIntroduced?: boolean
}

/** The next entry of `feed`; undefined if `values` exceed an entry, packed or unpacked. */
export async function entryOf(
  swarm: string,
  author: VoicedAuthor,
  feed: Feed,
  values: readonly Value[],
  { base = feed.base, isIntroduced = false }: EntryOptions = {}
): Promise<Entry | undefined> {
  const update = writeLogUpdate(clientIdOf(swarm, author.key), feed.clock, values)
  if (update.length > MAX_UNPACKED_BYTES) return undefined
  const packed = pack(update)
  if (packed.length + sizeOfVoice(author, values) > MAX_PAYLOAD_BYTES) return undefined
  const part = await partOf(author, values, isIntroduced || feed.seq === 0)
  const payload = joinPayload(part, packed)
  const position = {
    format: formatOf(feed, values, base),
    seq: feed.seq + 1,
    prev: feed.head,
    doc: KNOWLEDGE_DOC,
    heads: [],
    base
  }
  return createEntry(swarm, author, position, payload)
}

/** Bytes that the voice of an entry takes, at most. */
function sizeOfVoice({ voice }: VoicedAuthor, values: readonly Value[]): number {
  if (voice === undefined) return 0
  return sizeOfPart(voice.introduction, values.filter(({ type }) => type === 'register').length)
}

/** The lowest format that the values fit: the format of a feed never decreases. */
function formatOf({ format }: Feed, values: readonly Value[], base: number): number {
  const needed = base > 1 ? BASE_FORMAT : PLAIN_FORMAT
  return Math.max(format, needLessonFormat(values) ? LESSON_FORMAT : needed)
}
