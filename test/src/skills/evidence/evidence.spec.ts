import { randomOf } from '../../../fixtures/random.ts'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  lowerBound,
  rankCompetitors,
  thompsonSample
} from '../../../../src/skills/evidence/competition.ts'
import { MAX_CALLERS, WINDOW } from '../../../../src/skills/evidence/constants.ts'
import { addOutcome, NO_TRIALS } from '../../../../src/skills/evidence/counts.ts'
import { countOf, NO_PAIRS } from '../../../../src/skills/evidence/chain.ts'
import { hasDrifted, updateDrift, NO_DRIFT } from '../../../../src/skills/evidence/drift.ts'
import {
  isPromotable,
  isRejectable,
  logWealth,
  verificationProgress
} from '../../../../src/skills/evidence/e-process.ts'
import { addToSequence, NO_SEQUENCE, readingsOf } from '../../../../src/skills/evidence/sequence.ts'
import { headStart } from '../../../../src/skills/evidence/remote-evidence.ts'
import { predictedPromotion } from '../../../../src/skills/evidence/prediction.ts'
import { addToUses, evidenceOf, NO_USES } from '../../../../src/skills/evidence/uses.ts'
import type { Transitions } from '../../../../src/skills/evidence/chain.ts'
import type { Sequence } from '../../../../src/skills/evidence/sequence.ts'
import type { Counts } from '../../../../src/skills/evidence/counts.ts'

describe('evidence of skills', () => {
  it('promotes at most 1 % at a rate of 0.8 for correlations up to 0.8', function () {
    this.timeout(60_000)
    for (const rho of [0, 0.3, 0.6, 0.8]) {
      assert.ok(promotedOf({ mean: 0.8, rho, uses: 1_000, streams: 100 }) <= 2, `rho ${rho}`)
    }
  })

  it('has a mean of at most 1 under the hypothesis, at its corners and inside', () => {
    const random = randomOf(2)
    for (const [mean, rho] of [
      [0.8, 0],
      [0.8, 0.5],
      [0.8, 0.8],
      [0.7, 0.6]
    ] as const) {
      let sum = 0
      for (let stream = 0; stream < 2_000; stream++) {
        const sequence = [...sequencesOf({ mean, rho, uses: 100 }, random)].at(-1)
        sum += Math.exp(logWealth([[sequence?.chain.pairs ?? NO_PAIRS]]))
      }
      assert.ok(sum / 2_000 <= 1, `${mean} ${rho}: ${sum / 2_000}`)
    }
  })

  it('promotes 95 % at 0.95 and 0.99 within 300 independent uses, and a perfect skill', () => {
    for (const mean of [0.95, 0.99, 1]) {
      assert.ok(promotedOf({ mean, rho: 0, uses: 300, streams: 200 }) >= 190, `${mean}`)
    }
  })

  it('does not take the turns of bursty callers for independent uses, named or not', function () {
    this.timeout(60_000)
    const turns = { mean: 0.8, uses: 1_000, streams: 100 }
    for (const callers of [2, 5]) {
      for (const areNamed of [false, true]) {
        const label = `${callers} ${areNamed ? 'named' : 'unnamed'}`
        assert.ok(promotedOf({ ...turns, callers, areNamed, rho: 0.3 }) <= 1, label)
        assert.ok(promotedOf({ ...turns, callers, areNamed, rho: 0.6 }) <= 2, label)
        assert.ok(promotedOf({ ...turns, callers, areNamed, rho: 0.9 }) <= 6, label)
      }
    }
  })

  it('has a mean of at most 1 for each reading that its hypothesis covers', () => {
    const random = randomOf(6)
    const meanOf = (stream: Stream, reading: number): number => {
      let sum = 0
      for (let i = 0; i < 1_000; i++) {
        const sequence = [...sequencesOf({ ...stream, uses: 100 }, random)].at(-1) ?? NO_SEQUENCE
        sum += Math.exp(logWealth([readingsOf(sequence).at(reading) ?? []]))
      }
      return sum / 1_000
    }
    for (const rho of [0, 0.5, 0.8]) {
      const stream = { mean: 0.8, rho, uses: 100 }
      for (const callers of [2, 3, 4, 5]) {
        assert.ok(meanOf({ ...stream, callers }, callers - 1) <= 1, `${callers} in turns, ${rho}`)
      }
      for (const callers of [2, 5, 40]) {
        const named = { ...stream, callers, areNamed: true }
        assert.ok(meanOf(named, -1) <= 1, `${callers} named, ${rho}`)
      }
    }
  })

  it('promotes 95 % at 0.95 within 300 independent uses of callers with and without names', () => {
    for (const areNamed of [false, true]) {
      const stream = { mean: 0.95, rho: 0, uses: 300, callers: 5, areNamed }
      assert.ok(promotedOf({ ...stream, streams: 100 }) >= 95, `${areNamed}`)
    }
  })

  it('joins the outcomes of one caller, and follows a fixed number of callers', () => {
    let { turns } = NO_SEQUENCE
    let sequence = NO_SEQUENCE
    const add = (ok: boolean, caller?: string): void => {
      sequence = addToSequence(sequence, { ok, caller })
      ;({ turns } = sequence)
    }
    for (let i = 0; i < 5; i++) for (const caller of ['a', 'b']) add(caller === 'a', caller)
    assert.deepEqual(turns.byCaller, { ss: 4, sf: 0, fs: 0, ff: 4 })
    assert.deepEqual(turns.others.pairs, { ...NO_PAIRS, sf: 1 })
    assert.deepEqual(turns.strides[0], { ss: 4, sf: 0, fs: 0, ff: 4 })
    assert.deepEqual(turns.strides[1], { ss: 0, sf: 4, fs: 3, ff: 0 })
    add(true)
    assert.deepEqual(turns.others.pairs, { ...NO_PAIRS, sf: 1, fs: 1 })
    for (let i = 0; i < 2_000; i++) {
      add(true, `once ${i}`)
      assert.ok(turns.callers.length <= MAX_CALLERS)
      if (i % 40 === 0) add(true, 'again')
    }
    assert.equal(turns.byCaller.ss > 30, true, 'a caller that returns finds a place')
    assert.equal(countOf(turns.byCaller) + countOf(turns.others.pairs) + 1, turns.outcomes)
  })

  it('does not take a run of successes for many independent ones', () => {
    const run: Transitions = { ss: 100, sf: 0, fs: 0, ff: 0 }
    assert.equal(isPromotable([[run]]), false)
    const spread: Transitions = { ss: 100, sf: 3, fs: 3, ff: 0 }
    assert.ok(logWealth([[spread]]) > logWealth([[{ ss: 100, sf: 1, fs: 1, ff: 4 }]]))
  })

  it('rejects nothing good that fails in bursts, and all that fail nine times of ten', () => {
    const random = randomOf(4)
    for (let stream = 0; stream < 50; stream++) {
      assert.equal(firstUse({ mean: 0.95, rho: 0.8, uses: 3_000 }, random, rejects), Infinity)
      assert.ok(firstUse({ mean: 0.1, rho: 0, uses: 300 }, random, rejects) < 300)
    }
  })

  it('measures progress from 0 to 1, and 1 exactly when the evidence suffices', () => {
    assert.equal(verificationProgress([[NO_PAIRS]]), 0)
    const nat = fc.nat({ max: 300 })
    fc.assert(
      fc.property(nat, nat, nat, nat, (ss, sf, fs, ff) => {
        const progress = verificationProgress([[{ ss, sf, fs, ff }]])
        assert.ok(progress >= 0 && progress <= 1)
        assert.equal(progress === 1, isPromotable([[{ ss, sf, fs, ff }]]))
      })
    )
  })

  it('predicts promotion as often as it happens, for rates from the prior', function () {
    this.timeout(60_000)
    const random = randomOf(7)
    let predicted = 0
    let promoted = 0
    let asked = 0
    for (let stream = 0; stream < 500; stream++) {
      const rate = Math.sqrt(random())
      let counts = NO_TRIALS
      let uses = NO_USES
      let first: number | undefined
      const hasProof = (): boolean => promotes(evidenceOf(uses).promotion)
      while (counts.trials < WINDOW && !hasProof()) {
        if (isRejectable(uses.rejection.pairs)) break
        const ok = random() < rate
        counts = addOutcome(counts, ok)
        ;({ uses } = addToUses(uses, { ok, at: 0, draw: 0 }))
        if (first !== undefined || counts.trials % 5 > 0) continue
        const prediction = predictedPromotion(counts, uses)
        if (prediction >= 0.9 && prediction < 1) first = prediction
      }
      if (first === undefined) continue
      asked++
      predicted += first
      if (hasProof()) promoted++
    }
    assert.ok(asked > 50, `${asked}`)
    assert.ok(Math.abs(predicted - promoted) / asked < 0.06, `${predicted} ${promoted} of ${asked}`)
  })

  it('finds a drift within 100 uses at 0.2, and none at 0.9 or in bursts at 0.95', () => {
    const random = randomOf(3)
    const alarmAt = (mean: number, rho: number, uses: number): number => {
      let drift = NO_DRIFT
      let last = true
      for (let use = 1; use <= uses; use++) {
        last = random() < mean * (1 - rho) + (last ? rho : 0)
        drift = updateDrift(drift, last)
        if (hasDrifted(drift)) return use
      }
      return Infinity
    }
    for (let stream = 0; stream < 100; stream++) {
      assert.equal(alarmAt(0.9, 0, 500), Infinity)
      assert.equal(alarmAt(0.95, 0.6, 500), Infinity)
      assert.ok(alarmAt(0.2, 0, 100) <= 100)
    }
  })

  it('gives liars, whatever they claim, no more than the best of the honest would have', () => {
    const random = randomOf(5)
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
    const successes = (ss: number): Transitions[][] => [[{ ss, sf: 0, fs: 0, ff: 0 }]]
    assert.equal(isPromotable([[NO_PAIRS]], headStart(remote)), false)
    assert.equal(isPromotable(successes(50), headStart(remote)), false)
    assert.equal(isPromotable(successes(120), headStart(remote)), true)
    assert.equal(isPromotable(successes(120)), false)
  })

  it('draws the better competitor nearly always once there is evidence, and tries both before', () => {
    const random = randomOf(11)
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

interface Stream {
  readonly mean: number
  /** Correlation of neighbours, or of neighbouring outcomes of one caller. */
  readonly rho: number
  readonly uses: number
  /** Callers, each with a chain of its own. Default: one without a name. */
  readonly callers?: number
  /** Callers without names take turns; those with names come in any order. */
  readonly areNamed?: boolean
}

/** Number of streams that are ever promoted. */
function promotedOf({ streams, ...stream }: Stream & { readonly streams: number }): number {
  const random = randomOf(1)
  const times = Array.from({ length: streams }, () => firstUse(stream, random, promotes))
  return times.filter((time) => time < Infinity).length
}

function promotes(sequence: Sequence): boolean {
  return isPromotable(readingsOf(sequence))
}

function rejects({ chain }: Sequence): boolean {
  return isRejectable(chain.pairs)
}

/** The first use after which a test decides. */
function firstUse(
  stream: Stream,
  random: () => number,
  decides: (sequence: Sequence) => boolean
): number {
  let use = 0
  for (const sequence of sequencesOf(stream, random)) {
    use += 1
    if (decides(sequence)) return use
  }
  return Infinity
}

/** The sequence after each use. */
function* sequencesOf(
  { mean, rho, uses, callers = 1, areNamed = false }: Stream,
  random: () => number
): Generator<Sequence> {
  let sequence = NO_SEQUENCE
  const lasts: boolean[] = []
  for (let use = 0; use < uses; use++) {
    const caller = areNamed ? Math.floor(random() * callers) : use % callers
    const last = lasts[caller] ?? random() < mean
    const ok = random() < mean * (1 - rho) + (last ? rho : 0)
    lasts[caller] = ok
    sequence = addToSequence(sequence, { ok, caller: areNamed ? `caller ${caller}` : undefined })
    yield sequence
  }
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
