/** Insights: what the swarm has published, with what its authors say of it. */
import { toHex } from '../../crdt/index.ts'
import type { RecordKind, Register, Standing } from '../../crdt/index.ts'

/** `quarantined`: received, but vouched for by too few to influence an agent. */
export type InsightState = 'quarantined' | 'released'

export interface Insight {
  /** SHA-256, in hex, of what the insight says; equal on every node. */
  readonly id: string
  readonly kind: RecordKind
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
  /** Mean of what the vouching authors claim, 0 to 1. */
  readonly confidence: number
  /** Distinct authors that vouch for it, and that dispute it. */
  readonly corroboration: number
  readonly disputes: number
  readonly tags: readonly string[]
  readonly state: InsightState
  /** What authors counted of it (uses, successes ...), summed over authors. */
  readonly evidence: Readonly<Record<string, number>>
  /** The first day any author published it, UTC. */
  readonly day: string
}

export interface InsightOptions {
  /** Only insights that carry all of these. */
  readonly tags?: readonly string[]
  readonly limit?: number
  readonly state?: InsightState
}

const DAY = 24 * 60 * 60 * 1000

/** `known` says whether this node itself vouched for the record, which verifies it locally. */
export function insightOf(standing: Standing, k: number, known: boolean): Insight | undefined {
  const registers = standing.registers.map(({ register }) => register)
  const vouches = registers.filter(({ vote }) => vote === 'vouch')
  // Visible while one author vouches.
  if (vouches.length === 0) return undefined
  const confidence = vouches.reduce((sum, vouch) => sum + vouch.confidence, 0) / vouches.length
  const firstDay = Math.min(...vouches.map(({ day }) => day))
  return {
    id: toHex(standing.digest),
    ...standing.record,
    confidence,
    corroboration: vouches.length,
    disputes: registers.filter(({ vote }) => vote === 'dispute').length,
    tags: [...new Set(vouches.flatMap(({ tags }) => tags))].toSorted(),
    state: known || vouches.length >= k ? 'released' : 'quarantined',
    evidence: sumCounters(registers),
    day: new Date(firstDay * DAY).toISOString().slice(0, 10)
  }
}

/** Each author once: its register carries the sum of what it reported. */
function sumCounters(registers: readonly Register[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const [name, count] of registers.flatMap(({ counters }) => counters)) {
    sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return Object.fromEntries([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Most corroborated first, then most confident, then by id, so that every node lists alike. */
export function compareInsights(a: Insight, b: Insight): number {
  return b.corroboration - a.corroboration || b.confidence - a.confidence || (a.id < b.id ? -1 : 1)
}

export function matches(insight: Insight, { tags = [], state }: InsightOptions): boolean {
  return (
    (state === undefined || insight.state === state) &&
    tags.every((tag) => insight.tags.includes(tag))
  )
}
