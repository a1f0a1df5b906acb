/**
 * Stores the values of admitted entries by record. Each write is blind and idempotent, so the
 * result depends on the set of entries only. A body has the key (digest). A register has the key
 * (digest, author, seq); the register with the highest seq counts. A retraction has the key
 * (commitment, author, seq).
 *
 * Values from an author's fork on stay on disk and are skipped when read, so that voiding is one
 * small write for any number of values.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
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

/** A record with the live registers of all its authors. */
export interface AttestedRecord {
  readonly digest: Uint8Array
  readonly record: HiveRecord
  readonly registers: readonly AuthorRegister[]
}

/** The register of one author. */
export interface AuthorRegister {
  readonly author: Uint8Array
  readonly register: Register
}

/** Records joined with their registers at a time; bounds the memory of a scan. */
const SCAN_BATCH = 128

/** Whether a value at this position is live. */
export type IsLive = (author: Uint8Array, seq: number) => boolean

/** Missing bodies remembered until they are fetched; the next read finds the others. */
const MAX_MISSING = 1_000

const EMPTY = new Uint8Array()

export class RecordStore {
  readonly #records: Section
  readonly #registers: Section
  readonly #retractions: Section
  /** Commitments with a retraction, live or not: for nearly all votes this is the only lookup. */
  readonly #revealed: Section
  /** Digests of registers that came without their record. */
  readonly #wanted: Section
  readonly #claims: ClaimIndex
  /** Digests of goals, since a scan of all records would find few of them. */
  readonly #goals: Section
  readonly #isLive: IsLive
  /** Digests without a body although none was marked as missing: the body is damaged. */
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

  /** Stores a body from any source; the digest proves its content. */
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
   * Removes the values of an entry, and its records that no author refers to any longer. Must not
   * run during an admission.
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

  /** Digests of the claims on an entity. */
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
   * At most `limit` digests without a body, from a random position, so that unavailable ones do not
   * block others; `settled` removes the marks of bodies that arrived.
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

  /** Those of the records that have live registers, by digest. */
  async getMany(digests: readonly Uint8Array[]): Promise<AttestedRecord[]> {
    const found: AttestedRecord[] = []
    let batch: RegisterGroup[] = []
    for await (const group of groupsOf(this.#registers.entriesOf(digests))) {
      batch.push(group)
      if (batch.length < SCAN_BATCH) continue
      found.push(...(await this.#attested(batch)))
      batch = []
      await nextTurn()
    }
    found.push(...(await this.#attested(batch)))
    return found
  }

  /** The author's latest register of the record, retracted or not. */
  async latest(digest: Uint8Array, author: Uint8Array): Promise<PositionedRegister | undefined> {
    return (await this.registersBy(digest, author)).at(-1)
  }

  /** All registers of the author for the record, in feed order. */
  async registersBy(digest: Uint8Array, author: Uint8Array): Promise<PositionedRegister[]> {
    const registers = []
    const range = prefixRange(concat(digest, author), SEQ_BYTES)
    for await (const [key, value] of this.#registers.entries(range)) {
      registers.push(parseRegister(key, value))
    }
    return registers
  }

  /** Whether a live retraction reveals the vote's commitment. */
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

  /** Goals with live registers, by digest. */
  async *goals(): AsyncGenerator<AttestedRecord> {
    for await (const [digest] of this.#goals.entries()) {
      const attested = await this.get(digest)
      if (attested !== undefined) yield attested
    }
  }

  /** All records with live registers, by digest. */
  async *attestedRecords(): AsyncGenerator<AttestedRecord> {
    let batch: RegisterGroup[] = []
    for await (const group of groupsOf(this.#registers.entries())) {
      batch.push(group)
      if (batch.length === SCAN_BATCH) {
        yield* await this.#attested(batch)
        batch = []
        // A store in memory answers without a turn of the event loop.
        await nextTurn()
      }
    }
    yield* await this.#attested(batch)
  }

  /**
   * Adds the bodies, and skips registers that are superseded, void or retracted, and records
   * without a body.
   */
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
          // The vote is retracted; counters stay.
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

  /** Keys of one author ascend by seq, so the last live one counts. */
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

/** A register and its position in the author's feed. */
export interface PositionedRegister extends AuthorRegister {
  readonly seq: number
}

interface RegisterGroup {
  readonly digest: Uint8Array
  readonly registers: PositionedRegister[]
}

/** The registers of each record, of entries in the order of their keys. */
async function* groupsOf(
  entries: AsyncIterable<readonly [Uint8Array, Uint8Array]>
): AsyncGenerator<RegisterGroup> {
  let group: RegisterGroup | undefined
  for await (const [key, value] of entries) {
    const digest = key.subarray(0, HASH_BYTES)
    if (group === undefined || !equalBytes(group.digest, digest)) {
      if (group !== undefined) yield group
      group = { digest, registers: [] }
    }
    group.registers.push(parseRegister(key, value))
  }
  if (group !== undefined) yield group
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
