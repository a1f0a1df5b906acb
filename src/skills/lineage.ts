/** Where skills come from, and which compete: those of one name, and ancestors and descendants. */
import { MAX_LINEAGE } from './constants.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'

/** Where a skill comes from, and what was made of it. */
export interface Lineage {
  /** Ids of the skills it was made of, and of theirs, nearest first; also of those not here. */
  readonly ancestors: readonly string[]
  /** Those made of it that are here, nearest first. */
  readonly descendants: readonly string[]
}

type Skills = Pick<SkillStore, 'all' | 'get'>

/** At most 1,000 each way. */
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

/** The skill and what may stand in for it here. */
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
