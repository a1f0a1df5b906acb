/** Mutations: changes of a persona as data. Each has an exact inverse. */
import { z } from 'zod'
import { Key, parse } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { diffPersonas, restore } from './changes.ts'
import {
  ModelPreference,
  PersonaSchema,
  Policy,
  POLICY_FIELDS,
  Purpose,
  SkillKey,
  Trait,
  Weight
} from './persona.ts'
import type { PersonaPathChange, Restored } from './changes.ts'
import type {
  Persona,
  PersonaModel,
  PersonaPolicy,
  PersonaPolicyInit,
  PersonaTrait
} from './persona.ts'

const { scope: _scope, ...POLICY_PARTS } = POLICY_FIELDS

const SINGLE = [
  z.strictObject({ do: z.literal('set-trait'), trait: Key, to: Trait }),
  z.strictObject({ do: z.literal('remove-trait'), trait: Key }),
  z.strictObject({ do: z.literal('move-number'), trait: Key, by: z.number() }),
  z.strictObject({ do: z.literal('choose-option'), trait: Key, option: Key }),
  z.strictObject({ do: z.literal('set-flag'), trait: Key, value: z.boolean() }),
  z.strictObject({ do: z.literal('add-policy'), id: Key, policy: Policy }),
  z.strictObject({
    do: z.literal('edit-policy'),
    id: Key,
    parts: z.strictObject({ ...POLICY_PARTS, scope: _scope.unwrap() }).partial()
  }),
  z.strictObject({ do: z.literal('remove-policy'), id: Key }),
  z.strictObject({ do: z.literal('prefer-skill'), skill: SkillKey, weight: Weight }),
  z.strictObject({ do: z.literal('unprefer-skill'), skill: SkillKey }),
  z.strictObject({ do: z.literal('prefer-model'), task: Key, to: ModelPreference }),
  z.strictObject({ do: z.literal('unprefer-model'), task: Key }),
  z.strictObject({ do: z.literal('edit-role'), text: Purpose }),
  z.strictObject({ do: z.literal('edit-goal'), text: Purpose })
] as const

/** The most mutations that one can combine. */
export const MAX_COMBINED = 8

export const MutationSchema = z.discriminatedUnion('do', [
  ...SINGLE,
  z.strictObject({
    do: z.literal('combine'),
    parts: z.array(z.discriminatedUnion('do', SINGLE)).min(2).max(MAX_COMBINED)
  })
])

/** A change of a persona, as data. */
export type PersonaMutation = CombinedMutationOf<PersonaPolicy> | MutationOf<PersonaPolicy>

/** A mutation as callers write it. */
export type PersonaMutationInit =
  | CombinedMutationOf<PersonaPolicyInit>
  | MutationOf<PersonaPolicyInit>

/** Several mutations at once, in their order: 2 to 8. They are tried and taken back together. */
export interface CombinedMutationOf<P> {
  readonly do: 'combine'
  readonly parts: readonly MutationOf<P>[]
}

/** `P`: a policy, whole or as callers write it. */
export type MutationOf<P> =
  /** Adds a trait, or replaces it whole. */
  | { readonly do: 'set-trait'; readonly trait: string; readonly to: PersonaTrait }
  | { readonly do: 'remove-trait'; readonly trait: string }
  /** Adds `by`; the value stops at its bounds. */
  | { readonly do: 'move-number'; readonly trait: string; readonly by: number }
  | { readonly do: 'choose-option'; readonly trait: string; readonly option: string }
  | { readonly do: 'set-flag'; readonly trait: string; readonly value: boolean }
  | { readonly do: 'add-policy'; readonly id: string; readonly policy: P }
  /** Replaces the given parts of a policy. */
  | { readonly do: 'edit-policy'; readonly id: string; readonly parts: Partial<PersonaPolicy> }
  | { readonly do: 'remove-policy'; readonly id: string }
  | { readonly do: 'prefer-skill'; readonly skill: string; readonly weight: number }
  | { readonly do: 'unprefer-skill'; readonly skill: string }
  | { readonly do: 'prefer-model'; readonly task: string; readonly to: PersonaModel }
  | { readonly do: 'unprefer-model'; readonly task: string }
  | { readonly do: 'edit-role' | 'edit-goal'; readonly text: string }

/** What takes a mutation back. */
export interface PersonaInverse {
  readonly changes: readonly PersonaPathChange[]
}

/**
 * The persona after a mutation, and the exact inverse. Throws `HiveError` (ARGUMENT_INVALID,
 * MUTATION_INVALID).
 *
 * @example
 * ```ts
 * import { applyMutation, createHive, invertMutation } from 'noormme-hive'
 *
 * await using db = await createHive({ swarm: false })
 * await db.agent.persona.edit({ role: 'You review.', goal: 'Find defects.' })
 * const persona = await db.agent.persona.get()
 * if (persona === undefined) throw new Error('no persona')
 * const edit = { do: 'edit-goal', text: 'Find all defects.' } as const
 * const { persona: edited, inverse } = applyMutation(persona, edit)
 * console.log(edited.goal, invertMutation(edited, inverse).persona?.goal)
 * ```
 */
export function applyMutation(
  persona: Persona,
  mutation: PersonaMutationInit
): { readonly persona: Persona; readonly inverse: PersonaInverse } {
  const valid = parse(MutationSchema, mutation, 'The mutation')
  const after = parse(
    PersonaSchema,
    mutated(persona, valid),
    `The persona after "${valid.do}"`,
    'MUTATION_INVALID'
  )
  return { persona: after, inverse: { changes: diffPersonas(persona, after) } }
}

/**
 * The persona without the mutation. What a mutation changed is restored byte by byte; conflicts name
 * what was edited since, and then nothing is restored.
 */
export function invertMutation(persona: Persona, inverse: PersonaInverse): Restored {
  return restore(persona, inverse.changes)
}

function mutated(persona: Persona, mutation: PersonaMutation): Persona {
  const { policies, skills, models, traits } = persona
  switch (mutation.do) {
    case 'combine':
      return mutation.parts.reduce<Persona>((made, part) => mutated(made, part), persona)
    case 'set-trait':
      return { ...persona, traits: { ...traits, [mutation.trait]: mutation.to } }
    case 'remove-trait':
      return { ...persona, traits: without(traits, mutation.trait, 'trait') }
    case 'move-number': {
      const trait = traitOf(persona, mutation.trait, 'number')
      const value = Math.min(trait.max, Math.max(trait.min, sumOf(trait.value, mutation.by)))
      return { ...persona, traits: { ...traits, [mutation.trait]: { ...trait, value } } }
    }
    case 'choose-option': {
      const trait = traitOf(persona, mutation.trait, 'choice')
      const chosen = { ...trait, value: mutation.option }
      return { ...persona, traits: { ...traits, [mutation.trait]: chosen } }
    }
    case 'set-flag': {
      const trait = { ...traitOf(persona, mutation.trait, 'flag'), value: mutation.value }
      return { ...persona, traits: { ...traits, [mutation.trait]: trait } }
    }
    case 'add-policy':
      if (Object.hasOwn(policies, mutation.id)) {
        throw misfit(`The persona has a policy "${mutation.id}" already.`)
      }
      return { ...persona, policies: { ...policies, [mutation.id]: mutation.policy } }
    case 'edit-policy': {
      const policy = { ...ownOf(policies, mutation.id, 'policy'), ...mutation.parts }
      return { ...persona, policies: { ...policies, [mutation.id]: policy } }
    }
    case 'remove-policy':
      return { ...persona, policies: without(policies, mutation.id, 'policy') }
    case 'prefer-skill':
      return { ...persona, skills: { ...skills, [mutation.skill]: mutation.weight } }
    case 'unprefer-skill':
      return { ...persona, skills: without(skills, mutation.skill, 'skill') }
    case 'prefer-model':
      return { ...persona, models: { ...models, [mutation.task]: mutation.to } }
    case 'unprefer-model':
      return { ...persona, models: without(models, mutation.task, 'model for the task') }
    case 'edit-role':
      return { ...persona, role: mutation.text }
    case 'edit-goal':
      return { ...persona, goal: mutation.text }
  }
}

/** Decimal digits that a number has for certain. */
const DIGITS = 15

/**
 * The sum without the error of binary fractions: 0.1 and 0.2 are 0.3 on every way, so that equal
 * values are equal rules.
 */
function sumOf(one: number, other: number): number {
  const sum = one + other
  const whole = Math.ceil(Math.log10(Math.max(Math.abs(one), Math.abs(other))))
  const decimals = DIGITS - whole
  // Beyond these no digit is in doubt, or none is a fraction.
  if (!(decimals >= 0 && decimals <= 100)) return sum
  return Number(sum.toFixed(decimals)) + 0
}

function traitOf<K extends PersonaTrait['kind']>(
  { traits }: Persona,
  name: string,
  kind: K
): Extract<PersonaTrait, { kind: K }> {
  const trait = ownOf(traits, name, 'trait')
  if (!isKind(trait, kind)) throw misfit(`The trait "${name}" is a ${trait.kind}, not a ${kind}.`)
  return trait
}

function isKind<K extends PersonaTrait['kind']>(
  trait: PersonaTrait,
  kind: K
): trait is Extract<PersonaTrait, { kind: K }> {
  return trait.kind === kind
}

function ownOf<T>(record: Readonly<Record<string, T>>, key: string, what: string): T {
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  if (value === undefined) throw misfit(`The persona has no ${what} "${key}".`)
  return value
}

function without<T>(
  record: Readonly<Record<string, T>>,
  key: string,
  what: string
): Record<string, T> {
  ownOf(record, key, what)
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}

function misfit(message: string): HiveError {
  return new HiveError('MUTATION_INVALID', message)
}
