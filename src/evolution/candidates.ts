/**
 * Mutations that a persona can be given without a model: other options, flags and numbers of its
 * traits, other weights of skills, and policies with tighter bounds. A persona's own author wrote
 * all of their texts. Bounds of policies are only tightened, since they limit an agent.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../sandbox/index.ts'
import { applyMutation } from '../personas/index.ts'
import type { Json } from '../sandbox/index.ts'
import type { Persona, PersonaMutation, PersonaPathChange } from '../personas/index.ts'

/** A mutation that may be tried, and the key of what it changes. */
export interface Candidate {
  readonly mutation: PersonaMutation
  /** Equal for mutations that set the same parts to the same values. */
  readonly key: string
  /** The key of a mutation that takes it back. */
  readonly inverseKey: string
}

export interface CandidateOptions {
  /** Share of its range by which a number is moved. */
  readonly step: number
  /** Skills of this node that may be used, by id or name. */
  readonly skills: readonly string[]
}

const WEIGHTS = [0.5, 1] as const

/** Candidates in an order that `seed` determines, so that agents begin with different ones. */
export function candidatesOf(
  persona: Persona,
  { step, skills }: CandidateOptions,
  seed: string
): Candidate[] {
  const mutations = [
    ...Object.entries(persona.traits).flatMap(([trait, of]) => traitMutations(trait, of, step)),
    ...skillMutations(persona, skills),
    ...Object.entries(persona.policies).flatMap(([id, policy]) => policyMutations(id, policy, step))
  ]
  const candidates = mutations.flatMap((mutation) => {
    const candidate = candidateOf(persona, mutation)
    return candidate === undefined ? [] : [candidate]
  })
  const unique = new Map(candidates.map((candidate) => [candidate.key, candidate]))
  return [...unique.values()].toSorted((a, b) =>
    orderOf(seed, a.key) < orderOf(seed, b.key) ? -1 : 1
  )
}

/** Undefined for a mutation that does not fit, or changes nothing. */
export function candidateOf(persona: Persona, mutation: PersonaMutation): Candidate | undefined {
  try {
    const { inverse } = applyMutation(persona, mutation)
    if (inverse.changes.length === 0) return undefined
    return { mutation, ...keysOf(inverse.changes) }
  } catch {
    return undefined
  }
}

/** Keys of the mutations that one combines; undefined for one that combines none. */
export function partsOf(persona: Persona, mutation: PersonaMutation): string[] | undefined {
  if (mutation.do !== 'combine') return undefined
  return mutation.parts.flatMap((part) => candidateOf(persona, part)?.key ?? [])
}

export function keysOf(
  changes: readonly PersonaPathChange[]
): Pick<Candidate, 'inverseKey' | 'key'> {
  return {
    key: keyOf(changes.map(({ path, after }) => [path, after])),
    inverseKey: keyOf(changes.map(({ path, before }) => [path, before]))
  }
}

function traitMutations(
  name: string,
  trait: Persona['traits'][string],
  step: number
): PersonaMutation[] {
  switch (trait.kind) {
    case 'flag':
      return [{ do: 'set-flag', trait: name, value: !trait.value }]
    case 'choice':
      return Object.keys(trait.options)
        .filter((option) => option !== trait.value)
        .map((option) => ({ do: 'choose-option', trait: name, option }))
    case 'number': {
      const by = (trait.max - trait.min) * step
      return [by, -by].map((each) => ({ do: 'move-number', trait: name, by: each }))
    }
  }
}

function skillMutations(persona: Persona, skills: readonly string[]): PersonaMutation[] {
  const preferred = Object.entries(persona.skills)
  const others = skills.filter((skill) => !Object.hasOwn(persona.skills, skill))
  return [
    ...others.map((skill) => ({ do: 'prefer-skill', skill, weight: 0.5 }) as const),
    ...preferred.flatMap(([skill, weight]) => [
      { do: 'unprefer-skill', skill } as const,
      ...WEIGHTS.filter((other) => other !== weight).map(
        (other) => ({ do: 'prefer-skill', skill, weight: other }) as const
      )
    ])
  ]
}

function policyMutations(
  id: string,
  { min, max }: Persona['policies'][string],
  step: number
): PersonaMutation[] {
  if (min === undefined || max === undefined || min === max) return []
  const by = (max - min) * step
  return [
    { do: 'edit-policy', id, parts: { min: Math.min(max, min + by) } },
    { do: 'edit-policy', id, parts: { max: Math.max(min, max - by) } }
  ]
}

function keyOf(parts: readonly (readonly [readonly string[], Json | undefined])[]): string {
  return canonicalJson(parts.map(([path, value]) => [[...path], value ?? null]))
}

function orderOf(seed: string, key: string): string {
  return createHash('sha256').update(`${seed}\n${key}`).digest('hex')
}
