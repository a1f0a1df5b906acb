/** Real facts for the demo: which browser supports which feature, from @mdn/browser-compat-data (CC0). */
import { createRequire } from 'node:module'

export interface DemoFact {
  readonly entity: string
  readonly content: string
  readonly confidence: number
  readonly tags: readonly string[]
}

/** The first `count` facts of the data set, each different. */
export function browserFacts(count: number): DemoFact[] {
  const data: unknown = createRequire(import.meta.url)('@mdn/browser-compat-data')
  const facts: DemoFact[] = []
  for (const [feature, browser, version] of supportStatements(data, [])) {
    const content = `${browser} has supported ${feature} since version ${version}.`
    facts.push({
      entity: feature,
      content,
      confidence: 0.95,
      tags: [feature.split('.')[0] ?? 'web']
    })
    if (facts.length === count) return facts
  }
  throw new Error(`The data set has only ${facts.length} facts; the demo needs ${count}.`)
}

function* supportStatements(
  value: unknown,
  path: readonly string[]
): Generator<readonly [feature: string, browser: string, version: string]> {
  for (const [name, child] of entriesOf(value)) {
    if (name === '__compat') {
      for (const [browser, statement] of entriesOf(
        Object.fromEntries(entriesOf(child))['support']
      )) {
        const version = Object.fromEntries(entriesOf(statement))['version_added']
        if (typeof version === 'string') yield [path.join('.'), browser, version]
      }
    } else if (name !== 'browsers' && name !== '__meta') {
      yield* supportStatements(child, [...path, name])
    }
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
