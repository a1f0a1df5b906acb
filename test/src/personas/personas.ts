/** Personas and mutations of tests: arbitrary ones, small enough to collide often. */
import fc from 'fast-check'
import type { PersonaInit, PersonaMutationInit } from '../../../src/index.ts'
import { bytesOf } from '../../../src/personas/persona.ts'
import { wholePersona } from '../../../src/personas/index.ts'
import type { Persona } from '../../../src/personas/index.ts'

export const AUDITOR: PersonaInit = {
  role: 'You audit pull requests.',
  goal: 'Find defects before they are merged.',
  policies: {
    p0: { text: 'Never approve your own change.', attribute: 'self-approval', direction: 'forbid' },
    p1: { text: 'At most 3 remarks.', attribute: 'remarks', max: 3, scope: 'review' }
  },
  skills: { 'run-tests': 0.5 },
  models: { plan: { tier: 'premium' } },
  traits: {
    t0: {
      kind: 'number',
      value: 0.5,
      min: 0,
      max: 1,
      texts: [
        { from: 0, text: 'Be bold.' },
        { from: 0.5, text: 'Be careful.' }
      ]
    },
    t1: { kind: 'choice', value: 'brief', options: { brief: 'Answer briefly.', long: 'Explain.' } },
    t2: { kind: 'flag', value: false, on: 'Cite lines.' }
  }
}

export const auditor = (): Persona => wholePersona('auditor', AUDITOR)

/** Canonical JSON. */
export function textOf(persona: Persona | undefined): string {
  return persona === undefined ? '' : Buffer.from(bytesOf(persona)).toString()
}

export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    value
  )
}

const text = fc.string({ minLength: 1, maxLength: 6 })
const traitName = fc.constantFrom('t0', 't1', 't2', 't3')
const policyId = fc.constantFrom('p0', 'p1', 'p2')
const skill = fc.constantFrom('run-tests', 'lint', 'Überprüfen')
const task = fc.constantFrom('plan', 'summarise')
const small = fc.integer({ min: -3, max: 3 }).map((third) => third / 3)

const trait = fc.oneof(
  fc.record({ at: small, width: fc.nat(2) }).map(({ at, width }) => ({
    kind: 'number' as const,
    value: at,
    min: at - width / 3,
    max: at + width
  })),
  fc.record({ value: fc.constantFrom('brief', 'long'), text }).map(({ value, text: says }) => ({
    kind: 'choice' as const,
    value,
    options: { [value]: says, other: '' }
  })),
  fc.boolean().map((value) => ({ kind: 'flag' as const, value }))
)

const policy = fc.oneof(
  fc.record({ text, attribute: fc.constant('a'), direction: fc.constant('forbid' as const) }),
  fc.record({ text, attribute: fc.constant('b'), min: small })
)

const model = fc.constantFrom(
  { tier: 'premium' as const },
  { tier: 'fast' as const },
  { model: 'local/llama' }
)

/** Every operator. Some do not fit a persona. */
export const mutation: fc.Arbitrary<PersonaMutationInit> = fc.oneof(
  fc.record({ do: fc.constant('set-trait' as const), trait: traitName, to: trait }),
  fc.record({ do: fc.constant('remove-trait' as const), trait: traitName }),
  fc.record({ do: fc.constant('move-number' as const), trait: traitName, by: small }),
  fc.record({
    do: fc.constant('choose-option' as const),
    trait: traitName,
    option: fc.constantFrom('brief', 'long', 'other')
  }),
  fc.record({ do: fc.constant('set-flag' as const), trait: traitName, value: fc.boolean() }),
  fc.record({ do: fc.constant('add-policy' as const), id: policyId, policy }),
  fc.record({
    do: fc.constant('edit-policy' as const),
    id: policyId,
    parts: fc.record({ text, max: small }, { requiredKeys: [] })
  }),
  fc.record({ do: fc.constant('remove-policy' as const), id: policyId }),
  fc.record({
    do: fc.constant('prefer-skill' as const),
    skill,
    weight: fc.constantFrom(0, 0.5, 1)
  }),
  fc.record({ do: fc.constant('unprefer-skill' as const), skill }),
  fc.record({ do: fc.constant('prefer-model' as const), task, to: model }),
  fc.record({ do: fc.constant('unprefer-model' as const), task }),
  fc.record({ do: fc.constant('edit-role' as const), text }),
  fc.record({ do: fc.constant('edit-goal' as const), text })
)
