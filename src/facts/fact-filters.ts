/**
 * The two Bloom filters of the facts. The first holds all facts: a fact that it does not contain is
 * new, and a hit is verified by the exact key. The second holds keyed digests of the facts that may
 * be shared; peers may read it.
 */
import { StoredFilter } from '../../crdt/index.ts'
import type { Operation, Store, StoredFilterInit } from '../../crdt/index.ts'
import type { StoredFact } from '../fact-format/index.ts'

/** Counts of the filter of facts since the start. */
export interface FilterStatistics {
  /** Facts checked; hits that were stored; hits that were false positives. */
  checks: number
  hits: number
  /** Hits that needed no lookup: stored or looked up lately. */
  recent: number
  falsePositives: number
  /** Exact lookups and the milliseconds they took. */
  lookups: number
  lookupMilliseconds: number
}

/** How to make the element of a fact in the filter that peers read. */
export interface ObservedFilterInit {
  readonly key: Uint8Array
  readonly elementOf: (digest: Uint8Array) => Uint8Array
}

export interface FactFiltersInit {
  readonly store: Pick<Store, 'damaged' | 'section'>
  readonly commits: StoredFilterInit['commits']
  /** Default: peers get no filter. */
  readonly observe?: ObservedFilterInit
  /** All stored facts, in batches; a damaged filter is rebuilt from them. */
  readonly all: () => AsyncIterable<StoredFact[]>
  /** Digests of what may have to be looked up: of private facts that are lost, and of variants. */
  readonly others: () => AsyncIterable<Uint8Array>
}

export class FactFilters {
  /** Digests of all facts. */
  readonly factFilter: StoredFilter
  /** Elements of the facts that peers may read; undefined if peers get no filter. */
  readonly observed: StoredFilter | undefined
  readonly statistics: FilterStatistics = {
    checks: 0,
    hits: 0,
    recent: 0,
    falsePositives: 0,
    lookups: 0,
    lookupMilliseconds: 0
  }
  readonly #elementOf: ObservedFilterInit['elementOf'] | undefined

  constructor({ store, commits, observe, all, others }: FactFiltersInit) {
    this.#elementOf = observe?.elementOf
    this.factFilter = new StoredFilter({
      store,
      commits,
      name: 'facts',
      source: () => digestsOf(all(), others())
    })
    this.observed =
      observe === undefined
        ? undefined
        : new StoredFilter({
            store,
            commits,
            name: 'observed',
            key: observe.key,
            source: () => elementsOf(all(), observe.elementOf)
          })
  }

  async load(): Promise<void> {
    await this.factFilter.load()
    await this.observed?.load()
  }

  /** Loads them again after a failed commit. */
  async reload(): Promise<void> {
    await this.factFilter.reload()
    await this.observed?.reload()
  }

  /** Adds facts to the filter that peers read. */
  observe(digests: readonly Uint8Array[]): Operation[] {
    const elementOf = this.#elementOf
    if (elementOf === undefined || this.observed === undefined) return []
    return this.observed.insert(digests.map((digest) => elementOf(digest)))
  }

  /** Writes whole pages in the background once the log has enough elements. */
  checkpoint(): void {
    void this.factFilter.checkpoint()
    void this.observed?.checkpoint()
  }
}

async function* digestsOf(
  all: AsyncIterable<StoredFact[]>,
  others: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array[]> {
  for await (const batch of all) yield batch.map(({ digest }) => digest)
  for await (const digest of others) yield [digest]
}

async function* elementsOf(
  all: AsyncIterable<StoredFact[]>,
  elementOf: ObservedFilterInit['elementOf']
): AsyncGenerator<Uint8Array[]> {
  for await (const batch of all) {
    yield batch.filter((fact) => !fact.private).map(({ digest }) => elementOf(digest))
  }
}
