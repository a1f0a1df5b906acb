/**
 * Materials: what the admitted entries say, laid out by record. Every write is blind and
 * idempotent, so the result depends on the set of entries only: bodies by digest; registers by
 * (digest, author, seq), of which the latest stands; retractions by (commitment, author, seq).
 *
 * What an author said from its fork on stays on disk and is left out when it is read, so that
 * voiding is one small write, however much the author had said.
 */
import { randomBytes } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES, SECRET_BYTES } from '../constants.ts'
import { ClaimIndex } from './claim-index.ts'
import { concat, equalBytes, toHex, readAll, SEQ_BYTES, seqBytes, seqOf } from '../bytes/index.ts'
import { readRecord } from './record.ts'
import { readRegister, writeRegister } from './register.ts'
import { commitmentOf } from './retraction.ts'
import type { HiveRecord } from './record.ts'
import type { Register } from './register.ts'
import type { Operation, Section, Store } from '../store/section.ts'
import type { Value } from './value.ts'

/** A record that at least one author says something of, with each author's standing register. */
export interface AttestedRecord {
  readonly digest: Uint8Array
  readonly record: HiveRecord
  readonly registers: readonly AuthorRegister[]
}

/** What one author says of a record. */
export interface AuthorRegister {
  readonly author: Uint8Array
  readonly register: Register
}

/** Records joined with their registers at a time; bounds what a scan keeps in memory. */
const SCAN_BATCH = 256

/** Whether what the author said at this place counts. */
export type IsLive = (author: Uint8Array, seq: number) => boolean

/** Missing bodies remembered until they are fetched; the others are found at the next reading. */
const MAX_MISSING = 1_000

const EMPTY = new Uint8Array()

export class RecordStore {
  readonly #records: Section
  readonly #registers: Section
  readonly #retractions: Section
  /** Commitments that some retraction reveals, live or not: nearly all votes need no further look. */
  readonly #revealed: Section
  /** Digests that registers speak of without their record being in the same entry. */
  readonly #wanted: Section
  readonly #claims: ClaimIndex
  /** Digests of goals: a scan of all records would find few of them. */
  readonly #goals: Section
  readonly #isLive: IsLive
  /** Digests whose body was missing when they were read: damaged, since nothing had marked them. */
  readonly #missing = new Map<string, Uint8Array>()

  constructor(store: Pick<Store, 'section'>, counts: IsLive) {
    this.#records = store.section('records')
    this.#registers = store.section('registers')
    this.#retractions = store.section('retractions')
    this.#revealed = store.section('revealed')
    this.#wanted = store.section('wanted')
    this.#claims = new ClaimIndex(store, 'record-claims')
    this.#goals = store.section('goals')
    this.#isLive = counts
  }

  operations(author: Uint8Array, seq: number, values: readonly Value[]): Operation[] {
    const position = concat(author, seqBytes(seq))
    let record: Uint8Array = EMPTY
    return values.flatMap((value) => {
      if (value.type === 'record') {
        record = value.digest
        return [
          this.#records.put(value.digest, value.bytes),
          ...this.#claims.put(value.record, value.digest),
          ...this.#goalOperations(value.record, value.digest)
        ]
      }
      if (value.type === 'retraction') {
        const commitment = commitmentOf(value)
        return [
          this.#revealed.put(commitment, EMPTY),
          this.#retractions.put(concat(commitment, position), value.digest)
        ]
      }
      const encoder = encoding.createEncoder()
      writeRegister(encoder, value.register)
      const put = this.#registers.put(
        concat(value.digest, position),
        encoding.toUint8Array(encoder)
      )
      if (equalBytes(record, value.digest)) return [put]
      return [put, this.#wanted.put(value.digest, EMPTY)]
    })
  }

  /** Keeps the body of a record, wherever it came from: its digest vouches for it. */
  putBody(digest: Uint8Array, bytes: Uint8Array): Operation[] {
    this.#missing.delete(toHex(digest))
    const record = readAll(bytes, readRecord)
    return [
      this.#records.put(digest, bytes),
      this.#wanted.del(digest),
      ...this.#claims.put(record, digest),
      ...this.#goalOperations(record, digest)
    ]
  }

  #goalOperations({ kind }: HiveRecord, digest: Uint8Array): Operation[] {
    return kind === 'goal' ? [this.#goals.put(digest, EMPTY)] : []
  }

  /**
   * Removes what the author said at a place, and the records in it that nobody speaks of any longer.
   * Nothing may be admitted meanwhile.
   */
  async removals(author: Uint8Array, seq: number, values: readonly Value[]): Promise<Operation[]> {
    const position = concat(author, seqBytes(seq))
    const operations: Operation[] = []
    const digests = new Map<string, Uint8Array>()
    for (const value of values) {
      if (value.type !== 'retraction') digests.set(toHex(value.digest), value.digest)
      else operations.push(...(await this.#retractionRemoval(commitmentOf(value), position)))
    }
    for (const digest of digests.values()) {
      operations.push(this.#registers.del(concat(digest, position)))
      if (!(await hasOtherPosition(this.#registers, digest, position))) {
        operations.push(...(await this.#recordRemoval(digest)))
      }
    }
    return operations
  }

  async #retractionRemoval(commitment: Uint8Array, position: Uint8Array): Promise<Operation[]> {
    const removal = this.#retractions.del(concat(commitment, position))
    if (await hasOtherPosition(this.#retractions, commitment, position)) return [removal]
    return [removal, this.#revealed.del(commitment)]
  }

  async #recordRemoval(digest: Uint8Array): Promise<Operation[]> {
    const body = await this.#records.get(digest)
    if (body === undefined) return [this.#wanted.del(digest)]
    return [
      this.#records.del(digest),
      this.#wanted.del(digest),
      this.#goals.del(digest),
      ...this.#claims.del(readAll(body, readRecord), digest)
    ]
  }

  /** Digests of the records that claim something of an entity. */
  claims(entity: string, attribute?: string): Promise<Uint8Array[]> {
    return this.#claims.find(entity, attribute)
  }

  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#records.getMany(digests).then((found) => found.map((body) => body !== undefined))
  }

  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#records.getMany(digests)
  }

  /** Digests of all records, in batches. */
  async *digests(): AsyncGenerator<Uint8Array[]> {
    let batch: Uint8Array[] = []
    for await (const [digest] of this.#records.entries()) {
      batch.push(digest)
      if (batch.length === SCAN_BATCH) {
        yield batch
        batch = []
      }
    }
    yield batch
  }

  /**
   * Up to `limit` digests that authors speak of and whose body is missing, from a random place on,
   * so that those that nobody has do not keep the others waiting; `settled` removes the marks of
   * those that are there.
   */
  async missingBodies(limit: number): Promise<{ missing: Uint8Array[]; settled: Operation[] }> {
    const missing = new Map<string, Uint8Array>()
    const cleanup: Operation[] = []
    let batch = [...this.#missing.values()]
    const check = async (): Promise<void> => {
      for (const [i, has] of (await this.has(batch)).entries()) {
        const digest = batch[i]
        if (digest === undefined) continue
        if (has) {
          this.#missing.delete(toHex(digest))
          cleanup.push(this.#wanted.del(digest))
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
    return { missing: [...missing.values()], settled: cleanup }
  }

  async get(digest: Uint8Array): Promise<AttestedRecord | undefined> {
    const [attested] = await this.#attested([
      { digest, registers: await this.#registersOf(digest) }
    ])
    return attested
  }

  /** The author's latest register for the record, taken back or not. */
  async latest(digest: Uint8Array, author: Uint8Array): Promise<PositionedRegister | undefined> {
    return (await this.registersBy(digest, author)).at(-1)
  }

  /** All that the author has said of the record, in the order of its feed. */
  async registersBy(digest: Uint8Array, author: Uint8Array): Promise<PositionedRegister[]> {
    const registers = []
    const range = prefixRange(concat(digest, author), SEQ_BYTES)
    for await (const [key, value] of this.#registers.entries(range)) {
      registers.push(parseRegister(key, value))
    }
    return registers
  }

  /** Whether a retraction that counts reveals the vote's commitment. */
  async isRetracted(digest: Uint8Array, { commitment }: Register): Promise<boolean> {
    for await (const [key, reveals] of this.#retractions.entries(
      prefixRange(commitment, KEY_BYTES + SEQ_BYTES)
    )) {
      const author = key.subarray(SECRET_BYTES, SECRET_BYTES + KEY_BYTES)
      const seq = seqOf(key.subarray(SECRET_BYTES + KEY_BYTES))
      if (equalBytes(reveals, digest) && this.#isLive(author, seq)) return true
    }
    return false
  }

  /** Goals with standing registers, by digest. */
  async *goals(): AsyncGenerator<AttestedRecord> {
    for await (const [digest] of this.#goals.entries()) {
      const attested = await this.get(digest)
      if (attested !== undefined) yield attested
    }
  }

  /** All records with standing registers, by digest. */
  async *attestedRecords(): AsyncGenerator<AttestedRecord> {
    let batch: RegisterGroup[] = []
    for await (const group of this.#groups()) {
      batch.push(group)
      if (batch.length === SCAN_BATCH) {
        yield* await this.#attested(batch)
        batch = []
      }
    }
    yield* await this.#attested(batch)
  }

  async *#groups(): AsyncGenerator<RegisterGroup> {
    let group: RegisterGroup | undefined
    for await (const [key, value] of this.#registers.entries()) {
      const digest = key.subarray(0, HASH_BYTES)
      if (group === undefined || !equalBytes(group.digest, digest)) {
        if (group !== undefined) yield group
        group = { digest, registers: [] }
      }
      group.registers.push(parseRegister(key, value))
    }
    if (group !== undefined) yield group
  }

  /** Adds the bodies and leaves out what is superseded, void, retracted or without a body. */
  async #attested(groups: readonly RegisterGroup[]): Promise<AttestedRecord[]> {
    const bodies = await this.#records.getMany(groups.map((group) => group.digest))
    const latest = groups.map((group) => this.#latestByAuthor(group.registers))
    const revealed = await this.#revealed.getMany(
      latest.flat().map(({ register }) => register.commitment)
    )
    const states: AttestedRecord[] = []
    let next = 0
    for (const [i, { digest }] of groups.entries()) {
      const registers: AuthorRegister[] = []
      for (const { author, register } of latest[i] ?? []) {
        const isRevealed = revealed[next++] !== undefined
        if (!isRevealed || !(await this.isRetracted(digest, register))) {
          registers.push({ author, register })
        } else if (register.counters.length > 0) {
          // The vote is taken back; what was counted has happened all the same.
          registers.push({ author, register: { ...register, vote: 'none', confidence: 0 } })
        }
      }
      const body = bodies[i]
      if (registers.length === 0) continue
      if (body === undefined) {
        if (this.#missing.size < MAX_MISSING) this.#missing.set(toHex(digest), digest)
        continue
      }
      states.push({ digest, record: readAll(body, readRecord), registers })
    }
    return states
  }

  /** Keys of one author ascend by seq, so the last one that counts is the one that stands. */
  #latestByAuthor(registers: readonly PositionedRegister[]): PositionedRegister[] {
    const latest = new Map<string, PositionedRegister>()
    for (const placed of registers) {
      if (this.#isLive(placed.author, placed.seq)) latest.set(toHex(placed.author), placed)
    }
    return [...latest.values()]
  }

  async #registersOf(digest: Uint8Array): Promise<PositionedRegister[]> {
    const registers = []
    for await (const [key, value] of this.#registers.entries(
      prefixRange(digest, KEY_BYTES + SEQ_BYTES)
    )) {
      registers.push(parseRegister(key, value))
    }
    return registers
  }
}

/** A register and the place in its author's feed where it was said. */
export interface PositionedRegister extends AuthorRegister {
  readonly seq: number
}

interface RegisterGroup {
  readonly digest: Uint8Array
  readonly registers: PositionedRegister[]
}

function parseRegister(key: Uint8Array, value: Uint8Array): PositionedRegister {
  return {
    author: key.subarray(HASH_BYTES, HASH_BYTES + KEY_BYTES),
    seq: seqOf(key.subarray(HASH_BYTES + KEY_BYTES)),
    register: readAll(value, readRegister)
  }
}

/** Whether the section has a key of this prefix that does not end in `position`. */
async function hasOtherPosition(
  section: Section,
  prefix: Uint8Array,
  position: Uint8Array
): Promise<boolean> {
  for await (const [key] of section.entries({
    ...prefixRange(prefix, position.length),
    limit: 2
  })) {
    if (!equalBytes(key.subarray(prefix.length), position)) return true
  }
  return false
}

function prefixRange(prefix: Uint8Array, rest: number): { gte: Uint8Array; lte: Uint8Array } {
  return { gte: prefix, lte: concat(prefix, new Uint8Array(rest).fill(0xff)) }
}
