/** Insights: records of the swarm, with this node's judgement of them. */
import { toHex } from '../../crdt/bytes/index.ts'
import { displayText, displayTexts } from '../foreign-text/index.ts'
import type { AttestedRecord, HiveRecord, RecordKind } from '../../crdt/index.ts'
import type { DisplayText, DisplayTexts } from '../foreign-text/index.ts'
import type { InsightState, Judgement } from './judge.ts'

/** A record of the hive, with this node's judgement of it. */
export interface Insight
  extends DisplayRecord, Omit<Judgement, 'tags' | 'validAgainFrom' | 'validFrom' | 'validTo'> {
  /** SHA-256 of the record, in hex; equal on every node. */
  readonly id: string
  /** Entity and beginning of the content, in one line. */
  readonly title: DisplayText
  readonly tags: DisplayTexts
}

/** A record as it leaves the library. */
export interface DisplayRecord {
  readonly kind: RecordKind
  readonly entity: DisplayText
  readonly content: DisplayText
  readonly attribute?: DisplayText
  readonly value?: DisplayText
  /** Of a lesson: what to do, what it holds for, and the id of a skill that verifies it. */
  readonly action?: DisplayText
  readonly versions?: DisplayText
  readonly verify?: string
}

/** Which insights to list. */
export interface InsightOptions {
  /** Only insights with all of these tags. */
  readonly tags?: readonly string[]
  /** At most 100,000; default 100. */
  readonly limit?: number
  /** Only insights in this state. Default: all but disputed ones. */
  readonly state?: InsightState
  /** Default: all kinds. */
  readonly kinds?: readonly Exclude<RecordKind, 'goal'>[]
}

/** Characters of a title, including its ellipsis. */
const MAX_TITLE = 80

export function insightOf(
  { digest, record }: AttestedRecord,
  { validFrom: _from, validTo: _to, validAgainFrom: _again, ...judgement }: Judgement
): Insight {
  const shown = displayRecord(record)
  const tags = displayTexts(judgement.tags)
  return { id: toHex(digest), title: titleOf(shown), ...shown, ...judgement, tags }
}

export function displayRecord(record: HiveRecord): DisplayRecord {
  const { kind, entity, content, attribute, value, action, versions, verify } = record
  return {
    kind,
    entity: displayText(entity),
    content: displayText(content),
    ...(attribute === undefined ? {} : { attribute: displayText(attribute) }),
    ...(value === undefined ? {} : { value: displayText(value) }),
    ...(action === undefined ? {} : { action: displayText(action) }),
    ...(versions === undefined ? {} : { versions: displayText(versions) }),
    ...(verify === undefined ? {} : { verify })
  }
}

/** The entity and the beginning of the content, up to the end of a word; of a lesson its summary. */
function titleOf({ kind, entity, content }: DisplayRecord): DisplayText {
  const [line = ''] = (kind === 'lesson' ? entity : `${entity}: ${content}`).split('\n')
  if (line.length <= MAX_TITLE) return displayText(line)
  const cut = line.slice(0, MAX_TITLE - 1)
  const end = cut.lastIndexOf(' ')
  return displayText(`${(end > MAX_TITLE / 2 ? cut.slice(0, end) : cut).toWellFormed()}…`)
}

/**
 * By corroboration, then confidence, both descending; then by id, so that all nodes list in one
 * order.
 */
export function compareInsights(a: Insight, b: Insight): number {
  return b.corroboration - a.corroboration || b.confidence - a.confidence || (a.id < b.id ? -1 : 1)
}

/** Without a state in the filter, disputed insights do not match. */
export function matchesFilter(
  insight: Insight,
  { tags = [], state, kinds }: InsightOptions
): boolean {
  const isState = state === undefined ? insight.state !== 'disputed' : insight.state === state
  const isKind = kinds === undefined || kinds.some((kind) => kind === insight.kind)
  return isState && isKind && tags.every((tag) => insight.tags.includes(tag))
}
