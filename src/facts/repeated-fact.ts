/** A fact that is said again: what it adds to the stored one. */
import { canonicalTags, MAX_TAGS, SEAL_BYTES } from '../../crdt/index.ts'
import { recentFactOf, readFact } from './stored-fact.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { StoredFact } from './stored-fact.ts'

/**
 * What a repetition adds: the higher confidence, all tags, the earlier beginning; undefined when it
 * adds nothing. The same whatever the order of the two.
 */
export function mergeRepeated(
  digest: Uint8Array,
  stored: Uint8Array,
  again: PreparedFact
): StoredFact | undefined {
  const { isPrivate, confidence } = recentFactOf(stored)
  const isSame = again.confidence <= confidence && (isPrivate || !again.isPrivate)
  if (isSame && again.tags.length === 0 && !again.hasTime) return undefined
  const held = readFact(digest, stored)
  const validFrom = earlier(
    held.validFrom,
    readFact(digest, again.bytes.subarray(SEAL_BYTES)).validFrom
  )
  const tags = canonicalTags([...held.tags, ...again.tags].slice(0, MAX_TAGS))
  const isEqual =
    tags.length === held.tags.length && validFrom?.getTime() === held.validFrom?.getTime()
  if (isSame && isEqual) return undefined
  return {
    ...held,
    confidence: Math.max(confidence, again.confidence),
    tags,
    // Once private, always private: a repetition must not publish what was meant to stay.
    private: isPrivate || again.isPrivate,
    ...(validFrom === undefined ? {} : { validFrom })
  }
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}
