/**
 * Whether one of two predictors is better, by the difference of their log losses on each outcome
 * before it is learned. Old outcomes fade.
 */
import { z } from 'zod'

/** An outcome counts half after 700 others. */
const FADING = 0.999
/** Of the normal distribution, for 95 %. */
const QUANTILE = 1.96
/** A certain prediction that fails must not decide alone: at most 1 - 1e-3. */
const LEAST_CHANCE = 1e-3

export const ExportedComparison = z.strictObject({
  weight: z.number().min(0),
  squaredWeight: z.number().min(0),
  mean: z.number(),
  /** Weighted squares of distances from the mean. */
  spread: z.number().min(0)
})

type State = z.output<typeof ExportedComparison>

export class LossComparison {
  #state: State

  constructor(state: State = { weight: 0, squaredWeight: 0, mean: 0, spread: 0 }) {
    this.#state = state
  }

  /** The mean by which the first one's loss is smaller, and the half width of its 95 % interval. */
  get advantage(): { readonly mean: number; readonly error: number | undefined } {
    const { weight, squaredWeight, mean, spread } = this.#state
    if (weight <= 1) return { mean, error: undefined }
    const error = QUANTILE * Math.sqrt((spread / weight) * (squaredWeight / weight ** 2))
    return { mean, error }
  }

  /** Weighted incremental mean and variance (West, 1979). */
  add(first: number, second: number, label: boolean): void {
    const difference = lossOf(second, label) - lossOf(first, label)
    const weight = this.#state.weight * FADING + 1
    const distance = difference - this.#state.mean
    const mean = this.#state.mean + distance / weight
    this.#state = {
      weight,
      squaredWeight: this.#state.squaredWeight * FADING ** 2 + 1,
      mean,
      spread: this.#state.spread * FADING + distance * (difference - mean)
    }
  }

  export(): State {
    return this.#state
  }
}

function lossOf(chance: number, label: boolean): number {
  return -Math.log(Math.max(LEAST_CHANCE, label ? chance : 1 - chance))
}
