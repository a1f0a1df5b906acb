/** The ids that calls of `cortex.knowledge` take: of facts, of merged variants, or of both. */
import { factIds, factText } from '../facts/index.ts'
import type { IdScope } from '../arguments/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { NearDuplicates } from './near-duplicates.ts'

export function variantIds(nearDuplicates: Pick<NearDuplicates, 'idsFrom' | 'stored'>): IdScope {
  return {
    name: 'variants',
    idsFrom: (digits, limit) => nearDuplicates.idsFrom(digits, limit),
    textsOf: async (digests) => {
      const stored = await nearDuplicates.stored(digests)
      return digests.map((digest, i) => factText(digest, stored[i]))
    }
  }
}

export function knownIds(
  facts: Pick<FactStore, 'idsFrom' | 'stored'>,
  nearDuplicates: Pick<NearDuplicates, 'idsFrom' | 'stored'>
): IdScope {
  const [own, variants] = [factIds(facts), variantIds(nearDuplicates)]
  return {
    name: 'facts',
    idsFrom: async (digits, limit) => {
      const both = await Promise.all([own.idsFrom(digits, limit), variants.idsFrom(digits, limit)])
      const sorted = both.flat().toSorted((a, b) => Buffer.compare(a, b))
      // A fact may be a variant too.
      return sorted
        .filter((digest, i) => i === 0 || Buffer.compare(digest, sorted[i - 1] ?? digest) !== 0)
        .slice(0, limit)
    },
    textsOf: async (digests) => {
      const [ofFacts, ofVariants] = await Promise.all([
        own.textsOf(digests),
        variants.textsOf(digests)
      ])
      return digests.map((_, i) => ofFacts[i] ?? ofVariants[i])
    }
  }
}
