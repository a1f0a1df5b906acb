/** A repeated fact: the fields that it changes in the stored one. */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { canonicalTags, MAX_TAGS } from '../../crdt/index.ts'
import { recentFactOf, readFact, unionOfProjects } from '../fact-format/index.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { StoredFact } from '../fact-format/index.ts'

/** Later begins of a claim that are stored; of more, the latest. */
const MAX_AGAIN = 32

/** A stored fact with what a repetition adds to it. */
export interface MergedFact {
  readonly fact: StoredFact
  /** Whether the claim begins again: then it may be current again. */
  readonly isAgain: boolean
}

/**
 * The union of both: the higher confidence, all tags, all projects, all times at which a claim began;
 * undefined if the repetition adds nothing. It is stale if both are. The result does not depend on
 * the order of the two.
 */
export function mergeRepeated(
  digest: Uint8Array,
  stored: Uint8Array,
  repeated: PreparedFact
): MergedFact | undefined {
  const { isPrivate, isScoped, confidence } = recentFactOf(stored)
  const isSame = repeated.confidence <= confidence && (isPrivate || !repeated.isPrivate)
  if (isSame && !isScoped && repeated.tags.length === 0 && !repeated.hasTime) return undefined
  const existing = readFact(digest, stored)
  const isClaim = repeated.attribute !== undefined
  const other = readFact(digest, repeated.bytes.subarray(SEAL_BYTES))
  const before = beginsOf(existing)
  const begins = unionOf(before, beginsOf(other), isClaim)
  const tags = unionOfTags(existing.tags, repeated.tags)
  const projects = unionOfProjects(existing.projects ?? [], other.projects ?? [])
  const isStale = existing.stale === true && other.stale === true
  const isEqual =
    tags.join('\n') === existing.tags.join('\n') &&
    begins.join() === before.join() &&
    projects.length === (existing.projects ?? []).length &&
    isStale === (existing.stale === true)
  if (isSame && isEqual) return undefined
  const [first, ...again] = begins.map((time) => new Date(time))
  const { validAgainFrom: _, projects: _projects, stale: _stale, ...rest } = existing
  const fact = {
    ...rest,
    confidence: Math.max(confidence, repeated.confidence),
    tags,
    // Private stays private: a repetition must not make a private fact public.
    private: isPrivate || repeated.isPrivate,
    ...(projects.length === 0 ? {} : { projects }),
    ...(isStale ? { stale: true as const } : {}),
    ...(first === undefined ? {} : { validFrom: first }),
    ...(again.length === 0 ? {} : { validAgainFrom: again })
  }
  return { fact, isAgain: before.length > 0 && begins.some((time) => time > (before.at(-1) ?? 0)) }
}

/** Of too many tags the first by name, whichever came first. */
function unionOfTags(a: readonly string[], b: readonly string[]): string[] {
  return canonicalTags([...new Set([...a, ...b])].toSorted().slice(0, MAX_TAGS))
}

function beginsOf({ validFrom, validAgainFrom = [] }: StoredFact): number[] {
  return validFrom === undefined ? [] : [validFrom, ...validAgainFrom].map((date) => date.getTime())
}

/** Of a note the first time alone: a note holds from then on. */
function unionOf(a: readonly number[], b: readonly number[], isClaim: boolean): number[] {
  const times = [...new Set([...a, ...b])].toSorted((x, y) => x - y)
  if (!isClaim) return times.slice(0, 1)
  return [...times.slice(0, 1), ...times.slice(1).slice(-MAX_AGAIN)]
}
