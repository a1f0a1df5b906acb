import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyMutation } from '../../../src/index.ts'
import { candidateOf, candidatesOf } from '../../../src/evolution/candidates.ts'
import { fittingRule, isFollowed, ruleOf } from '../../../src/evolution/rules.ts'
import { auditor, textOf } from '../personas/personas.ts'
import type { Persona } from '../../../src/index.ts'

describe('a rule of a persona', () => {
  it('is what a kept mutation changed, and gives another persona the same value', () => {
    const persona = auditor()
    for (const { mutation } of candidatesOf(persona, { step: 0.25, skills: [] }, 'x')) {
      const { persona: mutated, inverse } = applyMutation(persona, mutation)
      const rule = ruleOf(inverse.changes, 'review')
      if (mutation.do === 'edit-policy' || mutation.do === 'unprefer-skill') {
        assert.equal(rule, undefined)
        continue
      }
      assert.ok(rule)
      const fitting = fittingRule(persona, rule)
      assert.ok(fitting, mutation.do)
      assert.equal(textOf(applyMutation(persona, fitting).persona), textOf(mutated))
      assert.equal(fittingRule(mutated, rule), undefined)
      assert.deepEqual([isFollowed(persona, rule), isFollowed(mutated, rule)], [false, true])
    }
  })

  it('is followed by a persona that had any other number', () => {
    const rule = { entity: 'persona trait t0', attribute: 'better for all', value: '' }
    const at = (value: number): Persona => {
      const to = { kind: 'number', value, min: 0, max: 1 } as const
      return applyMutation(auditor(), { do: 'set-trait', trait: 't0', to }).persona
    }
    for (let from = 0; from <= 20; from++) {
      for (let to = 0; to <= 20; to++) {
        const wanted = { ...rule, value: String(to / 20) }
        const fitting = fittingRule(at(from / 20), wanted)
        if (fitting === undefined) continue
        const { persona, inverse } = applyMutation(at(from / 20), fitting)
        assert.ok(isFollowed(persona, wanted), `${from / 20} to ${to / 20}`)
        assert.equal(ruleOf(inverse.changes, undefined)?.value, wanted.value)
      }
    }
  })

  it('is equal on every node, without figures', () => {
    const { inverse } = applyMutation(auditor(), {
      do: 'choose-option',
      trait: 't1',
      option: 'long'
    })
    assert.deepEqual(ruleOf(inverse.changes, 'review'), {
      entity: 'persona trait t1',
      attribute: 'better for review',
      value: 'long',
      replaces: 'brief',
      content:
        'For tasks of the class "review", agents succeed more often with the trait "t1" at "long".'
    })
  })

  it('of several traits is tried as a whole, by a persona that follows no part of it', () => {
    const persona = auditor()
    const parts = [
      { do: 'set-flag', trait: 't2', value: true },
      { do: 'choose-option', trait: 't1', option: 'long' }
    ] as const
    const { persona: mutated, inverse } = applyMutation(persona, {
      do: 'combine',
      parts: [...parts]
    })
    const rule = ruleOf(inverse.changes, undefined)
    assert.deepEqual(rule, {
      entity: 'persona traits t1, t2',
      attribute: 'better for all',
      value: 'long, true',
      content: 'Agents succeed more often with the traits "t1" at "long" and "t2" at "true".'
    })
    const fitting = fittingRule(persona, rule)
    assert.ok(fitting)
    assert.equal(textOf(applyMutation(persona, fitting).persona), textOf(mutated))
    for (const part of parts) {
      const { persona: half } = applyMutation(persona, part)
      assert.deepEqual([fittingRule(half, rule), isFollowed(half, rule)], [undefined, true])
    }
    assert.deepEqual([isFollowed(persona, rule), isFollowed(mutated, rule)], [false, true])
    for (const wrong of [
      { ...rule, value: 'long' },
      { ...rule, value: 'long, true, 1' },
      { ...rule, value: 'long, no-flag' },
      { ...rule, entity: 'persona traits t1, t1', value: 'long, long' },
      { ...rule, entity: 'persona traits t1', value: 'long' },
      { ...rule, entity: 'persona traits t1, constructor' }
    ]) {
      assert.equal(fittingRule(persona, wrong), undefined)
    }
  })

  it('is not stated for a combination with a skill', () => {
    const { inverse } = applyMutation(auditor(), {
      do: 'combine',
      parts: [
        { do: 'set-flag', trait: 't2', value: true },
        { do: 'prefer-skill', skill: 'lint', weight: 1 }
      ]
    })
    assert.equal(inverse.changes.length, 2)
    assert.equal(ruleOf(inverse.changes, undefined), undefined)
  })

  it('brings in no text, no skill, no option and no value out of bounds', () => {
    const persona = auditor()
    const names = fc.oneof(
      fc.constantFrom('t0', 't1', 't2', 'p0', 'run-tests', '__proto__', 'constructor', 'toString'),
      fc.constantFrom('t1, t2', 't0, t1', 't0, t0', 't1, toString', 't2, run-tests'),
      fc.string()
    )
    const values = fc.oneof(
      fc.constantFrom('0.25', '2', '-1', 'NaN', 'Infinity', '', 'true', 'long', 'toString', '1e-9'),
      fc.constantFrom('long, true', '0.25, long', 'long, long', 'true, 1', 'long, NaN'),
      fc.string()
    )
    fc.assert(
      fc.property(
        fc.constantFrom('persona trait ', 'persona traits ', 'persona skill ', 'persona policy '),
        names,
        fc.constantFrom('better for all', 'better for x', 'worse for x'),
        values,
        (kind, name, attribute, value) => {
          const rule = { entity: `${kind}${name}`, attribute, value }
          const mutation = fittingRule(persona, rule)
          if (mutation === undefined) return
          const { persona: after, inverse } = applyMutation(persona, mutation)
          // Values of parts that the persona has; every text is still its own.
          const isCombined = kind === 'persona traits '
          assert.equal(inverse.changes.length, isCombined ? 2 : 1)
          for (const { path } of inverse.changes) {
            const [part, , field] = path
            assert.ok(
              (part === 'traits' && field === 'value') || (part === 'skills' && !isCombined)
            )
          }
          assert.deepEqual(Object.keys(after.skills), Object.keys(persona.skills))
          assert.deepEqual(after.policies, persona.policies)
        }
      ),
      { numRuns: 5_000 }
    )
  })
})

describe('candidates', () => {
  it('change the persona, fit it, tighten policies, and differ in order by seed', () => {
    const persona = {
      ...auditor(),
      policies: { bound: { text: 'Small.', attribute: 'size', scope: 'all', min: 1, max: 9 } }
    }
    const options = { step: 0.25, skills: ['run-tests', 'lint'] }
    const candidates = candidatesOf(persona, options, 'a')
    const keys = candidates.map(({ key }) => key)
    assert.equal(new Set(keys).size, keys.length)
    for (const { mutation, key, inverseKey } of candidates) {
      const { persona: after, inverse } = applyMutation(persona, mutation)
      assert.ok(inverse.changes.length > 0 && key !== inverseKey)
      const { min = 0, max = 10 } = after.policies['bound'] ?? {}
      assert.ok(min >= 1 && max <= 9)
    }
    const kinds = new Set(candidates.map(({ mutation }) => mutation.do))
    assert.deepEqual([...kinds].toSorted(), [
      'choose-option',
      'edit-policy',
      'move-number',
      'prefer-skill',
      'set-flag',
      'unprefer-skill'
    ])
    const other = candidatesOf(persona, options, 'b').map(({ key }) => key)
    assert.notDeepEqual(other, keys)
    assert.deepEqual(other.toSorted(), keys.toSorted())
    assert.equal(candidateOf(persona, { do: 'set-flag', trait: 't2', value: false }), undefined)
    assert.equal(candidateOf(persona, { do: 'set-flag', trait: 'none', value: true }), undefined)
  })
})
