/**
 * The lineage of skills, and which skills compete: those of one name, and ancestors and
 * descendants.
 */
import { MAX_LINEAGE } from './constants.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'

/** The ancestors and descendants of a skill. */
export interface Lineage {
  /** Ids of its parents and of theirs, nearest first, including skills that are not here. */
  readonly ancestors: readonly string[]
  /** Derived skills on this node, nearest first. */
  readonly descendants: readonly string[]
}

type Skills = Pick<SkillStore, 'all' | 'get'>

/** At most 1,000 in each direction. */
export function lineageOf(store: Skills, id: string): Lineage {
  const children = new Map<string, string[]>()
  for (const { id: child, skill } of store.all()) {
    for (const parent of skill.parents) {
      const known = children.get(parent)
      if (known === undefined) children.set(parent, [child])
      else known.push(child)
    }
  }
  return {
    ancestors: walk(id, (each) => store.get(each)?.skill.parents ?? []),
    descendants: walk(id, (each) => children.get(each) ?? [])
  }
}

/** The skill and its possible substitutes on this node. */
export function competitorsOf(store: Skills, id: string): KnownSkill[] {
  const { ancestors, descendants } = lineageOf(store, id)
  const related = new Set([id, ...ancestors, ...descendants])
  const name = store.get(id)?.skill.name
  return [...store.all()].filter((each) => related.has(each.id) || each.skill.name === name)
}

function walk(from: string, next: (id: string) => readonly string[]): string[] {
  const seen = new Set([from])
  for (const id of seen) {
    for (const each of next(id)) {
      if (seen.size > MAX_LINEAGE) break
      seen.add(each)
    }
  }
  seen.delete(from)
  return [...seen]
}
