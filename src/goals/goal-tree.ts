/**
 * The goals of the swarm, merged from the statements of all authors. The result depends on the
 * standings alone, so that nodes with equal replicas compute equal trees.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { recordVariantKey } from '../knowledge/index.ts'
import { GOAL_STATUSES, readStatements } from './goal-statement.ts'
import type { InstructionKind } from '../foreign-text/index.ts'
import type { HiveRecord, AttestedRecord } from '../../crdt/index.ts'
import type { GoalStatements, GoalStatus } from './goal-statement.ts'

/** A goal, merged from the statements of all authors. */
export interface Goal {
  /** SHA-256, in hex, of title and description; equal on every node. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** The status that prevails among the authors' statements: achieved, abandoned, active, open. */
  readonly status: GoalStatus
  /** Number of authors that state each status. */
  readonly statusCounts: Readonly<Partial<Record<GoalStatus, number>>>
  /** The id of the parent goal. */
  readonly parent?: string
  /** The ids of the subgoals. */
  readonly children: readonly string[]
  readonly tags: readonly string[]
  /** Number of authors that vouch for the goal. */
  readonly corroboration: number
  /** If variants of a goal were added at once: the variant with the least id. */
  readonly variantOf?: string
  /** Why it is in quarantine: the text reads like an order to a model. */
  readonly flag?: InstructionKind
  /** Number of authors that attached each record, by id. */
  readonly templates: Readonly<Record<string, number>>
}

interface GoalRecord {
  readonly id: string
  readonly record: HiveRecord
  readonly vouches: number
  readonly statements: GoalStatements
}

/** Goals by id. */
export function goalTree(attestedGoals: readonly AttestedRecord[]): Map<string, Goal> {
  const records = attestedGoals.flatMap((attested) => goalRecordOf(attested) ?? [])
  const ordered = records.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const variants = variantsOf(ordered)
  const parents = withoutCycles(parentsOf(ordered, variants))
  const children = Map.groupBy(parents, ([, parent]) => parent)
  return new Map(
    ordered.map(({ id, record, vouches, statements }) => [
      id,
      {
        id,
        title: record.entity,
        description: record.content,
        ...statusOf(statements),
        parent: parents.get(id),
        children: (children.get(id) ?? []).map(([child]) => child).toSorted(),
        tags: statements.tags.toSorted(),
        corroboration: vouches,
        variantOf: variants.get(id),
        templates: Object.fromEntries(statements.templates)
      }
    ])
  )
}

/** Whether `id` is `ancestor` or one of its subgoals, at any depth. */
export function isWithin(tree: ReadonlyMap<string, Goal>, id: string, ancestor: string): boolean {
  for (let at: string | undefined = id; at !== undefined; at = tree.get(at)?.parent) {
    if (at === ancestor) return true
  }
  return false
}

/** Returns undefined for a goal that no author vouches for any longer. */
function goalRecordOf({ digest, record, standing }: AttestedRecord): GoalRecord | undefined {
  const { vouches } = standing
  if (record.kind !== 'goal' || vouches === 0) return undefined
  return { id: toHex(digest), record, vouches, statements: readStatements(standing) }
}

function statusOf({ statusCounts }: GoalStatements): Pick<Goal, 'status' | 'statusCounts'> {
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
    const named = new Map<string, number>()
    for (const [stated, authors] of statements.parents) {
      const parent = variants.get(stated) ?? stated
      if (!ids.has(parent) || parent === id) continue
      named.set(parent, (named.get(parent) ?? 0) + authors)
    }
    const best = [...named]
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
