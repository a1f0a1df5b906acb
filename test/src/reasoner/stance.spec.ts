import assert from 'node:assert/strict'
import fc from 'fast-check'
import { goalStances } from '../../../src/reasoner/goal-stances.ts'
import { contradictions, scopesOverlap, stanceText } from '../../../src/reasoner/stance.ts'
import { displayTexts } from '../../../src/foreign-text/index.ts'
import { budget } from '../../fixtures/budget.ts'
import type { Stance } from '../../../src/reasoner/stance.ts'

const RUNS = { numRuns: budget(1_000, 50_000) }

const segment = fc.constantFrom('review', 'reviews', 'security', 'docs')
const scope = fc.oneof(
  fc.constant('all'),
  fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
)
const bound = fc.integer({ min: -2, max: 2 })
const stance: fc.Arbitrary<Stance> = fc
  .record(
    {
      attribute: fc.constantFrom('cost', 'network'),
      direction: fc.constantFrom('increase', 'decrease', 'require', 'forbid'),
      min: bound,
      max: bound,
      at: bound,
      scope
    },
    { requiredKeys: ['attribute', 'scope'] }
  )
  .filter(({ min = -9, max = 9 }) => min <= max)

function reasons(a: Stance, b: Stance): string[] {
  return contradictions(a, b)
    .map(({ reason, gap }) => `${reason} ${gap}`)
    .toSorted()
}

function all(parts: Partial<Stance>): Stance {
  return { attribute: 'cost', scope: 'all', ...parts }
}

describe('contradictions of stances', () => {
  it('are the same in both orders', () => {
    fc.assert(
      fc.property(stance, stance, (a, b) => assert.deepEqual(reasons(a, b), reasons(b, a))),
      RUNS
    )
  })

  it('exist only for one attribute in overlapping scopes', () => {
    let found = 0
    fc.assert(
      fc.property(stance, stance, (a, b) => {
        const count = contradictions(a, b).length
        found += count
        if (a.attribute !== b.attribute || !scopesOverlap(a.scope, b.scope)) assert.equal(count, 0)
      }),
      RUNS
    )
    assert.ok(found > 20, `${found} contradictions were compared`)
  })

  it('of bounds are exactly those without a common value', () => {
    fc.assert(
      fc.property(stance, stance, (a, b) => {
        const has = contradictions({ ...a, scope: 'all' }, { ...b, scope: 'all' }).some(
          ({ reason }) => reason === 'bounds'
        )
        const common = [-2, -1, 0, 1, 2].some((value) =>
          [a, b].every(({ min = -9, max = 9 }) => min <= value && value <= max)
        )
        assert.equal(has, a.attribute === b.attribute && !common)
      }),
      RUNS
    )
  })

  it('have a reason', () => {
    const cases: [Partial<Stance>, Partial<Stance>, string[]][] = [
      [{ max: 3 }, { min: 4 }, ['bounds 1']],
      [{ max: 3 }, { min: 3 }, []],
      [{ direction: 'increase' }, { direction: 'decrease' }, ['directions 0']],
      [{ direction: 'require' }, { direction: 'forbid' }, ['requirement 0']],
      [{ direction: 'require' }, { direction: 'increase' }, []],
      [{ direction: 'increase', at: 5 }, { max: 5 }, ['reached 0']],
      [{ direction: 'increase', at: 4 }, { max: 5 }, []],
      [{ direction: 'increase' }, { max: 5 }, []],
      [{ direction: 'increase', at: 5 }, { min: 5, max: 5 }, []],
      [{ direction: 'increase', min: 5 }, { max: 5 }, ['reached 0']],
      [{ direction: 'decrease', at: 1 }, { min: 1 }, ['reached 0']],
      [{ direction: 'decrease', at: 2 }, { min: 1 }, []]
    ]
    for (const [one, other, expected] of cases) {
      assert.deepEqual(reasons(all(one), all(other)), expected, JSON.stringify([one, other]))
    }
  })
})

describe('scopes', () => {
  it('overlap if one is at or below the other', () => {
    assert.ok(scopesOverlap('all', 'review'))
    assert.ok(scopesOverlap('review', 'review/security'))
    assert.ok(scopesOverlap('review/', 'review'))
    assert.ok(!scopesOverlap('review', 'reviews'))
    assert.ok(!scopesOverlap('review/docs', 'review/security'))
  })
})

describe('stances of a goal', () => {
  function texts(tags: readonly string[], isEnded = false): string[] {
    return goalStances({ tags: displayTexts(tags), isEnded }).map(stanceText)
  }

  it('come from its tags, in each of its scopes', () => {
    assert.deepEqual(
      texts(['decrease=latency', 'max=cost:5', 'min=coverage:-0.5', 'forbid=network']),
      ['decrease latency', 'cost <= 5', 'coverage >= -0.5', 'forbid network']
    )
    assert.deepEqual(texts(['forbid=network', 'scope=review', 'scope=docs/api']), [
      'forbid network in review',
      'forbid network in docs/api'
    ])
  })

  it('are none for other tags, and for a goal that has ended', () => {
    assert.deepEqual(texts(['release', 'max=cost', 'max=cost:5 USD', 'halve=cost', 'forbid=']), [])
    assert.deepEqual(texts(['forbid=network'], true), [])
  })
})
