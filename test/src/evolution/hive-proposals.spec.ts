import assert from 'node:assert/strict'
import { applyMutation, invertMutation } from '../../../src/index.ts'
import { candidateOf } from '../../../src/evolution/candidates.ts'
import { hasFailedLast, standingOf, suspectsOf, upsides } from '../../../src/evolution/evidence.ts'
import { hiveProposal, hiveTurn, supersedes } from '../../../src/evolution/hive-proposals.ts'
import { NEW_PROGRESS, progressFrom } from '../../../src/evolution/progress.ts'
import { trialOf } from '../../../src/evolution/trial.ts'
import { auditor, textOf } from '../personas/personas.ts'
import type { HiveRule } from '../../../src/evolution/evolution-components.ts'
import type { Standing } from '../../../src/evolution/evidence.ts'
import type { HiveProposal, HiveTurn } from '../../../src/evolution/hive-proposals.ts'
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

function turnOf(rules: readonly HiveRule[], trials: readonly StoredTrial[] = []): HiveTurn {
  const standing = (): Standing => 'untested'
  const progress = progressFrom(1, [], NEW_PROGRESS)
  return hiveTurn({ persona: auditor(), rules, standing }, { trials, progress, now: DAY })
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

  it('are tried beside the one that the persona follows, since that one was found first', () => {
    const followed = String(auditor().traits['t1']?.value)
    const rules = [ruleFor('0', 't1', followed), ruleFor('1', 't1', 'long')]
    assert.equal(proposed(rules)?.hiveRule, '1')
    assert.equal(proposed(rules.slice(0, 1)), undefined)
  })

  it('take the place of one that the persona follows alone, after all others', () => {
    const followed = String(auditor().traits['t1']?.value)
    const rules = [ruleFor('0', 't1', followed), ...RULES]
    assert.deepEqual(proposed(rules)?.keys, [keyOf(FLAG)])
    assert.deepEqual(proposed(rules, [], { [keyOf(FLAG)]: 'retest' })?.keys, [keyOf(LONG)])
  })

  it('that all showed no gain alone are tried together once', () => {
    const alone = { [keyOf(LONG)]: 'retest', [keyOf(FLAG)]: 'retest' } as const
    assert.deepEqual(proposed(RULES, [], alone)?.mutation, TOGETHER)
    assert.equal(proposed(RULES, [], { ...alone, [keyOf(TOGETHER)]: 'retest' }), undefined)
    assert.equal(proposed(RULES.slice(0, 1), [], alone), undefined)
  })

  it('that were kept together elsewhere are tried together, though they failed alone', () => {
    const kept = {
      id: '9',
      entity: 'persona traits t1, t2',
      attribute: 'better for all',
      value: 'long, true'
    }
    const excluded = { [keyOf(LONG)]: 'excluded', [keyOf(FLAG)]: 'retest' } as const
    assert.deepEqual(proposed([kept, ...RULES], [], excluded), {
      mutation: TOGETHER,
      keys: [keyOf(TOGETHER)],
      hiveRule: '9'
    })
    const tested = { ...excluded, [keyOf(TOGETHER)]: 'retest' } as const
    assert.equal(proposed([kept, ...RULES], [], tested), undefined)
    // What is known of each trait comes first, and the combination before another rule for one.
    assert.deepEqual(proposed([kept, ...RULES])?.keys, [keyOf(LONG), keyOf(FLAG)])
  })

  it('that showed no gain alone are tried again with one that is new, and never as suspects', () => {
    const key = keyOf(LONG)
    assert.deepEqual(proposed(RULES, [], { [key]: 'retest' })?.mutation, TOGETHER)
    assert.equal(proposed(RULES, [], { [key]: 'excluded' })?.hiveRule, '2')
    assert.equal(proposed(RULES, [key])?.hiveRule, '2')
    // Of one trait, the rule that was not tested comes first.
    const others = [ruleFor('3', 't2', 'true'), ...RULES]
    assert.deepEqual(proposed(others, [], { [keyOf(FLAG)]: 'retest' })?.keys, [keyOf(FLAG), key])
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

  it('end an own trial: a combination does, a single rule only if the trial looks bad', () => {
    const running = (probability: number, source: 'hive' | 'mechanical' = 'mechanical') =>
      trialOf(trial({ source, status: 'running', probability }))
    const one = turnOf(RULES.slice(0, 1))
    const two = turnOf(RULES)
    assert.deepEqual([supersedes(two, running(0.9)), supersedes(one, running(0.9))], [true, false])
    assert.deepEqual(
      [supersedes(one, running(0.2)), supersedes(turnOf([]), running(0.2))],
      [true, false]
    )
    assert.equal(supersedes(two, running(0.2, 'hive')), false)
    // After a loss, rules wait until an own trial has had its window: a peer may lie.
    assert.equal(supersedes(turnOf(RULES, [trial({ key: 'other' })]), running(0.2)), false)
  })

  it('leave an own trial that they ended as if it had not been tried', () => {
    const settings = { window: 40, step: 0.25 }
    const ended = trial({ source: 'mechanical', reason: 'superseded' })
    assert.equal(standingOf([ended], { versions: [1], settings }, DAY)(keyOf(LONG)), 'untested')
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
