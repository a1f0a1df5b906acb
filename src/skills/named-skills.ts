/** Finds a skill by its id, a prefix of it, or its name, and checks whether it may be used. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { MIN_ID_DIGITS, onlyOne, parse, quoted } from '../arguments/index.ts'
import { rankCompetitors } from './evidence/competition.ts'
import { isProse } from './skill-identity.ts'
import type { Competitor } from './evidence/competition.ts'
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'

/** Statuses of skills that may be chosen for a task. */
const USABLE: ReadonlySet<SkillStatus> = new Set(['experimental', 'pre-warming', 'verified'])

/** Prose without tests is usable before any evidence: reading it runs nothing. */
export function isUsable({ skill, lifecycle }: Pick<KnownSkill, 'lifecycle' | 'skill'>): boolean {
  return USABLE.has(lifecycle.status) || (lifecycle.status === 'sandbox' && isProse(skill))
}

/** Untested prose of other authors is used by its id or name only: nobody here has read it. */
export function isOffered(known: KnownSkill): boolean {
  return USABLE.has(known.lifecycle.status) || (isUsable(known) && known.provenance.from !== 'hive')
}

/** An id, or the beginning of one. */
const DIGITS = new RegExp(`^[0-9a-f]{${MIN_ID_DIGITS},64}$`, 'i')

/**
 * By id, by a beginning that no other id has, or by name: of that name the best usable skill, or
 * else the newest. Throws `HiveError` (SKILL_UNKNOWN, ID_AMBIGUOUS).
 */
export function findSkill(store: Pick<SkillStore, 'all' | 'get'>, idOrName: string): KnownSkill {
  const text = parse(z.string().min(1), idOrName, 'The id or name of a skill')
  const digits = DIGITS.test(text) ? text.toLowerCase() : undefined
  const known = digits === undefined ? undefined : store.get(digits)
  if (known !== undefined) return known
  const all = [...store.all()]
  const named = all.filter(({ skill }) => skill.name === text)
  const begun = digits === undefined ? [] : all.filter(({ id }) => id.startsWith(digits))
  // A name may look like the beginning of an id; then neither wins.
  const candidates = begun.length === 0 ? [] : [...new Set([...begun, ...named])]
  const identified = onlyOne(
    text,
    candidates.map((each) => ({ id: each.id, text: descriptionOf(each), each })),
    { name: 'skills' }
  )
  if (identified !== undefined) return identified.each
  const usable = named.filter(isUsable)
  const best = rankCompetitors(usable.map(competitorOf)).alpha
  const found = best === undefined ? named.at(-1) : store.get(best)
  if (found !== undefined) return found
  throw new HiveError(
    'SKILL_UNKNOWN',
    `This node has no skill with the id or name ${quoted(text)}. \`capabilities.list()\`, or "hive skills", lists the skills. A shortened id has at least ${MIN_ID_DIGITS} digits.`
  )
}

function descriptionOf({ skill }: KnownSkill): string {
  return `${skill.name}: ${skill.description}`
}

export function competitorOf({ id, lifecycle }: KnownSkill): Competitor {
  return { id, ...lifecycle.counts }
}

/** Throws `HiveError` (SKILL_STATUS) for an untested or blacklisted skill. */
export function assertUsable({ skill, lifecycle }: KnownSkill): void {
  if (isUsable({ skill, lifecycle })) return
  throw new HiveError(
    'SKILL_STATUS',
    lifecycle.status === 'blacklisted'
      ? `${skill.name} is blacklisted on this node. Choose another skill, or pardon this one.`
      : `${skill.name} is untested and cannot be used before all of its tests pass. Run \`test\`.`
  )
}
