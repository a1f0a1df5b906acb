/**
 * The goals of the swarm, merged from the statements of all authors. The result depends on the
 * registers alone, so that nodes with equal replicas compute equal trees.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { recordVariantKey } from '../knowledge/index.ts'
import { GOAL_STATUSES, readStatement } from './goal-statement.ts'
import type { DisplayText, DisplayTexts, InstructionKind } from '../foreign-text/index.ts'
import type { HiveRecord, AttestedRecord } from '../../crdt/index.ts'
import type { GoalStatement, GoalStatus } from './goal-statement.ts'

/** A goal, merged from the statements of all authors. */
export interface Goal {
  /** SHA-256, in hex, of title and description; equal on every node. */
  readonly id: string
  readonly title: DisplayText
  readonly description: DisplayText
  /** The status that prevails among the authors' statements: achieved, abandoned, active, open. */
  readonly status: GoalStatus
  /** Number of authors that state each status. */
  readonly statusCounts: Readonly<Partial<Record<GoalStatus, number>>>
  /** The id of the parent goal. */
  readonly parent?: string
  /** The ids of the subgoals. */
  readonly children: readonly string[]
  readonly tags: DisplayTexts
  /** Number of authors that vouch for the goal. */
  readonly corroboration: number
  /** If variants of a goal were added at once: the variant with the least id. */
  readonly variantOf?: string
  /** Why it is in quarantine: the text reads like an order to a model. */
  readonly flag?: InstructionKind
  /** Number of authors that attached each record, by id. */
  readonly templates: Readonly<Record<string, number>>
}

/** A goal with its text as it is stored. */
export interface MergedGoal extends Omit<Goal, 'description' | 'tags' | 'title'> {
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
}

interface GoalRecord {
  readonly id: string
  readonly record: HiveRecord
  readonly statements: readonly GoalStatement[]
}

/** Goals by id. */
export function goalTree(attestedGoals: readonly AttestedRecord[]): Map<string, MergedGoal> {
  const records = attestedGoals.flatMap((attested) => goalRecordOf(attested) ?? [])
  const ordered = records.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const variants = variantsOf(ordered)
  const parents = withoutCycles(parentsOf(ordered, variants))
  const children = Map.groupBy(parents, ([, parent]) => parent)
  return new Map(
    ordered.map(({ id, record, statements }) => [
      id,
      {
        id,
        title: record.entity,
        description: record.content,
        ...statusOf(statements),
        parent: parents.get(id),
        children: (children.get(id) ?? []).map(([child]) => child).toSorted(),
        tags: [...new Set(statements.flatMap(({ tags }) => tags))].toSorted(),
        corroboration: statements.length,
        variantOf: variants.get(id),
        templates: Object.fromEntries(
          count(statements.flatMap(({ templates }) => [...new Set(templates)]))
        )
      }
    ])
  )
}

/** Whether `id` is `ancestor` or one of its subgoals, at any depth. */
export function isWithin(
  tree: ReadonlyMap<string, MergedGoal>,
  id: string,
  ancestor: string
): boolean {
  for (let at: string | undefined = id; at !== undefined; at = tree.get(at)?.parent) {
    if (at === ancestor) return true
  }
  return false
}

/** Returns undefined for a goal that no author vouches for any longer. */
function goalRecordOf({ digest, record, registers }: AttestedRecord): GoalRecord | undefined {
  const vouches = registers.filter(({ register }) => register.vote === 'vouch')
  if (record.kind !== 'goal' || vouches.length === 0) return undefined
  return {
    id: toHex(digest),
    record,
    statements: vouches.map(({ register }) => readStatement(register))
  }
}

function statusOf(statements: readonly GoalStatement[]): Pick<Goal, 'status' | 'statusCounts'> {
  const statusCounts = count(statements.map(({ status }) => status))
  return {
    status: GOAL_STATUSES.findLast((status) => statusCounts.has(status)) ?? 'open',
    statusCounts: Object.fromEntries(statusCounts)
  }
}

/** Maps each variant to the variant with the least id. */
function variantsOf(ordered: readonly GoalRecord[]): Map<string, string> {
  const variants = new Map<string, string>()
  const first = new Map<string, string>()
  for (const { id, record } of ordered) {
    const key = recordVariantKey(record)
    const canonical = first.get(key)
    if (canonical === undefined) first.set(key, id)
    else variants.set(id, canonical)
  }
  return variants
}

/** The parent that most authors state; in a tie, the one with the least id. */
function parentsOf(
  ordered: readonly GoalRecord[],
  variants: ReadonlyMap<string, string>
): Map<string, string> {
  const ids = new Set(ordered.map(({ id }) => id))
  const parents = new Map<string, string>()
  for (const { id, statements } of ordered) {
    if (variants.has(id)) continue
    const named = statements.flatMap(({ parent }) =>
      parent === undefined ? [] : [variants.get(parent) ?? parent]
    )
    const best = [...count(named.filter((parent) => ids.has(parent) && parent !== id))]
      .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([parent]) => parent)[0]
    if (best !== undefined) parents.set(id, best)
  }
  return parents
}

/** In each cycle the goal with the least id loses its parent. */
function withoutCycles(parents: Map<string, string>): Map<string, string> {
  const settled = new Set<string>()
  for (const start of parents.keys()) {
    const path: string[] = []
    const onPath = new Set<string>()
    let at: string | undefined = start
    while (at !== undefined && !settled.has(at) && !onPath.has(at)) {
      path.push(at)
      onPath.add(at)
      at = parents.get(at)
    }
    if (at !== undefined && onPath.has(at)) {
      const [least] = path.slice(path.indexOf(at)).toSorted()
      if (least !== undefined) parents.delete(least)
    }
    for (const id of path) settled.add(id)
  }
  return parents
}

function count<T>(items: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
