/** What the evidence of skills decides on simulated streams, beside the rule that peeks at the raw rate. */
import { WINDOW } from '../src/skills/evidence/constants.ts'
import { addOutcome, NO_TRIALS } from '../src/skills/evidence/counts.ts'
import { hasDrifted, updateDrift, NO_DRIFT } from '../src/skills/evidence/drift.ts'
import { isPromotable } from '../src/skills/evidence/e-process.ts'
import { addToSequence, NO_SEQUENCE, readingsOf } from '../src/skills/evidence/sequence.ts'
import { headStart } from '../src/skills/evidence/remote-evidence.ts'
import { predictedPromotion } from '../src/skills/evidence/prediction.ts'
import { afterOutcome, afterTests, UNTESTED } from '../src/skills/lifecycle/lifecycle.ts'
import { randomOf, type Random } from '../test/fixtures/random.ts'
import type { Benchmark } from './benchmark.ts'
import type { Counts } from '../src/skills/evidence/counts.ts'
import type { LifecycleState } from '../src/skills/lifecycle/lifecycle.ts'

type Rule = (counts: Counts) => boolean
const naive: Rule = ({ trials, successes }) => trials >= 5 && successes / trials >= 0.8

/** Skills as they come: broken, mediocre, at the bound, good, excellent, in equal parts. */
const MIX = [0.3, 0.6, 0.8, 0.95, 0.99] as const

export const skills: Benchmark = {
  about: 'promotion, liars, prediction, pre-warming and drift on simulated streams of outcomes',
  defaults: { streams: 4_000, seed: 1 },
  run({ streams = 4_000, seed = 1 }) {
    const random = randomOf(seed)
    promotions(streams, random)
    liars(streams, random)
    predictions(
      streams,
      `rates ${MIX.join(', ')} in equal parts`,
      random,
      (stream) => MIX[stream % MIX.length] ?? 0
    )
    predictions(streams, 'rates from the prior, Beta(2, 1)', random, () => Math.sqrt(random()))
    drifts(Math.ceil(streams / 10), random)
    return Promise.resolve()
  }
}

/** Through the life that skills have on a node. */
const ON_TRIAL = afterTests(UNTESTED, 1, 1).lifecycle

function isOnTrial({ status }: LifecycleState): boolean {
  return status === 'experimental' || status === 'pre-warming'
}

function promotions(streams: number, random: Random): void {
  console.log('promoted, % of streams            e-process   naive rule')
  for (const [rate, trials] of [
    [0.5, 1000],
    [0.8, 1000],
    [0.9, 1000],
    [0.95, 300]
  ] as const) {
    const ours: number[] = []
    let peeked = 0
    for (let stream = 0; stream < streams; stream++) {
      let counts = NO_TRIALS
      let lifecycle = ON_TRIAL
      let at: number | undefined
      let isNaive = false
      while (counts.trials < trials && !(at !== undefined && isNaive)) {
        const ok = random() < rate
        counts = addOutcome(counts, ok)
        isNaive ||= naive(counts)
        if (at !== undefined) continue
        lifecycle = afterOutcome(lifecycle, { ok, at: 0, draw: 0 }).lifecycle
        if (lifecycle.status === 'verified') at = counts.trials
      }
      if (at !== undefined) ours.push(at)
      if (isNaive) peeked++
    }
    const median = ours.toSorted((a, b) => a - b)[Math.floor(streams / 2)] ?? '-'
    console.log(
      `p = ${rate}, within ${trials} trials`.padEnd(34) +
        percent(ours.length, streams).padEnd(12) +
        percent(peeked, streams).padEnd(12) +
        `median of all ${median}`
    )
  }
}

function liars(streams: number, random: Random): void {
  console.log('\nwith 10 remote authors of 30 trials, 3 of them liars: promoted, % of streams')
  for (const [what, rate, claim, trials] of [
    ['p = 0.8, liars claim 10^6 of 10^6', 0.8, { trials: 1e6, successes: 1e6 }, 1000],
    ['p = 0.8, liars claim 30 of 30', 0.8, { trials: 30, successes: 30 }, 1000],
    ['p = 0.8, liars claim nothing', 0.8, undefined, 1000],
    ['p = 0.95, liars claim 0 of 30', 0.95, { trials: 30, successes: 0 }, 300],
    ['p = 0.95, nobody lies', 0.95, undefined, 300]
  ] as const) {
    let promoted = 0
    const lengths: number[] = []
    for (let stream = 0; stream < streams; stream++) {
      const remote = Array.from({ length: 10 }, (_, author) => ({
        ...(author < 3 && claim !== undefined ? claim : sample(rate, 30, random)),
        authors: 1
      }))
      const start = headStart(remote)
      let sequence = NO_SEQUENCE
      let used = 0
      while (used < trials && !isPromotable(readingsOf(sequence), start)) {
        sequence = addToSequence(sequence, { ok: random() < rate })
        used++
      }
      if (isPromotable(readingsOf(sequence), start)) {
        promoted++
        lengths.push(used)
      }
    }
    const median = lengths.toSorted((a, b) => a - b)[Math.floor(streams / 2)] ?? '-'
    console.log(`${what.padEnd(36)}${percent(promoted, streams)}  median local trials ${median}`)
  }
}

function predictions(
  streams: number,
  what: string,
  random: Random,
  rateOf: (stream: number) => number
): void {
  const warmed = { promoted: 0, wasted: 0, late: 0 }
  const leads: number[] = []
  const bins = Array.from({ length: 10 }, () => ({ predicted: 0, promoted: 0, skills: 0 }))
  for (let stream = 0; stream < streams; stream++) {
    const rate = rateOf(stream)
    const at = Math.floor(random() * 150)
    let lifecycle = ON_TRIAL
    let asked: number | undefined
    let warmSince: number | undefined
    while (lifecycle.counts.trials < WINDOW && isOnTrial(lifecycle)) {
      const { trials } = lifecycle.counts
      if (trials === at) asked = predictedPromotion(lifecycle.counts, lifecycle.uses)
      const { status } = lifecycle
      lifecycle = afterOutcome(lifecycle, { ok: random() < rate, at: 0, draw: 0 }).lifecycle
      if (lifecycle.status === 'pre-warming') warmSince ??= trials + 1
      else if (status === 'pre-warming' && lifecycle.status !== 'verified') {
        warmed.wasted++
        warmSince = undefined
      }
    }
    const isPromoted = lifecycle.status === 'verified'
    if (isPromoted && warmSince !== undefined) {
      warmed.promoted++
      leads.push(lifecycle.counts.trials - warmSince)
    } else if (isPromoted) warmed.late++
    else if (lifecycle.status === 'pre-warming') warmed.wasted++
    const bin = asked === undefined ? undefined : bins[Math.min(9, Math.floor(asked * 10))]
    if (bin === undefined || asked === undefined) continue
    bin.skills++
    bin.predicted += asked
    if (isPromoted) bin.promoted++
  }
  console.log(`\nprediction, ${what}, asked at a random trial`)
  for (const { predicted, promoted, skills: total } of bins) {
    if (total === 0) continue
    console.log(
      `predicted ${percent(predicted, total).padEnd(8)} promoted ${percent(promoted, total).padEnd(8)} of ${total}`
    )
  }
  const allPromoted = warmed.promoted + warmed.late
  console.log(`made warm before promotion ${percent(warmed.promoted, allPromoted)} %`)
  console.log(`warm-ups wasted ${percent(warmed.wasted, warmed.promoted + warmed.wasted)} %`)
  const lead = leads.toSorted((one, other) => one - other)[Math.floor(leads.length / 2)] ?? '-'
  console.log(`warm for ${lead} trials before promotion (median)`)
}

function drifts(streams: number, random: Random): void {
  console.log('\ndrift: share of streams with an alarm within 500 trials, median trials to it')
  for (const rate of [0.95, 0.9, 0.8, 0.6, 0.5, 0.2, 0]) {
    const delays: number[] = []
    for (let stream = 0; stream < streams; stream++) {
      let drift = NO_DRIFT
      let trials = 0
      while (trials < 500 && !hasDrifted(drift)) {
        drift = updateDrift(drift, random() < rate)
        trials++
      }
      if (!hasDrifted(drift)) continue
      delays.push(trials)
    }
    const median = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? '-'
    console.log(`p = ${rate}`.padEnd(10) + `${percent(delays.length, streams)} %, ${median}`)
  }
}

function sample(rate: number, trials: number, random: Random): Counts {
  let counts = NO_TRIALS
  while (counts.trials < trials) counts = addOutcome(counts, random() < rate)
  return counts
}

function percent(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(3)
}
