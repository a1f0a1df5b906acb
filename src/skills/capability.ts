/** The public description of a skill. */
import { displayText } from '../foreign-text/index.ts'
import { lowerBound } from './evidence/competition.ts'
import { predictedPromotion, predictedReliability } from './evidence/prediction.ts'
import { readingsOf } from './evidence/sequence.ts'
import { evidenceOf } from './evidence/uses.ts'
import { verificationProgress } from './evidence/e-process.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { Documentation, Provenance } from './store/skill-values.ts'
import type { KnownSkill } from './store/skill-store.ts'
import type { Skill } from './skill-identity.ts'

/** A skill of this node and the evidence for it. */
export interface Capability {
  /** 64 hex digits. */
  readonly id: string
  readonly name: string
  readonly description: DisplayText
  readonly kind: Skill['kind']
  readonly status: SkillStatus
  /** It declares no tests, or has not passed them here: only its uses are evidence. */
  readonly untested: boolean
  /** Time of the last change of status. */
  readonly since: Date
  /** Recorded uses, and successful ones. */
  readonly trials: number
  readonly successes: number
  /** Uses that began and have no outcome yet. They hold a promotion back, each for at most an hour. */
  readonly outstanding: number
  /** 0 to 1: progress of the evidence towards promotion. */
  readonly verificationProgress: number
  /** 0 to 1: expected rate of success. */
  readonly predictedReliability: number
  /** 0 to 1: probability of a promotion within 300 trials. */
  readonly predictedPromotion: number
  /** 0 to 1: lower end of the rate's 95 % interval, which ranks competitors. */
  readonly lowerBound: number
  /** Undefined if the skill is not warm. */
  readonly warmedAt: Date | undefined
  /** Ids of the skills that it was derived from. */
  readonly parents: readonly string[]
  readonly provenance: Provenance
  readonly addedAt: Date
}

/** A skill with its source, tests and documentation. */
export interface CapabilityDetails extends Capability {
  readonly skill: Skill
  /** Written while the skill was made warm; undefined before. */
  readonly documentation: Documentation | undefined
}

/** A skill on trial that is ready to run. */
export interface PreWarmedSkill {
  readonly id: string
  readonly name: string
  /** 0 to 1: progress of the evidence towards promotion. */
  readonly verificationProgress: number
  /** 0 to 1. */
  readonly predictedReliability: number
  readonly warmedAt: Date
}

/** An adopted skill without invisible characters; an own one as it was registered. */
export function displaySkill({
  skill,
  provenance
}: Pick<KnownSkill, 'provenance' | 'skill'>): Skill {
  if (provenance.from !== 'hive') return skill
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the same form
  return displayJson(skill) as Skill
}

/** JSON whose texts and names of properties have no invisible characters. */
function displayJson(value: unknown): unknown {
  if (typeof value === 'string') return displayText(value)
  if (Array.isArray(value)) return value.map(displayJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [displayText(name), displayJson(child)])
  )
}

export function capabilityOf(known: KnownSkill, warmedAt: Date | undefined): Capability {
  const { id, skill, lifecycle, provenance, since, addedAt } = known
  const { name, description, kind, parents } = skill
  const { status, counts, headStart, uses } = lifecycle
  const readings = readingsOf(evidenceOf(uses).promotion)
  return {
    id,
    name,
    description: displayText(description),
    kind,
    status,
    untested: status === 'sandbox' || skill.tests.length === 0,
    since: new Date(since),
    trials: counts.trials,
    successes: counts.successes,
    outstanding: uses.waiting.reduce((sum, { out }) => sum + out.length, 0),
    verificationProgress: status === 'verified' ? 1 : verificationProgress(readings, headStart),
    predictedReliability: predictedReliability(counts),
    predictedPromotion: status === 'verified' ? 1 : predictedPromotion(counts, uses),
    lowerBound: lowerBound(counts),
    warmedAt,
    parents,
    provenance,
    addedAt: new Date(addedAt)
  }
}
