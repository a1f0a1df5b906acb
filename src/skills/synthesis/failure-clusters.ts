/**
 * Clusters failures: of the same skill, with the same error apart from the parts that differ
 * between inputs, at inputs of the same structure. One repair may end all of them.
 */
import { MAX_CLUSTER_INPUTS } from './constants.ts'
import type { Json } from '../../sandbox/index.ts'

export interface Failure {
  /** Id of the skill. */
  readonly skill: string
  /** Undefined if it was too large to store. */
  readonly input?: Json
  readonly error: string
  /** The expected output, if a caller reported it. */
  readonly expected?: Json
}

export interface FailureCluster {
  readonly skill: string
  /** The error without numbers, quoted texts, paths and identifiers. */
  readonly error: string
  readonly structure: string
  readonly count: number
  /** Distinct ones, at most 20. */
  readonly samples: readonly Failure[]
}

/** The largest first. */
export function clusterFailures(failures: Iterable<Failure>): readonly FailureCluster[] {
  const clusters = new Map<string, { cluster: FailureCluster; inputs: Set<string> }>()
  for (const failure of failures) {
    const error = errorPattern(failure.error)
    const structure = structureOf(failure.input)
    const key = JSON.stringify([failure.skill, error, structure])
    const known = clusters.get(key)
    const input = JSON.stringify(failure.input) ?? ''
    const isNew = known?.inputs.has(input) !== true && input !== ''
    const samples = known?.cluster.samples ?? []
    const keeps = isNew && samples.length < MAX_CLUSTER_INPUTS
    clusters.set(key, {
      cluster: {
        skill: failure.skill,
        error,
        structure,
        count: (known?.cluster.count ?? 0) + 1,
        samples: keeps ? [...samples, failure] : samples
      },
      inputs: (known?.inputs ?? new Set()).add(input)
    })
  }
  return [...clusters.values()]
    .map(({ cluster }) => cluster)
    .toSorted((a, b) => b.count - a.count || (a.error < b.error ? -1 : 1))
}

function errorPattern(error: string): string {
  return error
    .replaceAll(/(["'`])(?:(?!\1).){0,500}\1/gs, '"…"')
    .replaceAll(/(?:[\w.-]*[/\\]){2,}[\w.-]*/g, '<path>')
    .replaceAll(/\b[0-9a-f]{8,}\b/gi, '<id>')
    .replaceAll(/[-+]?\d[\d.,_]*/g, '<n>')
    .replaceAll(/(?<=: )\S*(?:<n>|…)\S*/g, '<value>')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}

/** Types and keys, without values. */
function structureOf(value: Json | undefined): string {
  if (value === undefined) return 'unknown'
  if (value === null) return 'null'
  if (Array.isArray(value)) {
    const items = [...new Set(value.slice(0, 20).map(structureOf))].toSorted()
    return `[${items.join('|')}]`
  }
  if (typeof value !== 'object') return typeof value
  const keys = Object.keys(value).toSorted().slice(0, 50)
  return `{${keys.map((key) => `${key}:${structureOf(value[key])}`).join(',')}}`
}
