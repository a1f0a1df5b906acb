import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  lowerBound,
  rankCompetitors,
  thompsonSample
} from '../../../../src/skills/evidence/competition.ts'
import { ALPHA, WINDOW } from '../../../../src/skills/evidence/constants.ts'
import { addOutcome, NO_TRIALS } from '../../../../src/skills/evidence/counts.ts'
import { updateDrift, driftVerdict, NO_DRIFT } from '../../../../src/skills/evidence/drift.ts'
import {
  isPromotable,
  isRejectable,
  verificationProgress
} from '../../../../src/skills/evidence/e-process.ts'
import { headStart } from '../../../../src/skills/evidence/remote-evidence.ts'
import { predictedPromotion } from '../../../../src/skills/evidence/prediction.ts'
import type { Counts } from '../../../../src/skills/evidence/counts.ts'

describe('evidence of skills', () => {
  it('promotes at most 1 % at a rate of 0.8 ever within 1,000 trials, exactly', () => {
    assert.ok(chanceOf(0.8, 1000) <= ALPHA)
    assert.ok(chanceOf(0.8, 1000) > ALPHA / 2, 'the test wastes no power')
  })

  it('promotes at most 0.01 % at a rate of 0.5', () => {
    assert.ok(chanceOf(0.5, 1000) <= 1e-4)
  })

  it('promotes 99 % at a rate of 0.95 within 200 trials, half of them within 55', () => {
    assert.ok(chanceOf(0.95, 200) >= 0.99)
    assert.ok(chanceOf(0.95, 55) >= 0.5)
  })

  it('rejects at most 1 % at a rate of 0.5, and nearly all that fail nine times of ten', () => {
    const rejected = (counts: Counts): boolean => isRejectable(counts)
    assert.ok(chanceOf(0.5, 1000, rejected) <= ALPHA)
    assert.ok(chanceOf(0.1, 50, rejected) >= 0.99)
  })

  it('measures progress from 0 to 1, and 1 exactly when the evidence suffices', () => {
    assert.equal(verificationProgress(NO_TRIALS), 0)
    fc.assert(
      fc.property(countsArbitrary(300), (counts) => {
        const progress = verificationProgress(counts)
        assert.ok(progress >= 0 && progress <= 1)
        assert.equal(progress === 1, isPromotable(counts))
      })
    )
  })

  it('predicts promotion as often as it happens, for rates from the prior', () => {
    const random = generator(7)
    let predicted = 0
    let promoted = 0
    let asked = 0
    for (let stream = 0; stream < 4_000; stream++) {
      const rate = Math.sqrt(random())
      let counts = NO_TRIALS
      let first: number | undefined
      while (counts.trials < WINDOW && !isPromotable(counts) && !isRejectable(counts)) {
        counts = addOutcome(counts, random() < rate)
        const prediction = predictedPromotion(counts)
        if (prediction >= 0.9 && prediction < 1) first ??= prediction
      }
      if (first === undefined) continue
      asked++
      predicted += first
      if (isPromotable(counts)) promoted++
    }
    assert.ok(asked > 500)
    assert.ok(Math.abs(predicted - promoted) / asked < 0.03, `${predicted} ${promoted} of ${asked}`)
  })

  it('raises no alarm of drift at 0.9 where it does within 60 trials at 0.2, as a collapse at 0', () => {
    const random = generator(3)
    const alarmAt = (rate: number, trials: number): number => {
      let drift = NO_DRIFT
      for (let trial = 1; trial <= trials; trial++) {
        drift = updateDrift(drift, random() < rate)
        if (driftVerdict(drift) !== 'steady') return trial
      }
      return Infinity
    }
    for (let stream = 0; stream < 200; stream++) {
      assert.equal(alarmAt(0.9, 500), Infinity)
      assert.ok(alarmAt(0.2, 60) <= 60)
    }
    let drift = NO_DRIFT
    while (driftVerdict(drift) === 'steady') drift = updateDrift(drift, false)
    assert.equal(driftVerdict(drift), 'collapsed')
    assert.equal(drift.run.trials, 11)
  })

  it('gives liars, whatever they claim, no more than the best of the honest would have', () => {
    const random = generator(5)
    fc.assert(
      fc.property(fc.array(countsArbitrary(1_000_000), { minLength: 3, maxLength: 3 }), (lies) => {
        const honest = Array.from({ length: 7 }, () => sample(0.8, 30, random))
        const remote = [...honest, ...lies].map((counts) => ({ ...counts, authors: 1 }))
        const alone = honest.map((counts) => Math.exp(logOf(counts)))
        const average = alone.reduce((sum, value) => sum + value, 0) / alone.length
        assert.ok(headStart(remote) <= (1 + average) / 2 + 1e-9)
      })
    )
  })

  it('promotes nothing by what others say alone', () => {
    const remote = [{ trials: 1e6, successes: 1e6, authors: 100 }]
    assert.equal(isPromotable(NO_TRIALS, headStart(remote)), false)
    assert.equal(isPromotable({ trials: 10, successes: 10 }, headStart(remote)), false)
    assert.equal(isPromotable({ trials: 20, successes: 20 }, headStart(remote)), true)
    assert.equal(isPromotable({ trials: 20, successes: 20 }), false)
  })

  it('draws the better competitor nearly always once there is evidence, and tries both before', () => {
    const random = generator(11)
    const draws = (competitors: Parameters<typeof thompsonSample>[0]): number =>
      Array.from({ length: 500 }, () => thompsonSample(competitors, random)).filter(
        (id) => id === 'good'
      ).length
    const known = [
      { id: 'good', trials: 100, successes: 95 },
      { id: 'bad', trials: 100, successes: 60 }
    ]
    assert.ok(draws(known) > 495)
    const fresh = known.map(({ id }) => ({ id, ...NO_TRIALS }))
    const share = draws(fresh) / 500
    assert.ok(share > 0.4 && share < 0.6)
    assert.deepEqual(rankCompetitors(known), { alpha: 'good', shadow: 'bad' })
    assert.ok(lowerBound({ trials: 5, successes: 5 }) < lowerBound({ trials: 50, successes: 48 }))
    assert.equal(thompsonSample([], random), undefined)
  })
})

/** Chance that a stream is ever decided within so many trials, by all paths of the counts. */
function chanceOf(rate: number, trials: number, decides = (c: Counts) => isPromotable(c)): number {
  let paths = new Float64Array(trials + 2)
  paths[0] = 1
  let decided = 0
  for (let trial = 1; trial <= trials; trial++) {
    const next = new Float64Array(trials + 2)
    for (let successes = 0; successes <= trial; successes++) {
      const chance =
        (paths[successes] ?? 0) * (1 - rate) +
        (successes > 0 ? (paths[successes - 1] ?? 0) : 0) * rate
      if (chance === 0) continue
      if (decides({ trials: trial, successes })) decided += chance
      else next[successes] = chance
    }
    paths = next
  }
  return decided
}

/** The wealth of 30 trials, written out. */
function logOf({ trials, successes }: Counts): number {
  const bets = [
    [0.85, 0.1],
    [0.9, 0.2],
    [0.95, 0.5],
    [0.99, 0.2]
  ] as const
  return Math.log(
    bets.reduce(
      (sum, [rate, weight]) =>
        sum + weight * (rate / 0.8) ** successes * ((1 - rate) / 0.2) ** (trials - successes),
      0
    )
  )
}

function countsArbitrary(max: number): fc.Arbitrary<Counts> {
  return fc
    .nat({ max })
    .chain((trials) => fc.nat({ max: trials }).map((successes) => ({ trials, successes })))
}

function sample(rate: number, trials: number, random: () => number): Counts {
  let counts = NO_TRIALS
  while (counts.trials < trials) counts = addOutcome(counts, random() < rate)
  return counts
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
