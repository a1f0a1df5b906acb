/**
 * Logistic regression, trained online by AdaGrad (Duchi, Hazan, Singer, 2011). Its state can be
 * exported as text.
 */
import { z } from 'zod'
import type { Features } from './prompt-features.ts'

/**
 * Chosen on RouteLLM's tables. Without a first square, one outcome would move the weight of a rare
 * word by the whole rate.
 */
const RATE = 0.3
const FIRST_SQUARE = 0.1
const DECAY = 1e-6

export const ExportedRegression = z.strictObject({
  /** Little-endian 32-bit floats in base64. */
  weights: z.base64(),
  squares: z.base64()
})

export class Regression {
  #weights: Float32Array<ArrayBuffer>
  #squares: Float32Array<ArrayBuffer>

  constructor(size: number) {
    this.#weights = new Float32Array(size)
    this.#squares = new Float32Array(size).fill(FIRST_SQUARE)
  }

  /** 0 to 1. */
  predict(features: Features): number {
    let sum = 0
    for (const [index, value] of features) sum += (this.#weights[index] ?? 0) * value
    return 1 / (1 + Math.exp(-sum))
  }

  learn(features: Features, label: boolean): void {
    const error = this.predict(features) - (label ? 1 : 0)
    for (const [index, value] of features) {
      const weight = this.#weights[index] ?? 0
      const gradient = error * value + DECAY * weight
      const square = (this.#squares[index] ?? 0) + gradient * gradient
      this.#squares[index] = square
      this.#weights[index] = weight - (RATE * gradient) / Math.sqrt(square)
    }
  }

  export(): z.output<typeof ExportedRegression> {
    return { weights: toBase64(this.#weights), squares: toBase64(this.#squares) }
  }

  /** Undefined if the exported state has another size, or a value that training cannot reach. */
  static from(
    { weights, squares }: z.output<typeof ExportedRegression>,
    size: number
  ): Regression | undefined {
    const numbers = [weights, squares].map((text) => fromBase64(text, size))
    const [first, second] = numbers
    if (first === undefined || second?.every((square) => square > 0) !== true) return undefined
    const regression = new Regression(size)
    regression.#weights = first
    regression.#squares = second
    return regression
  }
}

function toBase64(numbers: Float32Array): string {
  const view = new DataView(new ArrayBuffer(numbers.length * 4))
  numbers.forEach((number, i) => view.setFloat32(i * 4, number, true))
  return Buffer.from(view.buffer).toString('base64')
}

function fromBase64(text: string, size: number): Float32Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== size * 4) return undefined
  const numbers = Float32Array.from({ length: size }, (_, i) => bytes.readFloatLE(i * 4))
  return numbers.every((number) => Number.isFinite(number)) ? numbers : undefined
}
