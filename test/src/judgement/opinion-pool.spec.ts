import assert from 'node:assert/strict'
import fc from 'fast-check'
import { poolOpinions } from '../../../src/judgement/opinion-pool.ts'
import type { Opinions } from '../../../src/judgement/opinion-pool.ts'

const confidence = fc.double({ min: 0, max: 1, noNaN: true })
const opinion = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 5 }))

const vouch = (claimed: number, authors = 1): Opinions[number] => [
  Math.round(claimed * 1000),
  authors
]

const logit = (p: number): number => Math.log(p / (1 - p))

describe('pooled confidence', () => {
  it('is what one author claims, and what several agree on', () => {
    assert.equal(poolOpinions([]), 0)
    assert.equal(poolOpinions([vouch(0.8)]), 0.8)
    assert.equal(poolOpinions([vouch(0.8), vouch(0.8), vouch(0.8)]), 0.8)
    assert.equal(poolOpinions([vouch(0.8, 3)]), 0.8)
  })

  it('is the mean of the log-odds of claims that are close', () => {
    const expected = 1 / (1 + Math.exp(-(logit(0.9) + logit(0.8)) / 2))
    assert.equal(poolOpinions([vouch(0.9), vouch(0.8)]), Math.round(expected * 1000) / 1000)
  })

  it('does not depend on the order of the opinions', () => {
    fc.assert(
      fc.property(fc.array(opinion), fc.infiniteStream(fc.nat()), (opinions, keys) => {
        const shuffled = opinions
          .map((each) => ({ each, key: keys.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ each }) => each)
        assert.equal(poolOpinions(shuffled), poolOpinions(opinions))
      })
    )
  })

  it('is the same for authors one by one and together', () => {
    fc.assert(
      fc.property(fc.array(opinion), (opinions) => {
        const single = opinions.flatMap(([claimed, authors]) =>
          Array.from({ length: authors }, () => [claimed, 1] as const)
        )
        assert.ok(Math.abs(poolOpinions(single) - poolOpinions(opinions)) <= 0.001)
      })
    )
  })

  it('stays within half a unit of log-odds of what the majority claims', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 9 }),
        fc.array(confidence, { maxLength: 8 }),
        (honest, liars) => {
          fc.pre(liars.length < honest.length)
          const pooled = poolOpinions([...honest, ...liars].map((claimed) => vouch(claimed)))
          const slack = 0.5 + 0.02 / Math.min(...honest.map((p) => p * (1 - p)))
          assert.ok(logit(pooled) >= Math.min(...honest.map(logit)) - slack)
          assert.ok(logit(pooled) <= Math.max(...honest.map(logit)) + slack)
        }
      )
    )
  })

  it('moves with a claim, and never against it', () => {
    fc.assert(
      fc.property(fc.array(opinion, { minLength: 1 }), confidence, (opinions, claimed) => {
        const lower = poolOpinions([...opinions, vouch(claimed / 2)])
        assert.ok(poolOpinions([...opinions, vouch(claimed)]) >= lower)
      })
    )
  })
})
