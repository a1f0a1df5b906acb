/** A repeated fact: the fields that it changes in the stored one. */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { canonicalTags, MAX_TAGS } from '../../crdt/index.ts'
import { recentFactOf, readFact } from '../fact-format/index.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { StoredFact } from '../fact-format/index.ts'

/**
 * The union of both: the higher confidence, all tags, the earlier `validFrom`; undefined if the
 * repetition adds nothing. The result does not depend on the order of the two.
 */
export function mergeRepeated(
  digest: Uint8Array,
  stored: Uint8Array,
  repeated: PreparedFact
): StoredFact | undefined {
  const { isPrivate, confidence } = recentFactOf(stored)
  const isSame = repeated.confidence <= confidence && (isPrivate || !repeated.isPrivate)
  if (isSame && repeated.tags.length === 0 && !repeated.hasTime) return undefined
  const existing = readFact(digest, stored)
  const validFrom = earlier(
    existing.validFrom,
    readFact(digest, repeated.bytes.subarray(SEAL_BYTES)).validFrom
  )
  const tags = canonicalTags([...existing.tags, ...repeated.tags].slice(0, MAX_TAGS))
  const isEqual =
    tags.length === existing.tags.length && validFrom?.getTime() === existing.validFrom?.getTime()
  if (isSame && isEqual) return undefined
  return {
    ...existing,
    confidence: Math.max(confidence, repeated.confidence),
    tags,
    // Private stays private: a repetition must not make a private fact public.
    private: isPrivate || repeated.isPrivate,
    ...(validFrom === undefined ? {} : { validFrom })
  }
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}
