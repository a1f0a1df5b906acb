/** The ids of this node's facts, for calls that take one. */
import { factOf, readFact } from '../fact-format/index.ts'
import type { IdScope } from '../arguments/index.ts'
import type { FactStore } from './fact-store.ts'

export function factIds(facts: Pick<FactStore, 'idsFrom' | 'stored'>): IdScope {
  return {
    name: 'facts',
    idsFrom: (digits, limit) => facts.idsFrom(digits, limit),
    textsOf: async (digests) => {
      const stored = await facts.stored(digests)
      return digests.map((digest, i) => factText(digest, stored[i]))
    }
  }
}

/** Entity and content; undefined for a fact that is not stored. */
export function factText(digest: Uint8Array, stored: Uint8Array | undefined): string | undefined {
  if (stored === undefined) return undefined
  const { entity, content } = factOf(readFact(digest, stored))
  return `${entity}: ${content}`
}
