/** Recalled facts and insights: as they are stored, and as they leave the library. */
import { displayText, displayTexts } from '../foreign-text/index.ts'
import { isExcluded } from '../search/index.ts'
import type { DisplayTexts } from '../foreign-text/index.ts'
import type { Fact } from '../facts/index.ts'
import type { DisplayRecord } from '../judgement/index.ts'
import type { SearchQuery } from '../search/index.ts'
import type { ClaimState } from './claim-history.ts'

/**
 * A fact of this node or an insight of the hive, as `recall` found it. Only a fact of this node has
 * `agent`, `source`, `context`, `projects` and `recordedAt`.
 */
export interface RecalledFact
  extends
    Pick<Fact, 'confidence' | 'id'>,
    Omit<DisplayRecord, 'kind'>,
    Partial<Pick<Fact, 'agent' | 'context' | 'kind' | 'recordedAt' | 'source' | 'validFrom'>> {
  readonly tags: DisplayTexts
  readonly projects?: DisplayTexts
  /** Number of authors that call an insight stale; 1 for a stale fact of this node. */
  readonly stale?: number
  /** The state of a claim. Superseded claims are not recalled. */
  readonly state?: ClaimState
  /** Of an insight of the hive: number of authors that vouch for it. */
  readonly corroboration?: number
  /** Of an insight of the hive: the first day of a publication, in UTC. */
  readonly day?: string
}

type TextField =
  | 'action'
  | 'attribute'
  | 'content'
  | 'entity'
  | 'projects'
  | 'stale'
  | 'tags'
  | 'value'
  | 'versions'

/** A result with its text as it is stored: claims are found by that text. */
export type StoredText = Omit<RecalledFact, TextField> &
  Pick<Fact, TextField> & {
    /** Number of authors that call an insight stale. */
    readonly stales?: number
  }

export function displayFact({
  entity,
  content,
  attribute,
  value,
  action,
  versions,
  tags,
  projects,
  stale,
  stales = stale === true ? 1 : 0,
  ...rest
}: StoredText): RecalledFact {
  return {
    ...rest,
    entity: displayText(entity),
    content: displayText(content),
    ...(attribute === undefined ? {} : { attribute: displayText(attribute) }),
    ...(value === undefined ? {} : { value: displayText(value) }),
    ...(action === undefined ? {} : { action: displayText(action) }),
    ...(versions === undefined ? {} : { versions: displayText(versions) }),
    ...(projects === undefined ? {} : { projects: displayTexts(projects) }),
    ...(stales === 0 ? {} : { stale: stales }),
    tags: displayTexts(tags)
  }
}

export type ExactFilter = Pick<
  SearchQuery,
  'entity' | 'includeStale' | 'onlyProject' | 'project' | 'tags'
>

/** The vector index knows neither entities nor tags. */
export function matchesQuery(fact: StoredText, query: ExactFilter): boolean {
  const { projects = [] } = fact
  // The index may be older than the fact.
  const stale = fact.stale === true ? 'hidden' : 'none'
  if (isExcluded({ projects, stale }, query)) return false
  const { entity, tags = [] } = query
  const isOfEntity = entity === undefined || fact.entity.toLowerCase() === entity.toLowerCase()
  return isOfEntity && tags.every((tag) => fact.tags.includes(tag))
}
