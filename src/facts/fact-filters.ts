/**
 * The two Bloom filters of the facts. The first, of all facts, says which need no lookup: what it does
 * not know is new, and what it seems to know is looked up by its exact key. The second, of keyed
 * digests, is what peers are told of the facts that may be shared.
 */
import { StoredFilter } from '../../crdt/index.ts'
import type { Operation, Store } from '../../crdt/index.ts'
import type { StoredFact } from './stored-fact.ts'

/** What the filter of facts has done since the start. */
export interface FilterStatistics {
  /** Facts checked; those that were there; those that only seemed to be. */
  checks: number
  hits: number
  falsePositives: number
  /** Exact lookups and the milliseconds they took. */
  lookups: number
  lookupMilliseconds: number
}

/** The element of a fact in the filter that peers get. */
export interface ObservedFilterInit {
  readonly key: Uint8Array
  readonly elementOf: (digest: Uint8Array) => Uint8Array
}

export interface FactFiltersInit {
  readonly store: Pick<Store, 'commit' | 'damaged' | 'flush' | 'section'>
  /** Left out: peers get no filter. */
  readonly observe?: ObservedFilterInit
  /** All stored facts, in batches: a damaged filter is made anew from them. */
  readonly all: () => AsyncIterable<StoredFact[]>
}

export class FactFilters {
  /** Digests of all facts. */
  readonly factFilter: StoredFilter
  /** Elements of the facts that peers are told of; undefined when they are told of none. */
  readonly observed: StoredFilter | undefined
  readonly statistics: FilterStatistics = {
    checks: 0,
    hits: 0,
    falsePositives: 0,
    lookups: 0,
    lookupMilliseconds: 0
  }
  readonly #elementOf: ObservedFilterInit['elementOf'] | undefined

  constructor({ store, observe, all }: FactFiltersInit) {
    this.#elementOf = observe?.elementOf
    this.factFilter = new StoredFilter({ store, name: 'facts', source: () => digestsOf(all()) })
    this.observed =
      observe === undefined
        ? undefined
        : new StoredFilter({
            store,
            name: 'observed',
            key: observe.key,
            source: () => elementsOf(all(), observe.elementOf)
          })
  }

  async load(): Promise<void> {
    await this.factFilter.load()
    await this.observed?.load()
  }

  /** Adds facts to the filter that peers get. */
  observe(digests: readonly Uint8Array[]): Operation[] {
    const elementOf = this.#elementOf
    if (elementOf === undefined || this.observed === undefined) return []
    return this.observed.insert(digests.map((digest) => elementOf(digest)))
  }

  /** Writes whole pages in the background, where enough elements were logged. */
  checkpoint(): void {
    void this.factFilter.checkpoint()
    void this.observed?.checkpoint()
  }
}

async function* digestsOf(all: AsyncIterable<StoredFact[]>): AsyncGenerator<Uint8Array[]> {
  for await (const batch of all) yield batch.map(({ digest }) => digest)
}

async function* elementsOf(
  all: AsyncIterable<StoredFact[]>,
  elementOf: ObservedFilterInit['elementOf']
): AsyncGenerator<Uint8Array[]> {
  for await (const batch of all) {
    yield batch.filter((fact) => !fact.private).map(({ digest }) => elementOf(digest))
  }
}
