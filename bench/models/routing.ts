/**
 * The scorer beside random and length-only routing, on a labelled set of this benchmark's own making.
 *
 * How it is made: a request is a template of one of eight kinds, filled with words drawn at random.
 * The label says whether a fast tier suffices: for each kind there is a chance (0.97 for copying a
 * number, 0.03 for a proof), lowered for long material and raised for short; a coin decides. Kinds
 * overlap in words and in length, so that neither alone tells them apart. Half of the set is learned,
 * the other half is scored, with words the first half may not have. It shows that the scorer learns
 * what there is to learn; it says nothing of any real model.
 */
import { featuresOf } from '../../src/models/routing/prompt-features.ts'
import { Scorer } from '../../src/models/routing/scorer.ts'
import { benchFact } from '../fact-data.ts'
import { randomFrom } from './random.ts'

export interface RoutingReport {
  /** Area under the ROC curve on the scored half. */
  readonly auc: { readonly learned: number; readonly length: number; readonly random: number }
  /** Share routed right at the best threshold of the learned half. */
  readonly accuracy: { readonly learned: number; readonly length: number; readonly random: number }
  /** Tenths of the prediction: how many, their mean, and how often fast sufficed. */
  readonly calibration: readonly { count: number; predicted: number; observed: number }[]
  /** Expected calibration error: the mean distance of those two, weighted. */
  readonly error: number
}

interface Labelled {
  readonly text: string
  readonly sufficed: boolean
}

const KINDS: readonly (readonly [template: string, chance: number])[] = [
  ['Copy the number out of this: $', 0.97],
  ['List the names that occur in this: $', 0.92],
  ['Give the sentiment of this in one word: $', 0.9],
  ['Summarise this in one sentence: $', 0.8],
  ['Explain why this happens, with the cause: $', 0.45],
  ['Find the contradiction between these claims: $', 0.25],
  ['Redesign this so that it cannot deadlock: $', 0.1],
  ['Prove that this always holds, or give a counterexample: $', 0.03]
]

export function routing(size: number): RoutingReport {
  const random = randomFrom(7)
  const all = Array.from({ length: size }, (_, i) => labelled(i, random))
  const half = size / 2
  const [learned, scored] = [all.slice(0, half), all.slice(half)]
  const scorer = new Scorer()
  // In this set premium always passes, so it gains where fast does not suffice.
  for (const { text, sufficed } of learned) scorer.learn(features(text), 'bench', !sufficed)
  const ways = {
    learned: (text: string) => 1 - scorer.chanceBy('text', features(text)),
    length: (text: string) => 1 / (1 + text.length),
    random: () => random()
  }
  const auc = { learned: 0, length: 0, random: 0 }
  const accuracy = { learned: 0, length: 0, random: 0 }
  for (const way of ['learned', 'length', 'random'] as const) {
    const threshold = bestThreshold(
      learned.map(({ text, sufficed }) => [ways[way](text), sufficed])
    )
    const results = scored.map(({ text, sufficed }) => [ways[way](text), sufficed] as const)
    auc[way] = areaUnder(results)
    accuracy[way] = results.filter(([p, yes]) => p >= threshold === yes).length / results.length
  }
  const results = scored.map(({ text, sufficed }) => [ways.learned(text), sufficed] as const)
  const calibration = Array.from({ length: 10 }, (_, tenth) => {
    const own = results.filter(([p]) => Math.min(9, Math.floor(p * 10)) === tenth)
    return {
      count: own.length,
      predicted: mean(own.map(([p]) => p)),
      observed: mean(own.map(([, yes]) => Number(yes)))
    }
  })
  const error = calibration.reduce(
    (sum, { count, predicted, observed }) =>
      sum + (count * Math.abs(predicted - observed)) / results.length,
    0
  )
  return { auc, accuracy, calibration, error }
}

function features(text: string): ReturnType<typeof featuresOf> {
  return featuresOf({ task: 'bench', messages: [{ role: 'user', content: text }] })
}

function labelled(index: number, random: () => number): Labelled {
  const [template, chance] = KINDS[Math.floor(random() * KINDS.length)] ?? ['$', 0.5]
  const sentences = 1 + Math.floor(random() * 8)
  const material = Array.from({ length: sentences }, (_, i) => benchFact(index * 8 + i).content)
  const tilt = (4.5 - sentences) * 0.02
  return {
    text: template.replace('$', material.join(' ')),
    sufficed: random() < Math.min(0.99, Math.max(0.01, chance + tilt))
  }
}

function areaUnder(results: readonly (readonly [number, boolean])[]): number {
  const sorted = results.toSorted(([a], [b]) => a - b)
  let negatives = 0
  let below = 0
  for (const [, yes] of sorted) {
    if (yes) below += negatives
    else negatives += 1
  }
  return below / (negatives * (results.length - negatives))
}

function bestThreshold(results: readonly (readonly [number, boolean])[]): number {
  const sorted = results.toSorted(([a], [b]) => a - b)
  let right = sorted.filter(([, yes]) => yes).length
  let best = { right, threshold: -Infinity }
  for (const [p, yes] of sorted) {
    right += yes ? -1 : 1
    if (right > best.right) best = { right, threshold: p + Number.EPSILON }
  }
  return best.threshold
}

function mean(of: readonly number[]): number {
  return of.length === 0 ? 0 : of.reduce((sum, each) => sum + each, 0) / of.length
}
