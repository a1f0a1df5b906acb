/** The stances of a persona: of its policies, and of the values of its traits. */
import { ALL } from './stance.ts'
import type { Persona, PersonaNumber, PersonaPolicy, PersonaTrait } from '../personas/index.ts'
import type { Stance } from './stance.ts'

/** A stance, and the part of the persona that takes it. */
export interface PersonaStance {
  readonly stance: Stance
  /** Such as `['policies', 'calm']`. */
  readonly path: readonly string[]
}

/**
 * The stances of a persona. A number is its value; a flag requires or forbids its name; a choice
 * requires `name.option` of the chosen option and forbids the others.
 */
export function stancesOf(persona: Persona): PersonaStance[] {
  return [
    ...policyStances(persona),
    ...Object.entries(persona.traits).flatMap(([name, trait]) =>
      traitStances(name, trait).map((stance) => ({ stance, path: ['traits', name] }))
    )
  ]
}

export function policyStances({ policies }: Persona): PersonaStance[] {
  return Object.entries(policies).map(([id, policy]) => ({
    stance: policyStance(policy),
    path: ['policies', id]
  }))
}

/** The directions in which a mutation moves numbers. */
export function movesOf(before: Persona, after: Persona): PersonaStance[] {
  return Object.entries(after.traits).flatMap(([name, trait]) => {
    const [from, to] = [numberOf(before.traits, name)?.value, numberOf(after.traits, name)?.value]
    if (trait.kind !== 'number' || from === undefined || to === undefined || from === to) return []
    const direction = to > from ? ('increase' as const) : ('decrease' as const)
    return [{ stance: { attribute: name, direction, scope: ALL }, path: ['traits', name, 'value'] }]
  })
}

/** The stance with the value that a number of the persona gives its attribute. */
export function startingAt(stance: Stance, { traits }: Persona): Stance {
  const at = numberOf(traits, stance.attribute)?.value
  return at === undefined || stance.direction === undefined ? stance : { ...stance, at }
}

function policyStance({ attribute, direction, min, max, scope }: PersonaPolicy): Stance {
  return {
    attribute,
    scope,
    ...(direction === undefined ? {} : { direction }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max })
  }
}

function traitStances(name: string, trait: PersonaTrait): Stance[] {
  switch (trait.kind) {
    case 'number':
      return [{ attribute: name, min: trait.value, max: trait.value, scope: ALL }]
    case 'flag':
      return [{ attribute: name, direction: trait.value ? 'require' : 'forbid', scope: ALL }]
    case 'choice':
      return Object.keys(trait.options).map((option) => ({
        attribute: `${name}.${option}`,
        direction: option === trait.value ? 'require' : 'forbid',
        scope: ALL
      }))
  }
}

function numberOf(
  traits: Readonly<Record<string, PersonaTrait>>,
  name: string
): PersonaNumber | undefined {
  const trait = Object.hasOwn(traits, name) ? traits[name] : undefined
  return trait?.kind === 'number' ? trait : undefined
}
