/**
 * Personas that solve tasks with right answers from data of packages: how near to the best
 * combination of their traits they come, beside baselines with the same number of sessions.
 */
import { createHive } from 'noormme-hive'
import { countryCodes } from './evolution/countries.ts'
import { licences } from './evolution/licences.ts'
import { mediaTypes } from './evolution/media-types.ts'
import { BASELINES, evolved, Rates, simulated } from './evolution/run.ts'
import { sessionsToBest } from './evolution/swarm.ts'
import { synthetic } from './evolution/synthetic.ts'
import { timeZones } from './evolution/time-zones.ts'
import { versionRanges } from './evolution/version-ranges.ts'
import type { Benchmark } from './benchmark.ts'
import type { Family } from './evolution/family.ts'
import type { Run } from './evolution/run.ts'

/** The last family was not looked at before the library was finished. */
const FAMILIES = [synthetic, versionRanges, timeZones, mediaTypes, countryCodes, licences]

export const evolution: Benchmark<
  'families' | 'first' | 'k' | 'seeds' | 'sessions' | 'swarms',
  'only'
> = {
  about: 'personas that evolve on tasks with right answers, beside baselines',
  defaults: {
    seeds: 20,
    sessions: 500,
    first: 1,
    families: FAMILIES.length,
    swarms: 5,
    k: 1
  },
  texts: { only: '' },

  async run({ seeds, sessions, first, families, swarms: worlds, k }, { only }) {
    for (const family of FAMILIES.slice(first - 1, first - 1 + families)) {
      const rates = new Rates(family)
      console.log(`\n${family.name}; best rate ${percent(rates.optimum)}`)
      if (only !== 'swarms') await single(family, rates, seeds, sessions)
      if (only !== 'personas' && SHARING.includes(family)) await swarms(family, rates, worlds, k)
    }
  }
}

/** Families of the swarms; no figures of rules were chosen by the time zones and the country codes. */
const SHARING: readonly Family[] = [synthetic, timeZones, mediaTypes, countryCodes, licences]

async function single(
  family: Family,
  rates: Rates,
  seeds: number,
  sessions: number
): Promise<void> {
  const world = { family, rates, horizon: sessions }
  await using db = await createHive({ swarm: false, evolution: { interval: 0 } })
  const runs: Run[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    runs.push(await evolved(db, `solver-${seed}`, world, seed))
  }
  console.log(`${seeds} personas, ${sessions} sessions each`)
  report('evolution', runs, rates)
  for (const [name, policy] of Object.entries(BASELINES)) {
    const all = Array.from({ length: seeds }, (_, i) => simulated(policy, world, i + 1))
    report(name, all, rates)
  }
}

/** Quantiles of Student's distribution for intervals of 95 %, from two observations on. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26]

/** Worlds of ten honest nodes: alone, together, and together with a third of liars. */
const SWARMS = [
  { name: 'ten alone', nodes: 10, liars: 0, isShared: false },
  { name: 'ten in a swarm', nodes: 10, liars: 0, isShared: true },
  { name: 'ten in a swarm with five liars', nodes: 15, liars: 5, isShared: true }
] as const

async function swarms(family: Family, rates: Rates, seeds: number, k: number): Promise<void> {
  // Alone, nobody vouches for the rules of others: k changes nothing.
  for (const { name, ...world } of SWARMS.filter(({ isShared }) => isShared || k === 1)) {
    const reached: number[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      // The nodes of one world share their rules: the mean of a world is one observation.
      reached.push(mean(await sessionsToBest({ family, rates, horizon: 600, k, seed, ...world })))
    }
    const student = STUDENT[reached.length - 2] ?? 2.1
    const spread = student * Math.sqrt(varianceOf(reached) / reached.length)
    console.log(
      `${name.padEnd(42)}; k = ${k}; sessions to 90 % of the best: ${mean(reached).toFixed(0)} (+-${spread.toFixed(0)}), by seed ${reached.map((each) => each.toFixed(0)).join(' ')}`
    )
  }
}

function report(name: string, runs: readonly Run[], { optimum }: Rates): void {
  const last = runs.map(({ rates }) => (rates.at(-1) ?? 0) / optimum)
  const all = runs.map(({ rates }) => mean(rates) / optimum)
  const harmful = sum(runs.map((run) => run.harmful))
  const inverted = sum(runs.map((run) => run.harmfulInverted))
  console.log(
    [
      name.padEnd(42),
      `at the end ${interval(last)} of the best`,
      `on the way ${interval(all)}`,
      harmful === 0 ? '' : `harmful taken back ${inverted} of ${harmful}`,
      harmful === 0
        ? ''
        : `longest stay below ${Math.max(...runs.map(({ longestBelow }) => longestBelow))} sessions`
    ]
      .filter((part) => part !== '')
      .join('; ')
  )
}

/** The mean with its 95 % interval (normal). */
function interval(values: readonly number[]): string {
  const center = mean(values)
  const variance =
    sum(values.map((value) => (value - center) ** 2)) / Math.max(1, values.length - 1)
  const half = 1.96 * Math.sqrt(variance / values.length)
  return `${percent(center)} (+-${percent(half)})`
}

function varianceOf(values: readonly number[]): number {
  const center = mean(values)
  return sum(values.map((value) => (value - center) ** 2)) / Math.max(1, values.length - 1)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
