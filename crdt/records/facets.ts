/**
 * Facets: what the votes on a record with many authors say, as counted values. A value has the key
 * (digest, type, value); tags and counters are also ranked by their number of authors, so that the
 * most given are a range. A vote changes the facets of its own values only.
 */
import * as encoding from 'lib0/encoding'
import {
  HASH_BYTES,
  MAX_COUNTED,
  MAX_SHOWN_COUNTERS,
  MAX_SHOWN_TAGS,
  TAG_CLASSES
} from '../constants.ts'
import { concat, readAll, readUint, toHex } from '../bytes/index.ts'
import { MAX_BEGINS, classOfTag, describes, says, trialBin } from './standing.ts'
import { timeBytes, timeOf } from './standing-row.ts'
import type { DraftSection } from '../store/drafts.ts'
import type { PrefixReader } from '../store/section.ts'
import type { Standing } from './standing.ts'
import type { StoredVote } from './standing-row.ts'

const DAY = 1
const VALID_FROM = 2
const VALID_TO = 3
const TAG = 4
const COUNTER = 5
const TRIAL = 6
const COMMITMENT = 7
/** Ranks of tags, a type for each class, and of counters. */
const TAG_RANK = 16
const COUNTER_RANK = 32

const COUNT_BYTES = 4
const MAX_RANK = 2 ** 32 - 1
const EMPTY = new Uint8Array()

/** Authors that give a value, and sums of theirs. */
interface Facet {
  readonly authors: number
  readonly sums: readonly [number, number]
}

interface FacetChange extends Facet {
  readonly type: number
  readonly value: Uint8Array
}

/** The first day, and the first and last dates, of the votes that describe the record. */
export interface Limits {
  readonly day: number | undefined
  readonly validFrom: number | undefined
  readonly validTo: number | undefined
}

/** Replaces the values of one vote by those of another; undefined stands for no vote. */
export async function replaceFacets(
  section: DraftSection,
  digest: Uint8Array,
  before: StoredVote | undefined,
  after: StoredVote | undefined
): Promise<void> {
  const changes = new Map<string, FacetChange>()
  for (const facet of facetsOf(after)) changes.set(facetName(facet), facet)
  for (const { type, value, sums } of facetsOf(before)) {
    const name = facetName({ type, value })
    const added = changes.get(name)
    const [first, second] = added?.sums ?? [0, 0]
    const authors = (added?.authors ?? 0) - 1
    changes.set(name, { type, value, authors, sums: [first - sums[0], second - sums[1]] })
  }
  const changed = [...changes.values()].filter(
    ({ authors, sums }) => authors !== 0 || sums.some((sum) => sum !== 0)
  )
  const stored = await section.getMany(changed.map(({ type, value }) => keyOf(digest, type, value)))
  for (const [i, change] of changed.entries()) {
    changeFacet(section, digest, change, facetOf(stored[i]))
  }
}

function changeFacet(
  section: DraftSection,
  digest: Uint8Array,
  { type, value, authors, sums }: FacetChange,
  before: Facet
): void {
  const key = keyOf(digest, type, value)
  const after: Facet = {
    authors: before.authors + authors,
    sums: [before.sums[0] + sums[0], before.sums[1] + sums[1]]
  }
  if (after.authors > 0) section.put(key, writeFacet(after))
  else section.del(key)
  const rank = rankOf(type, value)
  if (rank === undefined || authors === 0) return
  if (before.authors > 0) section.del(rankKey(digest, rank, before.authors, value))
  if (after.authors > 0) section.put(rankKey(digest, rank, after.authors, value), EMPTY)
}

/** Reads facets. */
export class Facets {
  readonly #section: PrefixReader

  constructor(section: PrefixReader) {
    this.#section = section
  }

  /** Read again where the first or last value may have gone. */
  async limits(digest: Uint8Array): Promise<Limits> {
    return {
      day: await this.#edge(digest, DAY, false),
      validFrom: await this.#edge(digest, VALID_FROM, false),
      validTo: await this.#edge(digest, VALID_TO, true)
    }
  }

  /** The times of the authors that give the latest, descending; one of each. */
  async latestBegins(digest: Uint8Array): Promise<number[]> {
    const prefix = keyOf(digest, VALID_FROM)
    const times: number[] = []
    for await (const [key, value] of this.#section.entries(prefix, { reverse: true })) {
      const time = timeOf(key.subarray(prefix.length))
      const { authors } = readFacet(value)
      for (let i = 0; i < authors && times.length < MAX_BEGINS; i++) times.push(time)
      if (times.length === MAX_BEGINS) break
    }
    return times
  }

  /** Voices whose stored vote has the commitment. */
  async voicesOf(digest: Uint8Array, commitment: Uint8Array): Promise<Uint8Array[]> {
    const prefix = keyOf(digest, COMMITMENT, commitment)
    const keys = await Array.fromAsync(this.#section.entries(prefix), ([key]) => key)
    return keys.map((key) => key.subarray(prefix.length))
  }

  /** Whether some voice's stored vote has the commitment. */
  async hasCommitment(digest: Uint8Array, commitment: Uint8Array): Promise<boolean> {
    const prefix = keyOf(digest, COMMITMENT, commitment)
    for await (const _ of this.#section.entries(prefix, { limit: 1 })) return true
    return false
  }

  /** The tags that most authors give, of each class. */
  async tags(digest: Uint8Array): Promise<Standing['tags']> {
    const tags: (readonly [string, number])[] = []
    for (let of = 0; of <= TAG_CLASSES.length; of++) {
      for await (const [name, authors] of this.#ranked(digest, TAG_RANK + of, MAX_SHOWN_TAGS)) {
        tags.push([Buffer.from(name).toString(), authors])
      }
    }
    return tags
  }

  /** The counters that most authors give, with their sums. */
  async counters(digest: Uint8Array): Promise<Standing['counters']> {
    const counters: (readonly [string, number])[] = []
    for await (const [name] of this.#ranked(digest, COUNTER_RANK, MAX_SHOWN_COUNTERS)) {
      const [sum] = facetOf(await this.#section.get(keyOf(digest, COUNTER, name))).sums
      counters.push([Buffer.from(name).toString(), sum])
    }
    return counters
  }

  async trials(digest: Uint8Array): Promise<Standing['trials']> {
    const prefix = keyOf(digest, TRIAL)
    return Array.fromAsync(this.#section.entries(prefix), ([key, value]) => {
      const [trials = 0, successes = 0] = key.subarray(prefix.length)
      const { authors, sums } = readFacet(value)
      return { trials, successes, authors, allTrials: sums[0], allSuccesses: sums[1] }
    })
  }

  async *#ranked(
    digest: Uint8Array,
    rank: number,
    limit: number
  ): AsyncGenerator<readonly [Uint8Array, number]> {
    const prefix = keyOf(digest, rank)
    for await (const [key] of this.#section.entries(prefix, { limit })) {
      const count = new DataView(key.buffer, key.byteOffset + prefix.length, COUNT_BYTES)
      yield [key.subarray(prefix.length + COUNT_BYTES), MAX_RANK - count.getUint32(0)]
    }
  }

  async #edge(digest: Uint8Array, type: number, reverse: boolean): Promise<number | undefined> {
    const prefix = keyOf(digest, type)
    for await (const [key] of this.#section.entries(prefix, { reverse, limit: 1 })) {
      return timeOf(key.subarray(prefix.length))
    }
    return undefined
  }
}

function facetsOf(vote: StoredVote | undefined): FacetChange[] {
  if (vote === undefined) return []
  const { voice, register } = vote
  const facets: FacetChange[] = []
  const add = (type: number, value: Uint8Array, sums: Facet['sums'] = [0, 0]): void => {
    facets.push({ type, value, authors: 1, sums })
  }
  add(COMMITMENT, concat(register.commitment, voice))
  if (!says(vote)) return facets
  for (const [name, count] of register.counters) {
    add(COUNTER, Buffer.from(name), [Math.min(MAX_COUNTED, count), 0])
  }
  const trials = trialBin(register)
  if (trials !== undefined) {
    const value = Uint8Array.of(trials.trials, trials.successes)
    add(TRIAL, value, [trials.allTrials, trials.allSuccesses])
  }
  if (vote.isRetracted || !describes(register)) return facets
  add(DAY, timeBytes(register.day))
  if (register.validFrom !== undefined) add(VALID_FROM, timeBytes(register.validFrom))
  if (register.validTo !== undefined) add(VALID_TO, timeBytes(register.validTo))
  for (const tag of register.tags) add(TAG, Buffer.from(tag))
  return facets
}

function facetName({ type, value }: Pick<FacetChange, 'type' | 'value'>): string {
  return `${type} ${toHex(value)}`
}

function rankOf(type: number, value: Uint8Array): number | undefined {
  if (type === TAG) return TAG_RANK + classOfTag(Buffer.from(value).toString())
  return type === COUNTER ? COUNTER_RANK : undefined
}

function keyOf(digest: Uint8Array, type: number, value: Uint8Array = EMPTY): Uint8Array {
  return concat(digest.subarray(0, HASH_BYTES), Uint8Array.of(type), value)
}

/** More authors sort first. */
function rankKey(digest: Uint8Array, rank: number, authors: number, value: Uint8Array): Uint8Array {
  const count = Buffer.alloc(COUNT_BYTES)
  count.writeUInt32BE(MAX_RANK - authors)
  return concat(keyOf(digest, rank), count, value)
}

function facetOf(bytes: Uint8Array | undefined): Facet {
  return bytes === undefined ? { authors: 0, sums: [0, 0] } : readFacet(bytes)
}

function writeFacet({ authors, sums }: Facet): Uint8Array {
  return encoding.encode((encoder) => {
    for (const count of [authors, ...sums]) encoding.writeVarUint(encoder, count)
  })
}

function readFacet(bytes: Uint8Array): Facet {
  return readAll(bytes, (decoder) => {
    const next = (): number => readUint(decoder, Number.MAX_SAFE_INTEGER)
    return { authors: next(), sums: [next(), next()] }
  })
}
