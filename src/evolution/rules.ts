/**
 * Rules of personas in the hive: "with this value of this trait, agents succeed more often". A rule
 * is a claim, equal on every node that found it, so that voices add up. Foreign knowledge selects,
 * it never writes: a rule can choose among the options, bounds and skills that a persona has, and no
 * text of it reaches a prompt.
 */
import { Key } from '../arguments/index.ts'
import { ANY_TASK } from '../journal/index.ts'
import { SkillKey } from '../personas/index.ts'
import { combinedClaim, combinedValues, isCombined } from './combined-rules.ts'
import type {
  MutationOf,
  Persona,
  PersonaMutation,
  PersonaPathChange,
  PersonaPolicy
} from '../personas/index.ts'
import type { TraitValue } from './combined-rules.ts'

/** A rule as a claim. */
export interface PersonaRule {
  readonly entity: string
  readonly attribute: string
  readonly value: string
  readonly content: string
  /** The value that it replaces: a rule for that one no longer holds here. */
  readonly replaces?: string
}

/** A mutation that combines no others. */
type SingleMutation = MutationOf<PersonaPolicy>

const TRAIT = 'persona trait '
const SKILL = 'persona skill '
const BETTER = 'better for '

/** The rule that a kept mutation has shown; undefined for one that is of this persona alone. */
export function ruleOf(
  changes: readonly PersonaPathChange[],
  task: string | undefined
): PersonaRule | undefined {
  const [change] = changes
  if (change === undefined) return undefined
  const of = task ?? ANY_TASK
  const attribute = `${BETTER}${of}`
  const tasks = of === ANY_TASK ? 'Agents' : `For tasks of the class "${of}", agents`
  if (changes.length > 1) {
    const values = traitValuesOf(changes)
    const claim = values.length < changes.length ? undefined : combinedClaim(values, tasks)
    return claim && { ...claim, attribute }
  }
  const { path, before, after } = change
  const [part, name = '', field] = path
  if (part === 'traits' && field === 'value' && isScalar(after)) {
    const value = String(after)
    return {
      entity: `${TRAIT}${name}`,
      attribute,
      value,
      content: `${tasks} succeed more often with the trait "${name}" at "${value}".`,
      ...(isScalar(before) ? { replaces: String(before) } : {})
    }
  }
  if (part === 'skills' && typeof after === 'number') {
    const value = String(after)
    return {
      entity: `${SKILL}${name}`,
      attribute,
      value,
      content: `${tasks} succeed more often with the skill "${name}" preferred by ${value}.`,
      ...(isScalar(before) ? { replaces: String(before) } : {})
    }
  }
  return undefined
}

function traitValuesOf(changes: readonly PersonaPathChange[]): TraitValue[] {
  return changes.flatMap(({ path: [part, trait = '', field], after }) =>
    part === 'traits' && field === 'value' && isScalar(after)
      ? [{ trait, value: String(after) }]
      : []
  )
}

function isScalar(value: unknown): value is boolean | number | string {
  return ['boolean', 'number', 'string'].includes(typeof value)
}

type RuleClaim = Pick<PersonaRule, 'attribute' | 'entity' | 'value'>

/** Whether a rule names a class of task that the agent has. */
export function isOfTask({ attribute }: RuleClaim, tasks: ReadonlySet<string>): boolean {
  const task = attribute.slice(BETTER.length)
  return attribute.startsWith(BETTER) && (task === ANY_TASK || tasks.has(task))
}

/** Whether a persona has what a rule of the hive would choose; of a combination, any part of it. */
export function isFollowed(persona: Persona, rule: RuleClaim): boolean {
  const { attribute, entity, value } = rule
  if (!attribute.startsWith(BETTER)) return false
  const { traits, skills } = persona
  const hasValue = (name: string, of: string): boolean =>
    Object.hasOwn(traits, name) && String(traits[name]?.value) === of
  if (isCombined(rule)) return combinedValues(rule).some((of) => hasValue(of.trait, of.value))
  if (entity.startsWith(TRAIT)) return hasValue(entity.slice(TRAIT.length), value)
  const skill = entity.slice(SKILL.length)
  return entity.startsWith(SKILL) && Object.hasOwn(skills, skill) && String(skills[skill]) === value
}

/** What a rule of the hive would change in a persona; undefined if it does not fit it. */
export function fittingRule(persona: Persona, rule: RuleClaim): PersonaMutation | undefined {
  const { entity, attribute, value } = rule
  if (!attribute.startsWith(BETTER)) return undefined
  if (isCombined(rule)) {
    const values = combinedValues(rule)
    const parts = values.flatMap((of) => traitMutation(persona, of.trait, of.value) ?? [])
    return parts.length === 0 || parts.length < values.length ? undefined : { do: 'combine', parts }
  }
  if (entity.startsWith(TRAIT)) return traitMutation(persona, entity.slice(TRAIT.length), value)
  if (entity.startsWith(SKILL)) return skillMutation(persona, entity.slice(SKILL.length), value)
  return undefined
}

function traitMutation(persona: Persona, name: string, value: string): SingleMutation | undefined {
  if (!Key.safeParse(name).success || !Object.hasOwn(persona.traits, name)) return undefined
  const trait = persona.traits[name]
  switch (trait?.kind) {
    case 'choice':
      return Object.hasOwn(trait.options, value) && value !== trait.value
        ? { do: 'choose-option', trait: name, option: value }
        : undefined
    case 'flag':
      return (value === 'true' || value === 'false') && value !== String(trait.value)
        ? { do: 'set-flag', trait: name, value: value === 'true' }
        : undefined
    case 'number': {
      const number = Number(value)
      const isWithin = value !== '' && trait.min <= number && number <= trait.max
      return isWithin && number !== trait.value
        ? { do: 'move-number', trait: name, by: number - trait.value }
        : undefined
    }
    case undefined:
      return undefined
  }
}

/** Only the weight of a skill that the persona has: a rule brings in no skill. */
function skillMutation(persona: Persona, skill: string, value: string): SingleMutation | undefined {
  const weight = Number(value)
  const isKnown = SkillKey.safeParse(skill).success && Object.hasOwn(persona.skills, skill)
  if (!isKnown || !(weight >= 0 && weight <= 1) || value === '') return undefined
  return persona.skills[skill] === weight ? undefined : { do: 'prefer-skill', skill, weight }
}
