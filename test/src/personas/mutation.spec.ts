import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyMutation, HiveError, invertMutation } from '../../../src/index.ts'
import { wholePersona } from '../../../src/personas/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { auditor, mutation, textOf, valueAt } from './personas.ts'
import type { Persona, PersonaMutationInit } from '../../../src/index.ts'

const RUNS = { numRuns: budget(500, 20_000) }

/** Undefined where the mutation does not fit. */
function attempt(
  persona: Persona,
  change: PersonaMutationInit
): ReturnType<typeof applyMutation> | undefined {
  try {
    return applyMutation(persona, change)
  } catch (error) {
    if (error instanceof HiveError && error.code === 'MUTATION_INVALID') return undefined
    throw error
  }
}

function applyAll(persona: Persona, changes: readonly PersonaMutationInit[]): Persona {
  return changes.reduce((before, change) => attempt(before, change)?.persona ?? before, persona)
}

describe('a mutation', () => {
  it('is taken back byte by byte, from any persona', () => {
    const applied = new Set<string>()
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 8 }), mutation, (before, change) => {
        const persona = applyAll(auditor(), before)
        const bytes = textOf(persona)
        const result = attempt(persona, change)
        assert.equal(textOf(persona), bytes, 'the persona it was given is as before')
        if (result === undefined) return
        applied.add(change.do)
        assert.equal(textOf(invertMutation(result.persona, result.inverse).persona), bytes)
      }),
      RUNS
    )
    assert.equal(applied.size, 14, [...applied].join())
  })

  it('is taken back in the reverse order of several, byte by byte', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 12 }), (changes) => {
        let persona = auditor()
        const done: { bytes: string; inverse: ReturnType<typeof applyMutation>['inverse'] }[] = []
        for (const change of changes) {
          const result = attempt(persona, change)
          if (result === undefined) continue
          done.push({ bytes: textOf(persona), inverse: result.inverse })
          persona = result.persona
        }
        for (const { bytes, inverse } of done.toReversed()) {
          const restored = invertMutation(persona, inverse)
          assert.ok(restored.persona, JSON.stringify(restored.conflicts))
          persona = restored.persona
          assert.equal(textOf(persona), bytes)
        }
      }),
      RUNS
    )
  })

  it('is taken back after other edits without a change of those, or names what was edited', () => {
    let inverted = 0
    let refused = 0
    fc.assert(
      fc.property(
        mutation,
        fc.array(mutation, { minLength: 4, maxLength: 12 }),
        (change, edits) => {
          const result = attempt(auditor(), change)
          if (result === undefined) return
          const edited = applyAll(result.persona, edits)
          const bytes = textOf(edited)
          const { persona, conflicts } = invertMutation(edited, result.inverse)
          assert.equal(textOf(edited), bytes)
          if (persona === undefined) {
            refused += 1
            assert.ok(conflicts.length > 0)
            for (const { path, reason, expected, found } of conflicts) {
              if (reason === 'invalid') continue
              assert.deepEqual(valueAt(edited, path), found)
              const parent = valueAt(edited, path.slice(0, -1))
              assert.ok(parent === undefined || JSON.stringify(expected) !== JSON.stringify(found))
            }
            return
          }
          inverted += 1
          // Beside the paths of the mutation, the persona is as it was edited; at them, as it was.
          const { changes } = result.inverse
          for (const { path, before } of changes) assert.deepEqual(valueAt(persona, path), before)
          const again = invertMutation(persona, {
            changes: changes.map(({ path, before, after }) => ({
              path,
              before: after,
              after: before
            }))
          })
          assert.equal(textOf(again.persona), bytes)
        }
      ),
      RUNS
    )
    assert.ok(inverted > 100 && refused > 20, `${inverted} inverted, ${refused} refused`)
  })

  it('moves a number as far as its bounds, and gets back the exact number', () => {
    const { persona, inverse } = applyMutation(auditor(), { do: 'move-number', trait: 't0', by: 7 })
    assert.equal(valueAt(persona, ['traits', 't0', 'value']), 1)
    assert.equal(textOf(invertMutation(persona, inverse).persona), textOf(auditor()))
  })

  it('moves a number to the decimal number that the sum is', () => {
    const at = (value: number): Persona =>
      applyMutation(auditor(), {
        do: 'set-trait',
        trait: 't0',
        to: { kind: 'number', value, min: -1_000, max: 1_000 }
      }).persona
    for (const [from, by, to] of [
      [0.3, 0.9 - 0.3, 0.9],
      [0.1, 0.2, 0.3],
      [100, 0.1 - 100, 0.1],
      [0.75, 1 / 64, 0.765625],
      [0, -0.1, -0.1],
      [0.1, -0.1, 0]
    ] as const) {
      const { persona } = applyMutation(at(from), { do: 'move-number', trait: 't0', by })
      assert.equal(valueAt(persona, ['traits', 't0', 'value']), to)
    }
  })

  it('is not taken back where the old number is out of bounds that a person set since', () => {
    const { persona, inverse } = applyMutation(auditor(), {
      do: 'move-number',
      trait: 't0',
      by: 0.4
    })
    const narrow = { kind: 'number', value: 0.9, min: 0.8, max: 1 } as const
    const edited = applyMutation(persona, { do: 'set-trait', trait: 't0', to: narrow }).persona
    const { conflicts } = invertMutation(edited, inverse)
    assert.deepEqual(conflicts, [
      {
        path: ['traits', 't0', 'value'],
        reason: 'invalid',
        problem: 'the value is within min and max'
      }
    ])
  })

  it('is refused where it does not fit', () => {
    for (const change of [
      { do: 'move-number', trait: 't1', by: 1 },
      { do: 'choose-option', trait: 't1', option: 'none' },
      { do: 'set-flag', trait: 'constructor', value: true },
      { do: 'add-policy', id: 'p0', policy: { text: 'x', attribute: 'a', max: 1 } },
      { do: 'edit-policy', id: 'p1', parts: { min: 4 } },
      { do: 'unprefer-skill', skill: 'toString' }
    ] as const) {
      assert.throws(() => applyMutation(auditor(), change), { code: 'MUTATION_INVALID' }, change.do)
    }
    const wrong = { do: 'edit-role', text: '' } as const
    assert.throws(() => applyMutation(auditor(), wrong), { code: 'ARGUMENT_INVALID' })
  })
})

describe('a persona', () => {
  it('is bounded in its size as a whole', () => {
    const skills = Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => [`${i}`.padEnd(128, 'ü'), 1])
    )
    const init = { role: '漢'.repeat(4_000), goal: '漢'.repeat(4_000), skills }
    assert.throws(() => wholePersona('large', init), { code: 'ARGUMENT_INVALID', message: /32768/ })
    assert.throws(() => wholePersona('many', { ...init, skills: { ...skills, one: 1 } }), {
      message: /at most 64/
    })
  })

  it('refuses keys that are not names, and values out of bounds', () => {
    const base = { role: 'r', goal: 'g' }
    for (const wrong of [
      { traits: JSON.parse('{"a/b": {"kind": "flag", "value": true}}') as Persona['traits'] },
      { traits: { a: { kind: 'number', value: 2, min: 0, max: 1 } } },
      { traits: { a: { kind: 'choice', value: 'x', options: { y: '' } } } },
      { policies: { a: { text: 'x', attribute: 'y' } } },
      { skills: { a: 1.1 } }
    ] as const) {
      assert.throws(() => wholePersona('a', { ...base, ...wrong }), { code: 'ARGUMENT_INVALID' })
    }
  })
})
