/**
 * A linear model of orders to a model: logistic regression, trained on public prompt injections and
 * on documentation of packages (`bench/foreign-text`). It finds phrasings that no rule lists. It
 * knows the words of its training texts, not their meaning (docs/decisions/instruction-model.md).
 */
import { DirectiveFeatures, MIN_FEATURES } from './directive-features.ts'
import { THRESHOLD, WEIGHTS } from './directive-weights.ts'

interface Model {
  readonly features: DirectiveFeatures
  readonly weights: Int8Array
}

/** Created at the first text: 220 kB. */
let model: Model | undefined

/** Whether a window of the folded text has a score above the threshold. */
export function readsLikeDirective(folded: string): boolean {
  model ??= { features: new DirectiveFeatures(), weights: decodeWeights(WEIGHTS) }
  for (const buckets of model.features.windows(folded)) {
    if (scoreOf(buckets, model.weights) > THRESHOLD) return true
  }
  return false
}

/** Sum of the weights, divided by the root of the number of features: log-odds but for scale and bias. */
export function scoreOf(buckets: Uint16Array, weights: Int8Array): number {
  let sum = 0
  for (const bucket of buckets) sum += weights[bucket] ?? 0
  return sum / Math.sqrt(Math.max(buckets.length, MIN_FEATURES))
}

function decodeWeights(base64: string): Int8Array {
  return new Int8Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
}
