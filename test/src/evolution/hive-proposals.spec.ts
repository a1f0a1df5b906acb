import assert from 'node:assert/strict'
import { applyMutation, invertMutation } from '../../../src/index.ts'
import { candidateOf } from '../../../src/evolution/candidates.ts'
import { hasFailedLast, standingOf, suspectsOf, upsides } from '../../../src/evolution/evidence.ts'
import { hiveProposal } from '../../../src/evolution/hive-proposals.ts'
import { auditor, textOf } from '../personas/personas.ts'
import type { HiveRule } from '../../../src/evolution/evolution-components.ts'
import type { Standing } from '../../../src/evolution/evidence.ts'
import type { HiveProposal } from '../../../src/evolution/hive-proposals.ts'
import type { StoredTrial } from '../../../src/evolution/trial.ts'

const LONG = { do: 'choose-option', trait: 't1', option: 'long' } as const
const FLAG = { do: 'set-flag', trait: 't2', value: true } as const
const TOGETHER = { do: 'combine', parts: [LONG, FLAG] } as const
const DAY = 86_400_000

function ruleFor(id: string, trait: string, value: string): HiveRule {
  return { id, entity: `persona trait ${trait}`, attribute: 'better for all', value }
}

const RULES = [ruleFor('1', 't1', 'long'), ruleFor('2', 't2', 'true')]

function keyOf(mutation: Parameters<typeof candidateOf>[1]): string {
  return candidateOf(auditor(), mutation)?.key ?? ''
}

function proposed(
  rules: readonly HiveRule[],
  suspects: readonly string[] = [],
  standings: Readonly<Record<string, Standing>> = {}
): HiveProposal | undefined {
  return hiveProposal({
    persona: auditor(),
    rules,
    tasks: new Set(),
    suspects: new Set(suspects),
    standing: (key) => standings[key] ?? 'untested'
  })
}

function trial(of: Partial<StoredTrial>): StoredTrial {
  const numbers = { number: 0, startedAt: 0, stable: 1, window: 40 }
  const what = { mutation: LONG, key: keyOf(LONG), inverseKey: '' }
  return { ...numbers, ...what, source: 'hive', status: 'inverted', reason: 'no-gain', ...of }
}

describe('rules of the hive for a persona', () => {
  it('are tried together, with one exact inverse', () => {
    const proposal = proposed(RULES)
    assert.deepEqual(proposal, { mutation: TOGETHER, keys: [keyOf(LONG), keyOf(FLAG)] })
    const { persona, inverse } = applyMutation(auditor(), TOGETHER)
    assert.equal(inverse.changes.length, 2)
    assert.equal(textOf(invertMutation(persona, inverse).persona), textOf(auditor()))
    assert.deepEqual(proposed(RULES.slice(0, 1)), {
      mutation: LONG,
      keys: [keyOf(LONG)],
      hiveRule: '1'
    })
  })

  it('are left to other candidates once they were taken back together, for 90 days', () => {
    const parts = [keyOf(LONG), keyOf(FLAG)]
    const failed = trial({ mutation: TOGETHER, key: keyOf(TOGETHER), parts })
    const suspects = [...suspectsOf([failed], DAY)]
    assert.deepEqual(suspects, parts)
    assert.equal(proposed(RULES, suspects), undefined)
    assert.equal(suspectsOf([failed], 91 * DAY).size, 0)
    assert.equal(suspectsOf([{ ...failed, status: 'kept' }], DAY).size, 0)
  })

  it('with fewer voices than the one that the persona follows are not tried', () => {
    const followed = String(auditor().traits['t1']?.value)
    assert.equal(proposed([ruleFor('0', 't1', followed), ruleFor('1', 't1', 'long')]), undefined)
    assert.equal(
      proposed([ruleFor('1', 't1', 'long'), ruleFor('0', 't1', followed)])?.hiveRule,
      '1'
    )
  })

  it('are tried again with another persona, and not while they showed no gain with this one', () => {
    const key = keyOf(LONG)
    assert.equal(proposed(RULES.slice(0, 1), [], { [key]: 'retest' }), undefined)
    assert.equal(proposed(RULES.slice(0, 1), [], { [key]: 'excluded' }), undefined)
    assert.equal(proposed(RULES.slice(0, 1), [], { [key]: 'earlier' })?.hiveRule, '1')
    const settings = { window: 40, step: 0.25 }
    const standing = (versions: number[]): Standing =>
      standingOf([trial({})], { versions, settings }, DAY)(key)
    assert.deepEqual([standing([1, 2]), standing([3])], ['retest', 'earlier'])
  })

  it('take turns with own candidates after a loss', () => {
    assert.equal(hasFailedLast([trial({})]), true)
    assert.equal(hasFailedLast([trial({ source: 'mechanical' }), trial({})]), false)
    assert.equal(hasFailedLast([trial({ status: 'kept', reason: 'better' })]), false)
  })
})

describe('mutations that showed no gain', () => {
  it('are tested again by what they may gain: those that are well known come later', () => {
    const baseline = { trials: 100, successes: 60 }
    const known = trial({ key: 'known', baseline, outcomes: { trials: 280, successes: 177 } })
    const hardlyKnown = trial({ key: 'new', baseline, outcomes: { trials: 10, successes: 6 } })
    const upside = upsides([known, hardlyKnown], { versions: [1] })
    assert.ok(upside('new') > upside('known'))
    assert.equal(upsides([known], { versions: [2] })('known'), 0)
  })
})
