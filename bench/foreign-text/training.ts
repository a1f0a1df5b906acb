/**
 * Fits the linear model: logistic regression by AdaGrad over windows of texts, weights quantised to
 * bytes, and the threshold from notes that the weights were not fitted to. The same texts give the
 * same bytes: the order is sorted input, shuffled by a seeded generator.
 */
import {
  BUCKETS,
  DirectiveFeatures,
  MIN_FEATURES
} from '../../src/foreign-text/directive-features.ts'
import { scoreOf } from '../../src/foreign-text/directive-model.ts'
import { foldText } from '../../src/foreign-text/fold-text.ts'
import { joinNotes } from './notes.ts'
import type { LabelledText } from './corpora.ts'

export interface TrainedModel {
  readonly weights: Int8Array
  readonly threshold: number
}

interface Example {
  readonly buckets: Uint16Array
  readonly isOrder: boolean
}

const EPOCHS = 12
const RATE = 0.2
const L2 = 1e-4
/** An order counts as much as this number of notes. */
const ORDER_WEIGHT = 4
/** Windows of an order that count: later ones of a long text need not be orders. */
const MAX_ORDER_WINDOWS = 6
/** Orders of at most this length are also learned between two notes, this number of times. */
const MAX_QUOTED_ORDER = 300
const QUOTATIONS = 2
/** Characters of a note beside a quoted order. */
const NEIGHBOUR = 100
/** Notes of a long text. */
const JOINED = 6
/** Of the notes for calibration, and of the long texts made of them, so many are flagged at most. */
const NOTE_RATE = 0.001
const LONG_RATE = 0.004
const LONG_NOTES = 10
const SEED = 12_345

const features = new DirectiveFeatures()

export function train(
  texts: readonly LabelledText[],
  notes: readonly string[],
  calibration: readonly string[]
): TrainedModel {
  const weights = quantise(fit(examplesOf(texts, notes)))
  const highest = (all: readonly string[], rate: number): number => {
    const scores = all.map((text) => maximumScore(text, weights)).toSorted((a, b) => b - a)
    return scores[Math.floor(scores.length * rate)] ?? Infinity
  }
  const threshold = Math.max(
    highest(calibration, NOTE_RATE),
    highest(joinNotes(calibration, LONG_NOTES), LONG_RATE)
  )
  return { weights, threshold: Math.ceil(threshold * 1000) / 1000 }
}

function examplesOf(texts: readonly LabelledText[], notes: readonly string[]): Example[] {
  const benign = [
    ...notes,
    ...joinNotes(notes, JOINED),
    ...texts.filter(({ label }) => label === 0).map(({ text }) => text)
  ]
  const orders = texts.filter(({ label }) => label === 1).map(({ text }) => text)
  return [
    ...benign.flatMap((text) => windowsOf(text).map((buckets) => ({ buckets, isOrder: false }))),
    ...[...orders, ...quotedOrders(orders, notes)].flatMap((text) =>
      windowsOf(text)
        .slice(0, MAX_ORDER_WINDOWS)
        .map((buckets) => ({ buckets, isOrder: true }))
    )
  ]
}

/** Short orders between the end of one note and the beginning of another. */
function quotedOrders(orders: readonly string[], notes: readonly string[]): string[] {
  const random = randomNumbers(SEED)
  const pick = (): string => notes[Math.floor(random() * notes.length)] ?? ''
  return orders
    .filter(({ length }) => length <= MAX_QUOTED_ORDER)
    .flatMap((order) =>
      Array.from(
        { length: QUOTATIONS },
        () => `${pick().slice(-NEIGHBOUR)} ${order} ${pick().slice(0, NEIGHBOUR)}`
      )
    )
}

function windowsOf(text: string): Uint16Array[] {
  return Array.from(features.windows(foldText(text)), (buckets) => buckets.slice())
}

function maximumScore(text: string, weights: Int8Array): number {
  return Math.max(...windowsOf(text).map((buckets) => scoreOf(buckets, weights)))
}

/** AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011), with a penalty on the squares of the weights. */
function fit(examples: Example[]): Float64Array {
  const weights = new Float64Array(BUCKETS)
  const squares = new Float64Array(BUCKETS).fill(1e-4)
  const random = randomNumbers(SEED)
  let bias = -2
  let biasSquares = 1
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(examples, random)
    for (const { buckets, isOrder } of examples) {
      const scale = 1 / Math.sqrt(Math.max(buckets.length, MIN_FEATURES))
      let sum = 0
      for (const bucket of buckets) sum += weights[bucket] ?? 0
      const probability = 1 / (1 + Math.exp(-(bias + sum * scale)))
      const error = isOrder ? (probability - 1) * ORDER_WEIGHT : probability
      biasSquares += error * error
      bias -= (RATE * error) / Math.sqrt(biasSquares)
      for (const bucket of buckets) {
        const weight = weights[bucket] ?? 0
        const gradient = error * scale + L2 * weight
        const square = (squares[bucket] ?? 0) + gradient * gradient
        squares[bucket] = square
        weights[bucket] = weight - (RATE * gradient) / Math.sqrt(square)
      }
    }
  }
  return weights
}

function quantise(weights: Float64Array): Int8Array {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  return Int8Array.from(weights, (weight) => Math.round((weight / largest) * 127))
}

/** Fisher and Yates. */
function shuffle(items: Example[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [items[i], items[j]]
    if (a === undefined || b === undefined) continue
    items[i] = b
    items[j] = a
  }
}

/** A linear congruential generator (Numerical Recipes); 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
