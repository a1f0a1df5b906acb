/** Finds a skill by its id, a prefix of it, or its name, and checks whether it may be used. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import { rankCompetitors } from './evidence/competition.ts'
import type { Competitor } from './evidence/competition.ts'
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'

/** Statuses of skills that may be chosen for a task. */
export const USABLE: ReadonlySet<SkillStatus> = new Set(['experimental', 'pre-warming', 'verified'])

const ID = /^[0-9a-f]{64}$/

/** A prefix of an id identifies a skill if no other id has it. */
const PREFIX = /^[0-9a-f]{8,63}$/

/** By name: the best usable skill, or else the newest. Throws `HiveError` (SKILL_UNKNOWN). */
export function findSkill(store: Pick<SkillStore, 'all' | 'get'>, idOrName: string): KnownSkill {
  const text = parse(z.string().min(1), idOrName, 'The id or name of a skill')
  const known = ID.test(text) ? store.get(text) : undefined
  if (known !== undefined) return known
  const prefixed = PREFIX.test(text) ? [...store.all()].filter(({ id }) => id.startsWith(text)) : []
  if (prefixed.length === 1 && prefixed[0] !== undefined) return prefixed[0]
  const named = [...store.all()].filter(({ skill }) => skill.name === text)
  const usable = named.filter(({ lifecycle }) => USABLE.has(lifecycle.status))
  const best = rankCompetitors(usable.map(competitorOf)).alpha
  const found = best === undefined ? named.at(-1) : store.get(best)
  if (found !== undefined) return found
  throw new HiveError(
    'SKILL_UNKNOWN',
    `This node has no skill with the id or name "${text}". \`capabilities.list()\` lists the skills.`
  )
}

export function competitorOf({ id, lifecycle }: KnownSkill): Competitor {
  return { id, ...lifecycle.counts }
}

/** Throws `HiveError` (SKILL_STATUS) for an untested or blacklisted skill. */
export function assertUsable({ skill, lifecycle }: KnownSkill): void {
  if (USABLE.has(lifecycle.status)) return
  throw new HiveError(
    'SKILL_STATUS',
    lifecycle.status === 'blacklisted'
      ? `${skill.name} is blacklisted on this node. Choose another skill, or pardon this one.`
      : `${skill.name} is untested and cannot be used before all of its tests pass. Run \`test\`.`
  )
}
