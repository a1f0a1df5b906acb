/**
 * The scorer: the probability that the fast tier's answer fails its check and the premium tier's
 * passes. It learns from cascades whose last answer was checked, and knows nothing of requests that
 * were never tried. Two regressions learn the same label: one sees the text, one its length alone.
 * For each task length serves until the text predicts better.
 */
import { z } from 'zod'
import { SCORER_BITS, SCORER_SAVE_EVERY, SCORER_TASKS } from '../constants.ts'
import { HiveError } from '../../errors.ts'
import { ExportedComparison, LossComparison } from './loss-comparison.ts'
import { LENGTH_FEATURES } from './prompt-features.ts'
import { ExportedRegression, Regression } from './regression.ts'
import type { Section, Store } from '../../../crdt/index.ts'
import type { Features } from './prompt-features.ts'

const SIZE = 2 ** SCORER_BITS
const LENGTH_SIZE = Math.max(...LENGTH_FEATURES) + 1
const KEY = Buffer.from('s/gains')

const Exported = z.strictObject({
  format: z.literal(2),
  outcomes: z.int().min(0),
  text: ExportedRegression,
  length: ExportedRegression,
  tasks: z.array(z.tuple([z.string(), ExportedComparison])).max(SCORER_TASKS)
})
/**
 * The weights of a scorer.
 *
 * @interface
 */
export type ExportedScorer = z.output<typeof Exported>

/** The probability of a gain, and the features that it is predicted by. */
export interface GainPrediction {
  readonly chance: number
  readonly by: 'text' | 'length'
}

/** What a scorer has learned, and whether text or length alone predicts for a task. */
export interface ScorerState {
  readonly outcomes: number
  /** The last 64 tasks with an outcome. For any other task length predicts. */
  readonly tasks: readonly {
    readonly task: string
    readonly by: 'text' | 'length'
    /**
     * By how much the log loss of the text is below that of length, in nats an outcome, before each
     * outcome was learned; and the half width of its 95 % interval, undefined before two outcomes.
     */
    readonly advantage: { readonly mean: number; readonly error: number | undefined }
  }[]
}

export class Scorer {
  #text = new Regression(SIZE)
  #length = new Regression(LENGTH_SIZE)
  #comparisons = new Map<string, LossComparison>()
  #outcomes = 0

  /** Outcomes that it has learned from. */
  get outcomes(): number {
    return this.#outcomes
  }

  get state(): ScorerState {
    const tasks = [...this.#comparisons].map(([task, { advantage }]) => ({
      task,
      by: this.#by(task),
      advantage
    }))
    return { outcomes: this.#outcomes, tasks }
  }

  predict(features: Features, task: string): GainPrediction {
    const by = this.#by(task)
    return { chance: this.chanceBy(by, features), by }
  }

  /** The prediction by the text, or by its length alone. */
  chanceBy(by: 'text' | 'length', features: Features): number {
    return by === 'text'
      ? this.#text.predict(features)
      : this.#length.predict(lengthFeatures(features))
  }

  /** `gained`: fast failed and premium passed. Not gained: fast passed, or both failed. */
  learn(features: Features, task: string, gained: boolean): void {
    const length = lengthFeatures(features)
    const comparison = this.#comparisons.get(task) ?? new LossComparison()
    comparison.add(this.#text.predict(features), this.#length.predict(length), gained)
    this.#comparisons.delete(task)
    this.#comparisons.set(task, comparison)
    const [oldest] = this.#comparisons.keys()
    if (this.#comparisons.size > SCORER_TASKS && oldest !== undefined)
      this.#comparisons.delete(oldest)
    this.#text.learn(features, gained)
    this.#length.learn(length, gained)
    this.#outcomes += 1
  }

  export(): ExportedScorer {
    return {
      format: 2,
      outcomes: this.#outcomes,
      text: this.#text.export(),
      length: this.#length.export(),
      tasks: [...this.#comparisons].map(([task, comparison]) => [task, comparison.export()])
    }
  }

  /** Throws `HiveError` if it is not a result of `export`. */
  import(exported: unknown): void {
    const { data } = Exported.safeParse(exported)
    const text = data === undefined ? undefined : Regression.from(data.text, SIZE)
    const length = data === undefined ? undefined : Regression.from(data.length, LENGTH_SIZE)
    if (data === undefined || text === undefined || length === undefined) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'This is not a scorer that this version exported. Export the scorer again.'
      )
    }
    this.#text = text
    this.#length = length
    this.#comparisons = new Map(
      data.tasks.map(([task, comparison]) => [task, new LossComparison(comparison)])
    )
    this.#outcomes = data.outcomes
  }

  /** The text serves if the 95 % interval of its advantage is above 0. */
  #by(task: string): 'text' | 'length' {
    const { mean = 0, error } = this.#comparisons.get(task)?.advantage ?? {}
    return error !== undefined && mean > error ? 'text' : 'length'
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

  override learn(features: Features, task: string, gained: boolean): void {
    super.learn(features, task, gained)
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

function lengthFeatures(features: Features): Features {
  return new Map(LENGTH_FEATURES.map((index) => [index, features.get(index) ?? 0]))
}
