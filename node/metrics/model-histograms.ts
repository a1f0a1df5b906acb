/** OpenTelemetry's GenAI histograms in the text format of Prometheus, under the names of its rules. */
import type { Histogram } from '../../src/index.ts'

const UNITS: Readonly<Record<string, string>> = { s: '_seconds', '{token}': '_tokens' }

const HELP: Readonly<Record<string, string>> = {
  'gen_ai.client.operation.duration': 'Duration of operations of models.',
  'gen_ai.client.token.usage': 'Tokens of operations of models.'
}

export function modelHistograms(histograms: readonly Histogram[]): string {
  const families = Map.groupBy(histograms, ({ name, unit }) => nameOf(name, unit))
  return Array.from(families, ([name, members]) => {
    const help = HELP[members[0]?.name ?? ''] ?? ''
    const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`]
    return [...head, ...members.flatMap((each) => linesOf(name, each)), ''].join('\n')
  }).join('\n')
}

function linesOf(name: string, { attributes, bounds, counts, count, sum }: Histogram): string[] {
  const labels = Object.entries(attributes).map(([key, value]) => [safe(key), value] as const)
  const line = (
    suffix: string,
    value: number,
    more: readonly (readonly [string, string])[] = []
  ): string => {
    const text = [...labels, ...more].map(([key, each]) => `${key}="${escaped(each)}"`).join(',')
    return `${name}${suffix}{${text}} ${value}`
  }
  let below = 0
  const buckets = bounds.map((bound, i) => {
    below += counts[i] ?? 0
    return line('_bucket', below, [['le', String(bound)]])
  })
  return [
    ...buckets,
    line('_bucket', count, [['le', '+Inf']]),
    line('_sum', sum),
    line('_count', count)
  ]
}

function nameOf(name: string, unit: string): string {
  return `${safe(name)}${UNITS[unit] ?? ''}`
}

function safe(name: string): string {
  return name.replaceAll(/\W/g, '_')
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
