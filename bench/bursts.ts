/**
 * Promotion, demotion and blacklisting of skills whose outcomes come in bursts, beside the test
 * that takes outcomes as independent. Outcomes form a two-state Markov chain: `mean` is its rate of
 * success, `rho` the correlation of neighbours.
 */
import { isPromotable } from '../src/skills/evidence/e-process.ts'
import { addToSequence, NO_SEQUENCE, readingsOf } from '../src/skills/evidence/sequence.ts'
import { headStart } from '../src/skills/evidence/remote-evidence.ts'
import {
  afterBegin,
  afterOutcome,
  afterTests,
  UNTESTED
} from '../src/skills/lifecycle/lifecycle.ts'
import { HORIZON, HOUR, middleOf, nextOutcome as next, percent, USES } from './bursts/outcomes.ts'
import { turns } from './bursts/turns.ts'
import { afterIndependentUse, UNTRIED } from './independent-test.ts'
import { randomOf, type Random } from '../test/fixtures/random.ts'
import type { Benchmark } from './benchmark.ts'
import type { LifecycleState } from '../src/skills/lifecycle/lifecycle.ts'

const RHOS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const

const ON_TRIAL = afterTests(UNTESTED, 1, 1).lifecycle

/** One report of an outcome to a skill's lifecycle. */
interface Report {
  readonly ok: boolean
  readonly run?: string
  readonly caller?: string
}

export const bursts: Benchmark = {
  about: 'promotion and blacklisting of skills whose outcomes come in bursts',
  defaults: { streams: 400, seed: 1 },
  run({ streams = 400, seed = 1 }) {
    promotions(streams, randomOf(seed))
    blacklistings(Math.ceil(streams / 4), randomOf(seed))
    reports(streams, randomOf(seed))
    callers(Math.ceil(streams / 4), randomOf(seed))
    remote(streams, randomOf(seed))
    turns(streams, randomOf(seed))
    return Promise.resolve()
  }
}

/** `falsely`: at the bound, ever within 3,000 uses. */
function promotions(streams: number, random: Random): void {
  console.log(`promoted, % of ${streams} streams: this test, and as if outcomes were independent`)
  console.log(
    `rho    0.8 in ${USES}    0.9 in ${HORIZON}     0.95 in ${HORIZON}    0.99 in ${HORIZON}    0.95 in ${USES}  median uses at 0.95`
  )
  for (const rho of RHOS) {
    const cells = [
      [0.8, USES],
      [0.9, HORIZON],
      [0.95, HORIZON],
      [0.99, HORIZON],
      [0.95, USES]
    ].map(([mean = 0, uses = 0]) => {
      const times = Array.from({ length: streams }, () => promotedAt({ mean, rho, uses }, random))
      return { text: times.length === 0 ? '' : pair(times), median: medianOf(times) }
    })
    console.log(
      `${rho.toFixed(1).padEnd(7)}${cells.map(({ text }) => text.padEnd(15)).join('')}${cells[4]?.median}`
    )
  }
}

interface Times {
  readonly ours: number
  readonly before: number
}

/** The use at which each test promotes; Infinity if it never does. */
function promotedAt(
  { mean, rho, uses }: { mean: number; rho: number; uses: number },
  random: Random
): Times {
  let sequence = NO_SEQUENCE
  let state = UNTRIED
  let ours = Infinity
  let before = Infinity
  let last = random() < mean
  for (let use = 1; use <= uses && (ours === Infinity || before === Infinity); use++) {
    if (use > 1) last = next(last, mean, rho, random)
    if (before === Infinity && state.status === 'trial') {
      state = afterIndependentUse(state, last)
      if (state.status === 'verified') before = use
    }
    if (ours === Infinity) {
      sequence = addToSequence(sequence, { ok: last })
      if (last && isPromotable(readingsOf(sequence))) ours = use
    }
  }
  return { ours, before }
}

function blacklistings(streams: number, random: Random): void {
  console.log(
    `\nskills of 0.95 within ${USES} uses, % of ${streams} streams: blacklisted, and before; demoted once`
  )
  for (const rho of RHOS) {
    let ours = 0
    let before = 0
    let demoted = 0
    for (let stream = 0; stream < streams; stream++) {
      let lifecycle = ON_TRIAL
      let state = UNTRIED
      let isDemoted = false
      let last = true
      for (let use = 0; use < USES; use++) {
        last = next(last, 0.95, rho, random)
        const { status } = lifecycle
        lifecycle = told(lifecycle, { ok: last }, use, random)
        isDemoted ||= status === 'verified' && lifecycle.status === 'experimental'
        state = afterIndependentUse(state, last)
      }
      ours += lifecycle.status === 'blacklisted' ? 1 : 0
      before += state.status === 'blacklisted' ? 1 : 0
      demoted += isDemoted ? 1 : 0
    }
    console.log(
      `${rho.toFixed(1).padEnd(7)}${`${percent(ours, streams)} / ${percent(before, streams)}`.padEnd(15)}${percent(demoted, streams)}`
    )
  }
}

/** Independent outcomes at the bound, reported twice, or failures 20 uses late. */
function reports(streams: number, random: Random): void {
  console.log(
    '\nindependent outcomes, 1,000 uses, % of streams promoted: at 0.8, at 0.95; before at 0.8'
  )
  for (const [name, toReports] of [
    ['each once', (ok: boolean, i: number) => [{ at: i, ok, run: `${i}` }]],
    [
      'twice, with the id of the run',
      (ok: boolean, i: number) => [0, 0].map(() => ({ at: i, ok, run: `${i}` }))
    ],
    ['twice, without ids', (ok: boolean, i: number) => [0, 0].map(() => ({ at: i, ok }))],
    [
      'failures 20 uses late, begun',
      (ok: boolean, i: number) => [{ at: ok ? i : i + 20.5, ok, run: `${i}`, begun: true }]
    ],
    [
      'failures 20 uses late, not begun',
      (ok: boolean, i: number) => [{ at: ok ? i : i + 20.5, ok }]
    ]
  ] as const) {
    const shares = [0.8, 0.95].map((mean) => {
      let ours = 0
      let before = 0
      for (let stream = 0; stream < streams; stream++) {
        const life = livedThrough(mean, 1_000, toReports, random)
        ours += life.ours ? 1 : 0
        before += life.before ? 1 : 0
      }
      return { ours: percent(ours, streams), before: percent(before, streams) }
    })
    console.log(`${name.padEnd(36)}${shares[0]?.ours}  ${shares[1]?.ours}  ${shares[0]?.before}`)
  }
}

type ToReports = (
  ok: boolean,
  use: number
) => readonly (Report & { readonly at: number; readonly begun?: boolean })[]

function livedThrough(
  mean: number,
  uses: number,
  toReports: ToReports,
  random: Random
): { readonly ours: boolean; readonly before: boolean } {
  const waiting: (Report & { readonly at: number })[] = []
  const known = new Set<string>()
  let lifecycle = ON_TRIAL
  let state = UNTRIED
  for (let use = 0; use < uses; use++) {
    const reported = toReports(random() < mean, use)
    for (const { run, begun } of reported) {
      if (begun === true && run !== undefined)
        lifecycle = afterBegin(lifecycle, { run, at: use }).lifecycle
    }
    waiting.push(...reported)
    const due = waiting.filter(({ at }) => at <= use)
    waiting.splice(0, waiting.length, ...waiting.filter(({ at }) => at > use))
    for (const report of due) {
      state = state.status === 'trial' ? afterIndependentUse(state, report.ok) : state
      // The store of skills drops a run that was reported before.
      if (report.run !== undefined && known.has(report.run)) continue
      if (report.run !== undefined) known.add(report.run)
      if (lifecycle.status !== 'verified') lifecycle = told(lifecycle, report, use, random)
    }
  }
  return { ours: lifecycle.status === 'verified', before: state.status === 'verified' }
}

/** Bursts of 20 uses that nearly all have one outcome, by one caller each. */
function callers(streams: number, random: Random): void {
  console.log('\nbursts of 20 uses with one outcome, 3,000 uses, % of streams promoted')
  for (const [mean, isNamed] of [
    [0.8, true],
    [0.8, false],
    [0.95, true]
  ] as const) {
    let promoted = 0
    for (let stream = 0; stream < streams; stream++) {
      let lifecycle = ON_TRIAL
      let isPromoted = false
      for (let burst = 0; burst < USES / 20 && !isPromoted; burst++) {
        const ok = random() < mean
        for (let use = 0; use < 20; use++) {
          const caller = isNamed ? `caller ${burst}` : undefined
          lifecycle = told(lifecycle, { ok, caller }, burst * HOUR, random)
          isPromoted ||= lifecycle.status === 'verified'
        }
      }
      promoted += isPromoted ? 1 : 0
    }
    console.log(
      `${mean}, ${isNamed ? 'with' : 'without'} the caller`.padEnd(36) + percent(promoted, streams)
    )
  }
}

/** Ten authors with 100 trials each, all as bursty as the trials here. */
function remote(streams: number, random: Random): void {
  console.log('\nwith the counts of 10 authors, 100 uses each, % of streams promoted')
  for (const [mean, rho, uses] of [
    [0.8, 0, USES],
    [0.8, 0.3, USES],
    [0.8, 0.6, USES],
    [0.95, 0, HORIZON]
  ] as const) {
    let promoted = 0
    const times: number[] = []
    for (let stream = 0; stream < streams; stream++) {
      const counts = Array.from({ length: 10 }, () => {
        let last = random() < mean
        let successes = 0
        for (let trial = 0; trial < 100; trial++) {
          last = next(last, mean, rho, random)
          successes += last ? 1 : 0
        }
        return { trials: 100, successes, authors: 1 }
      })
      const start = headStart(counts)
      let sequence = NO_SEQUENCE
      let last = random() < mean
      let use = 0
      while (use < uses && !isPromotable(readingsOf(sequence), start)) {
        sequence = addToSequence(sequence, { ok: last })
        last = next(last, mean, rho, random)
        use++
      }
      if (isPromotable(readingsOf(sequence), start)) promoted++
      times.push(isPromotable(readingsOf(sequence), start) ? use : Infinity)
    }
    console.log(
      `${mean}, rho ${rho}, ${uses} uses`.padEnd(36) +
        `${percent(promoted, streams)}  median uses ${middleOf(times)}`
    )
  }
}

function told(
  lifecycle: LifecycleState,
  report: Report,
  at: number,
  random: Random
): LifecycleState {
  return afterOutcome(lifecycle, { ...report, at, draw: random() }).lifecycle
}

function pair(times: readonly Times[]): string {
  const share = (at: (each: Times) => number): string =>
    percent(times.filter((each) => at(each) < Infinity).length, times.length)
  return `${share(({ ours }) => ours)} / ${share(({ before }) => before)}`
}

function medianOf(times: readonly Times[]): string {
  return `${middleOf(times.map(({ ours }) => ours))} / ${middleOf(times.map(({ before }) => before))}`
}
