/**
 * Merged variants: facts that are stored beside the fact that they repeat, in their own words. A
 * variant always names a fact, never another variant.
 *
 *   merged       digest of the variant -> digest of the fact | stored bytes of the variant
 *   variants-of  digest of the fact | digest of the variant -> nothing
 */
import { concat } from '../../crdt/bytes/index.ts'
import { readFact } from '../fact-format/index.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { StoredFact } from '../fact-format/index.ts'

/** A variant, and the digest of the fact that it repeats. */
export interface MergedVariant {
  readonly canonical: Uint8Array
  readonly variant: StoredFact
}

/**
 * The most variants of one fact: they do not count towards the quota. A further one is a fact of its
 * own, which does.
 */
export const MAX_VARIANTS = 16

const DIGEST_BYTES = 32
const EMPTY = new Uint8Array()

export class MergedVariants {
  readonly #merged: Section
  readonly #byFact: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#merged = store.section('merged')
    this.#byFact = store.section('variants-of')
  }

  has(digest: Uint8Array): Promise<boolean> {
    return this.#merged.has(digest)
  }

  async get(digest: Uint8Array): Promise<MergedVariant | undefined> {
    const value = await this.#merged.get(digest)
    return value === undefined ? undefined : readMerged(digest, value)
  }

  /** In the order of the digests; undefined for a digest that is no variant. */
  async getMany(digests: readonly Uint8Array[]): Promise<(MergedVariant | undefined)[]> {
    const values = await this.#merged.getMany([...digests])
    return digests.map((digest, i) => {
      const value = values[i]
      return value === undefined ? undefined : readMerged(digest, value)
    })
  }

  /** Stored bytes of variants, for `readFact`; undefined for a digest that is none. */
  async stored(digests: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#merged.getMany([...digests])
    return values.map((value) => value?.subarray(DIGEST_BYTES))
  }

  /** At most `limit` digests that begin with these hexadecimal digits. */
  idsFrom(digits: string, limit: number): Promise<Uint8Array[]> {
    return this.#merged.keysFrom(digits, limit)
  }

  async *all(): AsyncGenerator<MergedVariant> {
    for await (const [digest, value] of this.#merged.entries()) {
      yield readMerged(digest.slice(), value.slice())
    }
  }

  /** At most `limit` variants, in the order of their digests, behind one of them. */
  async after(digest: Uint8Array | undefined, limit: number): Promise<MergedVariant[]> {
    const found: MergedVariant[] = []
    const range = { limit, ...(digest === undefined ? {} : { gt: digest }) }
    for await (const [key, value] of this.#merged.entries(range)) {
      found.push(readMerged(key.slice(), value.slice()))
    }
    return found
  }

  /** Digests of the variants of a fact. */
  async of(canonical: Uint8Array): Promise<Uint8Array[]> {
    const digests: Uint8Array[] = []
    for await (const [key] of this.#byFact.entriesOf([canonical])) {
      digests.push(key.slice(DIGEST_BYTES))
    }
    return digests
  }

  /** Whether the variant is found by the fact: in a store of an earlier version none is. */
  isLinked(canonical: Uint8Array, digest: Uint8Array): Promise<boolean> {
    return this.#byFact.has(concat(canonical, digest))
  }

  /** Keeps the bytes of a variant beside a fact; `before`: the fact that it named so far. */
  put(
    canonical: Uint8Array,
    digest: Uint8Array,
    { bytes, before }: { readonly bytes: Uint8Array; readonly before?: Uint8Array }
  ): Operation[] {
    return [
      ...(before === undefined ? [] : [this.#byFact.del(concat(before, digest))]),
      this.#merged.put(digest, concat(canonical, bytes)),
      this.#byFact.put(concat(canonical, digest), EMPTY)
    ]
  }

  del(canonical: Uint8Array, digest: Uint8Array): Operation[] {
    return [this.#merged.del(digest), this.#byFact.del(concat(canonical, digest))]
  }
}

function readMerged(digest: Uint8Array, value: Uint8Array): MergedVariant {
  return {
    canonical: value.subarray(0, DIGEST_BYTES),
    variant: readFact(digest, value.subarray(DIGEST_BYTES))
  }
}
