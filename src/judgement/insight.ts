/** Insights: what the swarm has published, with what this node makes of it. */
import { toHex } from '../../crdt/bytes/index.ts'
import type { RecordKind, AttestedRecord } from '../../crdt/index.ts'
import type { InsightState, Judgement } from './judge.ts'

/** A record of the hive, with what this node makes of it. */
export interface Insight extends Omit<Judgement, 'validFrom' | 'validTo'> {
  /** SHA-256, in hex, of what the insight says; equal on every node. */
  readonly id: string
  readonly kind: RecordKind
  /** What it is about, in one line. */
  readonly title: string
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
}

/** Which insights to list. */
export interface InsightOptions {
  /** Only insights that carry all of these. */
  readonly tags?: readonly string[]
  /** At most 100,000; default 100. */
  readonly limit?: number
  /** Only insights in this state; by default all that are not disputed. */
  readonly state?: InsightState
  /** Default all of them. */
  readonly kinds?: readonly Exclude<RecordKind, 'goal'>[]
}

/** Characters of a title, its ellipsis included. */
const MAX_TITLE = 80

export function insightOf(
  { digest, record }: AttestedRecord,
  { validFrom: _from, validTo: _to, ...judgement }: Judgement
): Insight {
  return { id: toHex(digest), title: titleOf(record), ...record, ...judgement }
}

/** The entity and the beginning of what is said of it, up to the end of a word. */
function titleOf({ entity, content }: AttestedRecord['record']): string {
  const [line = ''] = `${entity}: ${content}`.split('\n')
  if (line.length <= MAX_TITLE) return line
  const cut = line.slice(0, MAX_TITLE - 1)
  const end = cut.lastIndexOf(' ')
  return `${(end > MAX_TITLE / 2 ? cut.slice(0, end) : cut).toWellFormed()}…`
}

/** Most corroborated first, then most confident, then by id, so that every node lists alike. */
export function compareInsights(a: Insight, b: Insight): number {
  return b.corroboration - a.corroboration || b.confidence - a.confidence || (a.id < b.id ? -1 : 1)
}

/** Without a state asked for, hidden insights are left out. */
export function matchesFilter(
  insight: Insight,
  { tags = [], state, kinds }: InsightOptions
): boolean {
  const isState = state === undefined ? insight.state !== 'disputed' : insight.state === state
  const isKind = kinds === undefined || kinds.some((kind) => kind === insight.kind)
  return isState && isKind && tags.every((tag) => insight.tags.includes(tag))
}
