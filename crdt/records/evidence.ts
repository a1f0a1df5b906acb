/**
 * Evidence: counters of a record (uses, successes, failures ...). A node counts here until it
 * publishes; an author's register then contains its sum, and the swarm's total is the sum over
 * authors.
 */
import * as encoding from 'lib0/encoding'
import { MAX_COUNTERS, MAX_COUNTER_NAME_BYTES } from '../constants.ts'
import { readAll } from '../bytes/index.ts'
import { LimitError } from '../errors.ts'
import { readCounters, writeCounters } from './register.ts'
import type { Register } from './register.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** Increments by name, none negative. */
export type Counters = Readonly<Record<string, number>>

/** Records whose evidence is published together. */
const BATCH_RECORDS = 500

export class PendingEvidence {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section

  constructor(store: Pick<Store, 'section' | 'commit'>) {
    this.#store = store
    this.#section = store.section('evidence')
  }

  /** Throws `LimitError` if the counters do not fit a register. */
  async add(digest: Uint8Array, counters: Counters): Promise<void> {
    const bytes = await this.#section.get(digest)
    const pending = bytes === undefined ? [] : readAll(bytes, readCounters)
    const sum = addCounters(pending, counters)
    const encoded = encoding.encode((encoder) => writeCounters(encoder, sum))
    await this.#store.commit([this.#section.put(digest, encoded)])
  }

  /** All pending evidence. */
  async *batches(): AsyncGenerator<{ digest: Uint8Array; counters: Counters }[]> {
    let batch = []
    for await (const [digest, bytes] of this.#section.entries()) {
      batch.push({ digest, counters: Object.fromEntries(readAll(bytes, readCounters)) })
      if (batch.length === BATCH_RECORDS) {
        yield batch
        batch = []
      }
    }
    if (batch.length > 0) yield batch
  }

  remove(digest: Uint8Array): Operation {
    return this.#section.del(digest)
  }
}

/** `counters` added to `before`, in a register's order. Throws `LimitError`. */
export function addCounters(
  before: Register['counters'],
  counters: Counters
): Register['counters'] {
  const sums = new Map(before)
  for (const [name, count] of Object.entries(counters)) {
    const sum = (sums.get(name) ?? 0) + count
    if (!Number.isSafeInteger(count) || count < 0 || !Number.isSafeInteger(sum)) {
      throw new LimitError(
        'NUMBER_INVALID',
        `The counter "${name}" is ${count}. Pass a whole number from 0.`
      )
    }
    const length = Buffer.byteLength(name)
    if (!name.isWellFormed() || length === 0 || length > MAX_COUNTER_NAME_BYTES) {
      throw new LimitError(
        'NAME_INVALID',
        `The name of the counter "${name}" has ${length} bytes. It must have 1 to ${MAX_COUNTER_NAME_BYTES} bytes.`
      )
    }
    sums.set(name, sum)
  }
  if (sums.size > MAX_COUNTERS) {
    throw new LimitError(
      'NUMBER_INVALID',
      `The register has ${sums.size} counters; the limit is ${MAX_COUNTERS}. Remove counters.`
    )
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
