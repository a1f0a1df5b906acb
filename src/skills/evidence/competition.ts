/**
 * Chooses among skills for one purpose: Thompson sampling (Biometrika 1933) explores, the best
 * lower confidence bound decides which is `alpha`, and the best of the others is its `shadow`.
 */
import { PRIOR } from './prediction.ts'
import type { Counts } from './counts.ts'

export interface Competitor extends Counts {
  readonly id: string
}

/** Ids of the best competing skill, and of the best of the others. */
export interface Ranking {
  readonly alpha: string | undefined
  readonly shadow: string | undefined
}

/** 95 %, one-sided. */
const Z = 1.645

/** The competitor with the largest draw from its posterior; undefined if there is none. */
export function thompsonSample(
  competitors: readonly Competitor[],
  random: () => number
): string | undefined {
  let best: { readonly id: string; readonly draw: number } | undefined
  for (const { id, trials, successes } of competitors) {
    const a = gamma(successes + PRIOR.successes, random)
    const b = gamma(trials - successes + PRIOR.failures, random)
    const draw = a / (a + b)
    if (best === undefined || draw > best.draw) best = { id, draw }
  }
  return best?.id
}

/** Equal bounds are ordered by id, so that nodes with equal counts agree. */
export function rankCompetitors(competitors: readonly Competitor[]): Ranking {
  const [alpha, shadow] = competitors
    .map((competitor) => ({ id: competitor.id, bound: lowerBound(competitor) }))
    .toSorted((one, other) => other.bound - one.bound || (one.id < other.id ? -1 : 1))
  return { alpha: alpha?.id, shadow: shadow?.id }
}

/** Lower end of the score interval (Wilson, JASA 1927); 0 without trials. */
export function lowerBound({ trials, successes }: Counts): number {
  if (trials === 0) return 0
  const rate = successes / trials
  const spread = Z * Math.sqrt((rate * (1 - rate)) / trials + Z ** 2 / (4 * trials ** 2))
  return Math.max(0, (rate + Z ** 2 / (2 * trials) - spread) / (1 + Z ** 2 / trials))
}

/** Gamma(shape, 1) for shapes from 1 on (Marsaglia and Tsang, ACM TOMS 2000). */
function gamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3
  for (;;) {
    const x = normal(random)
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Box and Muller, 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
