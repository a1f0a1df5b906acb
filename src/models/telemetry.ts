/**
 * Metrics in the names and buckets of OpenTelemetry's GenAI conventions: histograms
 * `gen_ai.client.operation.duration` (s) and `gen_ai.client.token.usage` ({token}).
 */
import type { TokenUsage } from './provider.ts'

const SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
]
const TOKENS = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864
]

/** A histogram in the names and buckets of OpenTelemetry. */
export interface Histogram {
  readonly name: string
  readonly unit: string
  readonly attributes: Readonly<Record<string, string>>
  readonly count: number
  readonly sum: number
  /** Upper bounds, and counts of each bucket; the last count is above all bounds. */
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
}

interface MutableHistogram extends Histogram {
  count: number
  sum: number
  readonly counts: number[]
}

export interface ModelOperation {
  readonly operation: 'chat' | 'embeddings'
  readonly provider: string
  readonly model: string
  readonly seconds: number
  readonly usage?: TokenUsage
  /** The reason of a failure. */
  readonly error?: string
}

export class Telemetry {
  readonly #histograms = new Map<string, MutableHistogram>()

  record({ operation, provider, model, seconds, usage, error }: ModelOperation): void {
    const attributes = {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model
    }
    const failed: Record<string, string> = error === undefined ? {} : { 'error.type': error }
    this.#add(
      'gen_ai.client.operation.duration',
      's',
      { ...attributes, ...failed },
      SECONDS,
      seconds
    )
    if (usage === undefined) return
    const input = usage.input + usage.cacheRead + usage.cacheWrite
    for (const [type, tokens] of [
      ['input', input],
      ['output', usage.output]
    ] as const) {
      const typed = { ...attributes, 'gen_ai.token.type': type }
      this.#add('gen_ai.client.token.usage', '{token}', typed, TOKENS, tokens)
    }
  }

  histograms(): Histogram[] {
    return [...this.#histograms.values()].map((each) => ({ ...each, counts: [...each.counts] }))
  }

  #add(
    name: string,
    unit: string,
    attributes: Readonly<Record<string, string>>,
    bounds: readonly number[],
    value: number
  ): void {
    const key = JSON.stringify([name, attributes])
    let histogram = this.#histograms.get(key)
    if (histogram === undefined) {
      const counts = Array.from({ length: bounds.length + 1 }, () => 0)
      histogram = { name, unit, attributes, count: 0, sum: 0, bounds, counts }
      this.#histograms.set(key, histogram)
    }
    const above = bounds.findIndex((bound) => value <= bound)
    const index = above === -1 ? bounds.length : above
    histogram.count += 1
    histogram.sum += value
    histogram.counts[index] = (histogram.counts[index] ?? 0) + 1
  }
}
