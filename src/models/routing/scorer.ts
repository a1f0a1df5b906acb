/**
 * The scorer: the probability that the fast tier's answer would pass its verifier. A logistic
 * regression over hashed features, trained online from verified outcomes by AdaGrad (Duchi, Hazan,
 * Singer, 2011). It learns from verified outcomes only, and knows nothing of requests that were
 * never tried.
 */
import { z } from 'zod'
import { SCORER_BITS, SCORER_SAVE_EVERY } from '../constants.ts'
import { HiveError } from '../../errors.ts'
import type { Section, Store } from '../../../crdt/index.ts'
import type { Features } from './prompt-features.ts'

const RATE = 0.5
const DECAY = 1e-6
const SIZE = 2 ** SCORER_BITS
const KEY = Buffer.from('s/weights')

const Exported = z.strictObject({
  format: z.literal(1),
  outcomes: z.int().min(0),
  /** Little-endian 32-bit floats in base64. */
  weights: z.base64(),
  squares: z.base64()
})
/**
 * The weights of a scorer.
 *
 * @interface
 */
export type ExportedScorer = z.output<typeof Exported>

export class Scorer {
  #weights = new Float32Array(SIZE)
  #squares = new Float32Array(SIZE)
  #outcomes = 0

  /** Verified outcomes it has learned from. */
  get outcomes(): number {
    return this.#outcomes
  }

  /** 0 to 1. */
  predict(features: Features): number {
    let sum = 0
    for (const [index, value] of features) sum += (this.#weights[index] ?? 0) * value
    return 1 / (1 + Math.exp(-sum))
  }

  learn(features: Features, sufficed: boolean): void {
    const error = this.predict(features) - (sufficed ? 1 : 0)
    for (const [index, value] of features) {
      const weight = this.#weights[index] ?? 0
      const gradient = error * value + DECAY * weight
      const square = (this.#squares[index] ?? 0) + gradient * gradient
      this.#squares[index] = square
      this.#weights[index] = weight - (RATE * gradient) / Math.sqrt(square + 1e-8)
    }
    this.#outcomes += 1
  }

  export(): ExportedScorer {
    return {
      format: 1,
      outcomes: this.#outcomes,
      weights: toBase64(this.#weights),
      squares: toBase64(this.#squares)
    }
  }

  /** Throws `HiveError` if it is not a result of `export`. */
  import(exported: unknown): void {
    const parsed = Exported.safeParse(exported)
    const weights = parsed.success ? fromBase64(parsed.data.weights) : undefined
    const squares = parsed.success ? fromBase64(parsed.data.squares) : undefined
    if (!parsed.success || weights === undefined || squares === undefined) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'This is not a scorer that this version exported. Export the scorer again.'
      )
    }
    this.#weights = weights
    this.#squares = squares
    this.#outcomes = parsed.data.outcomes
  }
}

/** The scorer of a node, stored in its database. */
export class StoredScorer extends Scorer {
  readonly #store: Pick<Store, 'section' | 'commit'>
  readonly #section: Section
  #unsaved = 0

  constructor(store: Pick<Store, 'section' | 'commit'>) {
    super()
    this.#store = store
    this.#section = store.section('models')
  }

  async load(): Promise<void> {
    const saved = await this.#section.get(KEY)
    if (saved !== undefined) super.import(JSON.parse(Buffer.from(saved).toString()))
  }

  override learn(features: Features, sufficed: boolean): void {
    super.learn(features, sufficed)
    this.#unsaved += 1
    // Weights lost in a crash are learned again; a failed save is repeated later.
    if (this.#unsaved >= SCORER_SAVE_EVERY) this.save().catch(() => undefined)
  }

  override import(exported: unknown): void {
    super.import(exported)
    this.#unsaved += 1
  }

  async save(): Promise<void> {
    if (this.#unsaved === 0) return
    const unsaved = this.#unsaved
    this.#unsaved = 0
    const bytes = Buffer.from(JSON.stringify(this.export()))
    await this.#store.commit([this.#section.put(KEY, bytes)], {
      onFailure: () => (this.#unsaved += unsaved)
    })
  }
}

function toBase64(numbers: Float32Array): string {
  const view = new DataView(new ArrayBuffer(numbers.length * 4))
  numbers.forEach((number, i) => view.setFloat32(i * 4, number, true))
  return Buffer.from(view.buffer).toString('base64')
}

function fromBase64(text: string): Float32Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== SIZE * 4) return undefined
  const numbers = Float32Array.from({ length: SIZE }, (_, i) => bytes.readFloatLE(i * 4))
  return numbers.every((number) => Number.isFinite(number)) ? numbers : undefined
}
