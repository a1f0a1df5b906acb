import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyMutation } from '../../../src/index.ts'
import { candidateOf, candidatesOf } from '../../../src/evolution/candidates.ts'
import { fittingRule, isFollowed, ruleOf } from '../../../src/evolution/rules.ts'
import { auditor, textOf } from '../personas/personas.ts'

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

  it('brings in no text, no skill, no option and no value out of bounds', () => {
    const persona = auditor()
    const names = fc.oneof(
      fc.constantFrom('t0', 't1', 't2', 'p0', 'run-tests', '__proto__', 'constructor', 'toString'),
      fc.string()
    )
    const values = fc.oneof(
      fc.constantFrom('0.25', '2', '-1', 'NaN', 'Infinity', '', 'true', 'long', 'toString', '1e-9'),
      fc.string()
    )
    fc.assert(
      fc.property(
        fc.constantFrom('persona trait ', 'persona skill ', 'persona policy '),
        names,
        fc.constantFrom('better for all', 'better for x', 'worse for x'),
        values,
        (kind, name, attribute, value) => {
          const rule = { entity: `${kind}${name}`, attribute, value }
          const mutation = fittingRule(persona, rule)
          if (mutation === undefined) return
          const { persona: after, inverse } = applyMutation(persona, mutation)
          // One value of a part that the persona has; every text is still its own.
          assert.equal(inverse.changes.length, 1)
          const [part, , field] = inverse.changes[0]?.path ?? []
          assert.ok((part === 'traits' && field === 'value') || part === 'skills')
          assert.deepEqual(Object.keys(after.skills), Object.keys(persona.skills))
          assert.deepEqual(after.policies, persona.policies)
        }
      )
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
