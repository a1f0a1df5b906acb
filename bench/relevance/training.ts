/**
 * Logistic regression with L2 by Newton's method over the features of items; each case has the same
 * weight. The threshold comes from predictions for sets that a model was not fitted to.
 */
import type { Features } from '../../src/search/relevance.ts'

export interface WeightedExample {
  readonly features: Features
  readonly isRelevant: boolean
  readonly weight: number
}

const L2 = 0.02
const STEPS = 25
const SWEEPS = 400

/** The constant, then a weight for each feature, none of which is negative: all speak for the item. */
export function fit(examples: readonly WeightedExample[]): number[] {
  const size = (examples[0]?.features.length ?? 0) + 1
  const weights = Array.from({ length: size }, () => 0)
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : L2 * weight))
    const hessian = weights.map((_, i) => weights.map((_each, j): number => (i === j ? L2 : 0)))
    for (const { features, isRelevant, weight } of examples) {
      const x = [1, ...features]
      const p = predict(weights, features)
      for (const [i, a] of x.entries()) {
        gradient[i] = (gradient[i] ?? 0) + weight * (p - Number(isRelevant)) * a
        const row = hessian[i] ?? []
        for (const [j, b] of x.entries()) row[j] = (row[j] ?? 0) + weight * p * (1 - p) * a * b
      }
    }
    descend(weights, gradient, hessian)
  }
  return weights
}

/** One Newton step within the bounds: coordinate descent on the quadratic model. */
function descend(
  weights: number[],
  gradient: readonly number[],
  hessian: readonly (readonly number[])[]
): void {
  const start = [...weights]
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [i, row] of hessian.entries()) {
      const slope = row.reduce(
        (sum, each, j) => sum + each * ((weights[j] ?? 0) - (start[j] ?? 0)),
        gradient[i] ?? 0
      )
      const next = (weights[i] ?? 0) - slope / (row[i] ?? 1)
      weights[i] = i === 0 ? next : Math.max(0, next)
    }
  }
}

export function predict(weights: readonly number[], features: Features): number {
  const sum = weights.reduce(
    (total, each, i) => total + each * (i === 0 ? 1 : (features[i - 1] ?? 0)),
    0
  )
  return 1 / (1 + Math.exp(-sum))
}
