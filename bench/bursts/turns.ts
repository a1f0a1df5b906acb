/**
 * Skills whose callers take turns, more than an hour apart. The outcomes of each caller are a chain
 * of its own, so that neighbours of the whole sequence hardly correlate. The baseline is the test of
 * the whole sequence alone.
 */
import { isPromotable } from '../../src/skills/evidence/e-process.ts'
import { addToSequence, NO_SEQUENCE, readingsOf } from '../../src/skills/evidence/sequence.ts'
import { afterOutcome, afterTests, UNTESTED } from '../../src/skills/lifecycle/lifecycle.ts'
import { HORIZON, HOUR, middleOf, nextOutcome, percent, USES } from './outcomes.ts'
import type { Random } from '../../test/fixtures/random.ts'
import type { SequenceOutcome } from '../../src/skills/evidence/sequence.ts'

interface Callers {
  readonly callers: number
  readonly areNamed: boolean
  /** Each use is one of a random caller, instead of the next one. */
  readonly isShuffled: boolean
}

interface Skill extends Callers {
  readonly mean: number
  readonly rho: number
}

export function turns(streams: number, random: Random): void {
  console.log(
    `\ncallers that take turns, % of ${streams} streams promoted: this test, and the whole sequence alone; blacklisted`
  )
  console.log(
    `callers                       rho  0.8 in ${USES}   0.95 in ${HORIZON}    0.95 in ${USES}   median uses  blacklisted at 0.95 in ${USES}`
  )
  for (const isShuffled of [false, true]) {
    for (const areNamed of [false, true]) {
      for (const callers of [2, 5]) {
        for (const rho of [0, 0.3, 0.6, 0.9]) {
          row({ callers, areNamed, isShuffled }, rho, streams, random)
        }
      }
    }
  }
}

function row(callers: Callers, rho: number, streams: number, random: Random): void {
  const timesOf = (mean: number, uses: number): Times[] =>
    Array.from({ length: streams }, () => promotedAt({ ...callers, mean, rho }, uses, random))
  const long = timesOf(0.95, USES)
  const shares = [timesOf(0.8, USES), timesOf(0.95, HORIZON), long].map((times) =>
    pair(times).padEnd(15)
  )
  const lives = Math.ceil(streams / 8)
  const blacklisted = Array.from({ length: lives }, () =>
    isBlacklisted({ ...callers, mean: 0.95, rho }, random)
  ).filter(Boolean).length
  const { callers: number, areNamed, isShuffled } = callers
  const name = `${number} ${areNamed ? 'named' : 'unnamed'}, ${isShuffled ? 'any order' : 'in turns'}`
  console.log(
    `${name.padEnd(30)}${rho.toFixed(1).padEnd(5)}${shares.join('')}${middleOf(
      long.map(({ ours }) => ours)
    ).padEnd(13)}${percent(blacklisted, lives)}`
  )
}

interface Times {
  readonly ours: number
  readonly whole: number
}

/** The use at which each test promotes; Infinity if it never does. */
function promotedAt(skill: Skill, uses: number, random: Random): Times {
  const next = outcomesOf(skill, random)
  let sequence = NO_SEQUENCE
  let whole = Infinity
  for (let use = 1; use <= uses; use++) {
    const outcome = next()
    sequence = addToSequence(sequence, outcome)
    if (!outcome.ok) continue
    // The whole sequence is one of the readings, so it decides no later than all of them.
    if (whole === Infinity && isPromotable([[sequence.chain.pairs]])) whole = use
    if (whole < Infinity && isPromotable(readingsOf(sequence))) return { ours: use, whole }
  }
  return { ours: Infinity, whole }
}

function isBlacklisted(skill: Skill, random: Random): boolean {
  const next = outcomesOf(skill, random)
  let { lifecycle } = afterTests(UNTESTED, 1, 1)
  for (let use = 0; use < USES; use++) {
    const outcome = { ...next(), at: use * HOUR, draw: random() }
    lifecycle = afterOutcome(lifecycle, outcome).lifecycle
  }
  return lifecycle.status === 'blacklisted'
}

function outcomesOf(
  { callers, areNamed, isShuffled, mean, rho }: Skill,
  random: Random
): () => SequenceOutcome {
  const lasts = Array.from({ length: callers }, () => random() < mean)
  let use = 0
  return () => {
    const caller = isShuffled ? Math.floor(random() * callers) : use++ % callers
    const ok = nextOutcome(lasts[caller] ?? false, mean, rho, random)
    lasts[caller] = ok
    return { ok, caller: areNamed ? `caller ${caller}` : undefined }
  }
}

function pair(times: readonly Times[]): string {
  const share = (at: (each: Times) => number): string =>
    percent(times.filter((each) => at(each) < Infinity).length, times.length)
  return `${share(({ ours }) => ours)} / ${share(({ whole }) => whole)}`
}
