/** The ids that calls of `cortex.knowledge` take: of facts, of merged variants, or of both. */
import { anyOf } from '../arguments/index.ts'
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
  // A fact may be a variant too.
  return anyOf('facts', [factIds(facts), variantIds(nearDuplicates)])
}
