/**
 * Stores records by digest, and reads them with their standing. A body is a blind, idempotent write;
 * what authors say of it is in `standing-writer.ts`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { randomBytes } from 'node:crypto'
import { HASH_BYTES } from '../constants.ts'
import { ClaimIndex } from './claim-index.ts'
import { toHex, readAll } from '../bytes/index.ts'
import { kindOf, readRecord } from './record.ts'
import type { HiveRecord, RecordKind } from './record.ts'
import type { PositionedRegister, StandingReader } from './standing-reader.ts'
import type { Register } from './register.ts'
import type { Standing } from './standing.ts'
import type { Operation, Section, Store } from '../store/section.ts'
import type { Value } from './value.ts'

/** A record, and what its authors say of it. */
export interface AttestedRecord {
  readonly digest: Uint8Array
  readonly record: HiveRecord
  readonly standing: Standing
}

/** The register of one author. */
export interface AuthorRegister {
  readonly author: Uint8Array
  readonly register: Register
}

/** Records that are read in one turn of the event loop; bounds the memory of a scan. */
const SCAN_BATCH = 128

/** Missing bodies remembered until they are fetched; the next read finds the others. */
const MAX_MISSING = 1_000

const EMPTY = new Uint8Array()

/** Which missing bodies are likely to come. */
export interface LikelyMissingInit {
  /** The digest that was looked at last; left out, the first ones are. */
  readonly after?: Uint8Array
  /** How many missing ones are looked at. */
  readonly most: number
  /** Whether a peer seems to have the record. */
  readonly seemsHeld: (digest: Uint8Array) => boolean
  /** Peers do not see the body, so it is missing as for them. */
  readonly isHidden: (digest: Uint8Array) => boolean
}

/** Missing bodies that are likely to come, and how far the search went. */
export interface LikelyMissing {
  readonly missing: Uint8Array[]
  readonly looked: number
  /** The one that was looked at last; undefined where no other follows. */
  readonly last: Uint8Array | undefined
}

export class RecordStore {
  readonly #records: Section
  /** Digests of records that votes came for, but no body. */
  readonly #wanted: Section
  readonly #claims: ClaimIndex
  /** Digests of goals, since a scan of all records would find few of them. */
  readonly #goals: Section
  readonly #standings: StandingReader
  /** Digests without a body although none was marked as missing: the body is damaged. */
  readonly #missing = new Map<string, Uint8Array>()

  constructor(store: Pick<Store, 'section'>, standings: StandingReader) {
    this.#records = store.section('records')
    this.#wanted = store.section('wanted')
    this.#claims = new ClaimIndex(store, 'record-claims')
    this.#goals = store.section('goals')
    this.#standings = standings
  }

  /** Stores the bodies among the values of an entry; marks those that are missing of `voted`. */
  async operations(values: readonly Value[], voted: readonly Uint8Array[]): Promise<Operation[]> {
    const bodies = values.filter((value) => value.type === 'record')
    const others = digestsWithout(
      voted,
      bodies.map(({ digest }) => digest)
    )
    const has = others.length === 0 ? [] : await this.has(others)
    return [
      ...bodies.flatMap(({ digest, bytes, record }) => this.#bodyOperations(digest, bytes, record)),
      ...others.filter((_, i) => has[i] === false).map((digest) => this.want(digest))
    ]
  }

  /** Stores a body from any source; the digest proves its content. */
  putBody(digest: Uint8Array, bytes: Uint8Array): Operation[] {
    this.#missing.delete(toHex(digest))
    const record = readAll(bytes, readRecord)
    return [...this.#bodyOperations(digest, bytes, record), this.#wanted.del(digest)]
  }

  #bodyOperations(digest: Uint8Array, bytes: Uint8Array, record: HiveRecord): Operation[] {
    return [
      this.#records.put(digest, bytes),
      ...this.#claims.put(record, digest),
      ...(record.kind === 'goal' ? [this.#goals.put(digest, EMPTY)] : [])
    ]
  }

  /** Peers are asked for the body from then on. For a commit. */
  want(digest: Uint8Array): Operation {
    return this.#wanted.put(digest, EMPTY)
  }

  /** Peers are no longer asked for the body. For a commit. */
  ceaseToWant(digest: Uint8Array): Operation {
    this.#missing.delete(toHex(digest))
    return this.#wanted.del(digest)
  }

  /** Removes records that no author speaks of any longer. */
  async removals(digests: readonly Uint8Array[]): Promise<Operation[]> {
    const bodies = await this.#records.getMany([...digests])
    return digests.flatMap((digest, i) => {
      const body = bodies[i]
      if (body === undefined) return [this.#wanted.del(digest)]
      return [
        this.#records.del(digest),
        this.#wanted.del(digest),
        this.#goals.del(digest),
        ...this.#claims.del(readAll(body, readRecord), digest)
      ]
    })
  }

  /** Digests of the claims on an entity. */
  claims(entity: string, attribute?: string, limit?: number): Promise<Uint8Array[]> {
    return this.#claims.find(entity, attribute, limit)
  }

  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#records.getMany(digests).then((found) => found.map((body) => body !== undefined))
  }

  /** Those of the digests for which a vote came, and no body until now. */
  async wantedOf(digests: Uint8Array[]): Promise<Uint8Array[]> {
    const marks = await this.#wanted.getMany(digests)
    return digests.filter((_, i) => marks[i] !== undefined)
  }

  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#records.getMany(digests)
  }

  /** Those of the digests whose stored record has the kind. */
  async ofKind(digests: readonly Uint8Array[], kind: RecordKind): Promise<Uint8Array[]> {
    const bodies = await this.#records.getMany([...digests])
    return digests.filter((_, i) => {
      const body = bodies[i]
      return body !== undefined && kindOf(body) === kind
    })
  }

  /** Digests of all records, in batches. */
  async *digests(): AsyncGenerator<Uint8Array[]> {
    yield* batchesOf(this.#records.entries())
  }

  /** Digests of all records that authors speak of, in batches. */
  attestedDigests(): AsyncGenerator<Uint8Array[]> {
    return this.#standings.digests(SCAN_BATCH)
  }

  /**
   * At most `limit` digests without a body, from a random position, so that unavailable ones do not
   * block others; `settled` removes the marks of bodies that arrived. Ascending, so that the order says
   * nothing. `isHidden`: peers do not see the body, so it is missing as for them.
   */
  async missingBodies(
    limit: number,
    isHidden: (digest: Uint8Array) => boolean
  ): Promise<{ missing: Uint8Array[]; settled: Operation[] }> {
    const missing = new Map<string, Uint8Array>()
    const settled: Operation[] = []
    let batch = [...this.#missing.values()]
    const check = async (): Promise<void> => {
      for (const [i, has] of (await this.has(batch)).entries()) {
        const digest = batch[i]
        if (digest === undefined) continue
        if (has && !isHidden(digest)) {
          this.#missing.delete(toHex(digest))
          settled.push(this.#wanted.del(digest))
        } else if (missing.size < limit) missing.set(toHex(digest), digest)
      }
      batch = []
    }
    const start = randomBytes(HASH_BYTES)
    for (const range of [{ gte: start }, { lt: start }]) {
      for await (const [digest] of this.#wanted.entries(range)) {
        batch.push(digest)
        if (batch.length === SCAN_BATCH) await check()
        if (missing.size === limit) break
      }
    }
    await check()
    return { missing: [...missing.values()].toSorted((a, b) => Buffer.compare(a, b)), settled }
  }

  /** At most `limit` digests without a body that peers seem to have, ascending, of the next `most` ones. */
  async likelyMissing(
    limit: number,
    { after, most, seemsHeld, isHidden }: LikelyMissingInit
  ): Promise<LikelyMissing> {
    const likely: Uint8Array[] = []
    let looked = 0
    let last = after
    let isEnd = true
    for await (const [digest] of this.#wanted.entries(after === undefined ? {} : { gt: after })) {
      isEnd = looked < most && likely.length < limit
      if (!isEnd) break
      looked += 1
      last = digest
      if (seemsHeld(digest)) likely.push(digest)
      if (looked % SCAN_BATCH === 0) await nextTurn()
    }
    const has = await this.has(likely)
    const missing = likely.filter((digest, i) => has[i] === false || isHidden(digest))
    return { missing, looked, last: isEnd ? undefined : last }
  }

  /** `without`: authors whose votes and counters are left out. */
  async get(
    digest: Uint8Array,
    without: readonly Uint8Array[] = []
  ): Promise<AttestedRecord | undefined> {
    const [attested] = await this.#attested([digest], without)
    return attested
  }

  /** Those of the records that authors speak of, in the order of the digests, which they keep. */
  async getMany(digests: readonly Uint8Array[]): Promise<AttestedRecord[]> {
    const found: AttestedRecord[] = []
    for (let from = 0; from < digests.length; from += SCAN_BATCH) {
      if (from > 0) await nextTurn()
      found.push(...(await this.#attested(digests.slice(from, from + SCAN_BATCH))))
    }
    return found
  }

  /** Where each live register of the record is, also those that a later one of their voice replaced. */
  async *positions(digest: Uint8Array): AsyncGenerator<PositionedRegister> {
    for await (const vote of this.#standings.votes(digest)) {
      if (vote.hasOlder) yield* await this.#standings.registersBy(digest, vote.voice)
      else yield vote
    }
  }

  /** The latest register of the record by this voice, retracted or not. */
  async latest(digest: Uint8Array, voice: Uint8Array): Promise<PositionedRegister | undefined> {
    return (await this.registersBy(digest, voice)).at(-1)
  }

  /** All registers of the voice for the record, in their order. */
  registersBy(digest: Uint8Array, voice: Uint8Array): Promise<PositionedRegister[]> {
    return this.#standings.registersBy(digest, voice)
  }

  /** Whether a live retraction reveals the vote's commitment. */
  isRetracted(digest: Uint8Array, register: Register): Promise<boolean> {
    return this.#standings.isRetracted(digest, register)
  }

  /** What each author says of the record; a retracted vote is `none`, or left out without counters. */
  async *votes(digest: Uint8Array): AsyncGenerator<AuthorRegister> {
    for await (const { author, register, isRetracted } of this.#standings.votes(digest)) {
      if (!isRetracted) yield { author, register }
      else if (register.counters.length > 0) {
        yield { author, register: { ...register, vote: 'none', confidence: 0 } }
      }
    }
  }

  /** Where the live registers with the commitment are, also replaced ones: of its vote, and of copies. */
  async positionsWith(
    digest: Uint8Array,
    commitment: Uint8Array
  ): Promise<readonly Pick<PositionedRegister, 'author' | 'seq'>[]> {
    return this.#standings.registersWith(digest, commitment)
  }

  /** The live register with the commitment; undefined if its vote is retracted. */
  async registerWith(digest: Uint8Array, commitment: Uint8Array): Promise<Register | undefined> {
    const votes = await this.#standings.votesWith(digest, commitment)
    return votes.find(({ isRetracted }) => !isRetracted)?.register
  }

  /** All records that authors speak of, by digest. */
  async *attestedRecords(): AsyncGenerator<AttestedRecord> {
    yield* this.#scan(this.#standings.digests(SCAN_BATCH))
  }

  async *#scan(batches: AsyncIterable<readonly Uint8Array[]>): AsyncGenerator<AttestedRecord> {
    for await (const batch of batches) {
      yield* await this.#attested(batch)
      // A store in memory answers without a turn of the event loop.
      await nextTurn()
    }
  }

  /** Records without a body are left out, and remembered as missing. */
  async #attested(
    digests: readonly Uint8Array[],
    without: readonly Uint8Array[] = []
  ): Promise<AttestedRecord[]> {
    const [standings, bodies] = await Promise.all([
      this.#standings.standings(digests, without),
      this.#records.getMany([...digests])
    ])
    return digests.flatMap((digest, i) => {
      const standing = standings[i]
      const body = bodies[i]
      if (standing === undefined) return []
      if (body !== undefined) return [{ digest, record: readAll(body, readRecord), standing }]
      if (this.#missing.size < MAX_MISSING) this.#missing.set(toHex(digest), digest)
      return []
    })
  }
}

/** Those digests that are not among the others. Most are the same objects, which need no comparison. */
function digestsWithout(
  digests: readonly Uint8Array[],
  others: readonly Uint8Array[]
): Uint8Array[] {
  const same = new Set(others)
  const left = digests.filter((digest) => !same.has(digest))
  if (left.length === 0) return left
  const names = new Set(others.map(toHex))
  return left.filter((digest) => !names.has(toHex(digest)))
}

async function* batchesOf(
  entries: AsyncIterable<readonly [Uint8Array, Uint8Array]>
): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = []
  for await (const [digest] of entries) {
    batch.push(digest)
    if (batch.length < SCAN_BATCH) continue
    yield batch
    batch = []
  }
  yield batch
}
