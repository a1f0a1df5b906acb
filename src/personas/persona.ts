/**
 * A persona: what makes an agent act as it does. Everything in it is keyed by a name, so that each
 * part has one path, and equal personas have equal bytes (`bytesOf`).
 */
import { z } from 'zod'
import { Key } from '../arguments/index.ts'
import { canonicalJson } from '../sandbox/index.ts'
import {
  MAX_MODEL_LENGTH,
  MAX_NAME_LENGTH,
  MAX_OPTIONS,
  MAX_PERSONA_BYTES,
  MAX_POLICIES,
  MAX_PURPOSE_LENGTH,
  MAX_SKILLS,
  MAX_SKILL_LENGTH,
  MAX_TASKS,
  MAX_TEXT_LENGTH,
  MAX_TRAITS
} from './constants.ts'
import type { Json } from '../sandbox/index.ts'

/** The id or name of a skill. */
export const SkillKey = z
  .string()
  .max(MAX_SKILL_LENGTH)
  .regex(/^[\p{L}\p{N}][^\p{C}/]*$/u, 'begin with a letter or a digit, without "/"')

export const Text = z.string().max(MAX_TEXT_LENGTH)
export const Purpose = z.string().min(1).max(MAX_PURPOSE_LENGTH)
export const Weight = z.number().min(0).max(1)

/** The parts of a policy; it has a direction, a bound, or both. */
export const POLICY_FIELDS = {
  text: Text.min(1),
  attribute: Key,
  scope: z.string().min(1).max(MAX_NAME_LENGTH).default('all'),
  direction: z.enum(['increase', 'decrease', 'require', 'forbid']).optional(),
  min: z.number().optional(),
  max: z.number().optional()
} as const

export const Policy = z
  .strictObject(POLICY_FIELDS)
  .refine(
    ({ direction, min, max }) => (direction ?? min ?? max) !== undefined,
    'a policy has a direction, a min or a max'
  )
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, 'min is at most max')

const NumberText = z.strictObject({ from: z.number(), text: Text })

const NumberTrait = z
  .strictObject({
    kind: z.literal('number'),
    value: z.number(),
    min: z.number(),
    max: z.number(),
    /** The text of a value is that of the greatest `from` at or below it. */
    texts: z.array(NumberText).max(MAX_OPTIONS).optional()
  })
  .refine(({ value, min, max }) => min <= value && value <= max, {
    message: 'the value is within min and max',
    path: ['value']
  })

const ChoiceTrait = z
  .strictObject({
    kind: z.literal('choice'),
    value: Key,
    /** Texts by option; an empty text adds nothing to the prompt. */
    options: z
      .record(Key, Text)
      .refine((options) => isWithin(options, 1, MAX_OPTIONS), `1 to ${MAX_OPTIONS} options`)
  })
  .refine(({ value, options }) => Object.hasOwn(options, value), {
    message: 'the value is one of the options',
    path: ['value']
  })

const FlagTrait = z.strictObject({
  kind: z.literal('flag'),
  value: z.boolean(),
  on: Text.optional(),
  off: Text.optional()
})

export const Trait = z.discriminatedUnion('kind', [NumberTrait, ChoiceTrait, FlagTrait])

/** A tier or a model. */
export const ModelPreference = z.union([
  z.strictObject({ tier: z.enum(['premium', 'fast', 'offline']) }),
  z.strictObject({ model: z.string().min(1).max(MAX_MODEL_LENGTH) })
])

/** The parts of a persona. */
export const PERSONA_FIELDS = {
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  role: Purpose,
  goal: Purpose,
  policies: recordOf(Key, Policy, MAX_POLICIES),
  skills: recordOf(SkillKey, Weight, MAX_SKILLS),
  models: recordOf(Key, ModelPreference, MAX_TASKS),
  traits: recordOf(Key, Trait, MAX_TRAITS)
} as const

export const PersonaSchema = z
  .strictObject(PERSONA_FIELDS)
  .refine((persona) => Buffer.byteLength(canonicalJson(persona)) <= MAX_PERSONA_BYTES, {
    message: `a persona has at most ${MAX_PERSONA_BYTES} bytes as JSON`
  })

/** A persona whose name may be missing: it is then the name of its agent. */
export const PersonaInput = z.strictObject({
  ...PERSONA_FIELDS,
  name: PERSONA_FIELDS.name.optional(),
  policies: PERSONA_FIELDS.policies.default({}),
  skills: PERSONA_FIELDS.skills.default({}),
  models: PERSONA_FIELDS.models.default({}),
  traits: PERSONA_FIELDS.traits.default({})
})

/** The parts that an edit replaces. */
export const PersonaEdit = z.strictObject(PERSONA_FIELDS).partial()

/** A rule of a persona: an attribute, with a direction or bounds, in a scope. */
export interface PersonaPolicy {
  /** At most 1,000 characters; the prompt has it. */
  readonly text: string
  readonly attribute: string
  /** What it applies to; `all` by default. */
  readonly scope: string
  readonly direction?: 'increase' | 'decrease' | 'require' | 'forbid'
  readonly min?: number
  readonly max?: number
}

/** A number within bounds; its text is that of the greatest `from` at or below the value. */
export interface PersonaNumber {
  readonly kind: 'number'
  readonly value: number
  readonly min: number
  readonly max: number
  readonly texts?: readonly { readonly from: number; readonly text: string }[]
}

/** A choice among options; an option with an empty text adds nothing to the prompt. */
export interface PersonaChoice {
  readonly kind: 'choice'
  readonly value: string
  /** Texts by option. */
  readonly options: Readonly<Record<string, string>>
}

/** A flag, with texts for both values. */
export interface PersonaFlag {
  readonly kind: 'flag'
  readonly value: boolean
  readonly on?: string
  readonly off?: string
}

/** A number within bounds, a choice among options, or a flag, with texts for its values. */
export type PersonaTrait = PersonaNumber | PersonaChoice | PersonaFlag

/** The tier or the model that a persona prefers for a class of task. */
export type PersonaModel =
  | { readonly tier: 'premium' | 'fast' | 'offline' }
  | { readonly model: string }

/** What makes an agent act as it does; at most 32 KiB as JSON. */
export interface Persona {
  readonly name: string
  readonly role: string
  readonly goal: string
  /** By id. */
  readonly policies: Readonly<Record<string, PersonaPolicy>>
  /** Weights from 0 to 1, by id or name of a skill. */
  readonly skills: Readonly<Record<string, number>>
  /** By class of task. */
  readonly models: Readonly<Record<string, PersonaModel>>
  /** By name. */
  readonly traits: Readonly<Record<string, PersonaTrait>>
}

/** A policy as callers write it. */
export type PersonaPolicyInit = Omit<PersonaPolicy, 'scope'> & { readonly scope?: string }

/** The parts of a persona that an edit replaces; each of them as a whole. */
export type PersonaChange = Partial<
  Omit<Persona, 'policies'> & { readonly policies: Readonly<Record<string, PersonaPolicyInit>> }
>

/** A persona to create. Its name is by default that of its agent; other parts may be missing. */
export type PersonaInit = PersonaChange & Pick<Persona, 'goal' | 'role'>

/** Canonical JSON: equal personas have equal bytes. */
export function bytesOf(persona: Persona): Uint8Array {
  return Buffer.from(canonicalJson(jsonOf(persona)))
}

/** The persona as JSON, for code that goes through it by path. */
export function jsonOf(persona: Persona): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an interface of JSON values
  return persona as unknown as Json
}

function recordOf<K extends typeof Key, V extends z.ZodType>(
  key: K,
  value: V,
  max: number
): z.ZodRecord<K, V> {
  return z.record(key, value).refine((record) => isWithin(record, 0, max), `at most ${max}`)
}

function isWithin(record: object, min: number, max: number): boolean {
  const { length } = Object.keys(record)
  return min <= length && length <= max
}
