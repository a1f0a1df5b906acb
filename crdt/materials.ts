/**
 * Materials: what the admitted entries say, laid out by record. Every write is blind and
 * idempotent, so the result depends on the set of entries only: bodies by digest; registers by
 * (digest, author, seq), of which the latest stands; retractions by the commitment they reveal.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES } from './constants.ts'
import { concat, equalBytes, toHex } from './digest.ts'
import { readAll } from './encoding.ts'
import { readRecord } from './record.ts'
import { readRegister, writeRegister } from './register.ts'
import { commitmentOf } from './retraction.ts'
import type { HiveRecord } from './record.ts'
import type { Register } from './register.ts'
import type { Operation, Section, Store } from './store.ts'
import type { Value } from './value.ts'

/** A record that at least one author says something of, with each author's standing register. */
export interface Standing {
  readonly digest: Uint8Array
  readonly record: HiveRecord
  readonly registers: readonly AuthorRegister[]
}

export interface AuthorRegister {
  readonly author: Uint8Array
  readonly register: Register
}

const SEQ_BYTES = 8

/** Records joined with their registers at a time; bounds what a scan keeps in memory. */
const SCAN_BATCH = 256

export class Materials {
  readonly #records: Section
  readonly #registers: Section
  readonly #retractions: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#records = store.section('records')
    this.#registers = store.section('registers')
    this.#retractions = store.section('retractions')
  }

  operations(author: Uint8Array, seq: number, values: readonly Value[]): Operation[] {
    const position = concat(author, seqBytes(seq))
    return values.map((value) => {
      if (value.type === 'record') return this.#records.put(value.digest, value.bytes)
      if (value.type === 'retraction') {
        return this.#retractions.put(commitmentOf(value), value.digest)
      }
      const encoder = encoding.createEncoder()
      writeRegister(encoder, value.register)
      return this.#registers.put(concat(value.digest, position), encoding.toUint8Array(encoder))
    })
  }

  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#records.getMany(digests).then((found) => found.map((body) => body !== undefined))
  }

  async get(digest: Uint8Array): Promise<Standing | undefined> {
    const registers = []
    for await (const [key, value] of this.#registers.entries(withPrefix(digest))) {
      registers.push(parseRegister(key, value))
    }
    const [standing] = await this.#join([{ digest, registers }])
    return standing
  }

  /** All records with standing registers, by digest. */
  async *standings(): AsyncGenerator<Standing> {
    let batch: Group[] = []
    for await (const group of this.#groups()) {
      batch.push(group)
      if (batch.length === SCAN_BATCH) {
        yield* await this.#join(batch)
        batch = []
      }
    }
    yield* await this.#join(batch)
  }

  async *#groups(): AsyncGenerator<Group> {
    let group: Group | undefined
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

  /** Adds the bodies and leaves out what is superseded, retracted or without a body. */
  async #join(groups: readonly Group[]): Promise<Standing[]> {
    const bodies = await this.#records.getMany(groups.map((group) => group.digest))
    const latest = groups.map((group) => latestByAuthor(group.registers))
    const retracted = await this.#retractions.getMany(
      latest.flat().map(({ register }) => register.commitment)
    )
    const standings: Standing[] = []
    let next = 0
    for (const [i, { digest }] of groups.entries()) {
      const registers = (latest[i] ?? []).filter(() => {
        const reveals = retracted[next++]
        return reveals === undefined || !equalBytes(reveals, digest)
      })
      const body = bodies[i]
      if (body === undefined || registers.length === 0) continue
      standings.push({ digest, record: readAll(body, readRecord), registers })
    }
    return standings
  }
}

interface Group {
  readonly digest: Uint8Array
  readonly registers: AuthorRegister[]
}

/** Keys of one author ascend by seq, so the last one seen is the one that stands. */
function latestByAuthor(registers: readonly AuthorRegister[]): AuthorRegister[] {
  return [...new Map(registers.map((item) => [toHex(item.author), item])).values()]
}

function parseRegister(key: Uint8Array, value: Uint8Array): AuthorRegister {
  const author = key.subarray(HASH_BYTES, HASH_BYTES + KEY_BYTES)
  return { author, register: readAll(value, readRegister) }
}

/** Big-endian, so that keys sort by sequence number. */
export function seqBytes(seq: number): Uint8Array {
  const bytes = Buffer.alloc(SEQ_BYTES)
  bytes.writeBigUInt64BE(BigInt(seq))
  return bytes
}

export function seqOf(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, SEQ_BYTES).getBigUint64(0))
}

function withPrefix(prefix: Uint8Array): { gte: Uint8Array; lte: Uint8Array } {
  return { gte: prefix, lte: concat(prefix, new Uint8Array(KEY_BYTES + SEQ_BYTES).fill(0xff)) }
}
