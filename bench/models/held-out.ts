/**
 * The scorer beside length on RouteLLM's tables: which share of calls must go to the strong model for
 * 95 % of its quality. Each prompt is scored by a scorer that learned the other four fifths, once, in
 * random order. Intervals are of a paired bootstrap over prompts, with the mean over all splits.
 */
import { featuresOf } from '../../src/models/routing/prompt-features.ts'
import { Scorer } from '../../src/models/routing/scorer.ts'
import { randomFrom } from './random.ts'
import type { Answered } from './tables.ts'
import type { Features } from '../../src/models/routing/prompt-features.ts'

const TASK = 'bench'
const FOLDS = 5
const SPLITS = 5
const RESAMPLES = 1_000
const QUALITY = 0.95

/** Orders of prompts, the ones for the strong model first. */
export const WAYS = ['text', 'served', 'length', 'fast failed'] as const
type Way = (typeof WAYS)[number]

export interface HeldOut {
  /** Means over the splits. */
  readonly shares: Record<Way, number>
  /** 95 % intervals of the difference to the share by length. */
  readonly differences: Record<Way, readonly [number, number]>
  /** Share of the scorers whose text predicts better than length. */
  readonly byText: number
}

export function heldOut(table: readonly Answered[], seed = 7): HeldOut {
  const random = randomFrom(seed)
  const features = table.map(({ prompt }) =>
    featuresOf({ task: TASK, messages: [{ role: 'user', content: prompt }] })
  )
  const everything = table.map((_, i) => i)
  const splits = Array.from({ length: SPLITS }, () => split(table, features, random))
  const shareOf = (way: Way, sample: readonly number[]): number =>
    mean(splits.map(({ ranks }) => strongShare(table, ranks[way], sample)))
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const sample = everything.map(() => Math.floor(random() * table.length))
    const length = shareOf('length', sample)
    return record((way) => shareOf(way, sample) - length)
  })
  return {
    shares: record((way) => shareOf(way, everything)),
    differences: record((way) => {
      const sorted = resampled.map((each) => each[way]).toSorted((a, b) => a - b)
      return [quantile(sorted, 0.025), quantile(sorted, 0.975)] as const
    }),
    byText: mean(splits.map(({ byText }) => byText))
  }
}

interface Split {
  /** The place of each prompt in the order of its way: 0 is the first for the strong model. */
  readonly ranks: Record<Way, Int32Array>
  readonly byText: number
}

function split(
  table: readonly Answered[],
  features: readonly Features[],
  random: () => number
): Split {
  const order = shuffled(table.length, random)
  const scores = record(() => new Float64Array(table.length))
  let byText = 0
  for (let fold = 0; fold < FOLDS; fold++) {
    const [gained, failed] = [new Scorer(), new Scorer()]
    order.forEach((i, place) => {
      const [row, of] = [table[i], features[i]]
      if (place % FOLDS === fold || row === undefined || of === undefined) return
      gained.learn(of, TASK, !row.weak && row.strong)
      failed.learn(of, TASK, !row.weak)
    })
    if (gained.state.tasks[0]?.by === 'text') byText += 1 / FOLDS
    order.forEach((i, place) => {
      const [row, of] = [table[i], features[i]]
      if (place % FOLDS !== fold || row === undefined || of === undefined) return
      scores.text[i] = gained.chanceBy('text', of)
      scores.served[i] = gained.predict(of, TASK).chance
      scores.length[i] = row.prompt.length
      scores['fast failed'][i] = failed.chanceBy('text', of)
    })
  }
  return { ranks: record((way) => ranksOf(scores[way])), byText }
}

function ranksOf(scores: Float64Array): Int32Array {
  const order = [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
  const ranks = new Int32Array(scores.length)
  order.forEach((i, rank) => {
    ranks[i] = rank
  })
  return ranks
}

/** The least share of `sample`, in the order of `ranks`, for the quality. */
function strongShare(
  table: readonly Answered[],
  ranks: Int32Array,
  sample: readonly number[]
): number {
  const gains = new Int32Array(table.length)
  const calls = new Int32Array(table.length)
  let right = 0
  let strong = 0
  for (const i of sample) {
    const [row, rank] = [table[i], ranks[i] ?? 0]
    if (row === undefined) continue
    gains[rank] = (gains[rank] ?? 0) + Number(row.strong) - Number(row.weak)
    calls[rank] = (calls[rank] ?? 0) + 1
    right += Number(row.weak)
    strong += Number(row.strong)
  }
  let count = 0
  for (let rank = 0; right < QUALITY * strong && rank < table.length; rank++) {
    right += gains[rank] ?? 0
    count += calls[rank] ?? 0
  }
  return count / sample.length
}

function record<T>(of: (way: Way) => T): Record<Way, T> {
  return {
    text: of('text'),
    served: of('served'),
    length: of('length'),
    'fast failed': of('fast failed')
  }
}

/** Fisher and Yates. */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [order[i] ?? 0, order[j] ?? 0]
    order[i] = b
    order[j] = a
  }
  return order
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}

function mean(of: readonly number[]): number {
  return of.reduce((sum, each) => sum + each, 0) / of.length
}
