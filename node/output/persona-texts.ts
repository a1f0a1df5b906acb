/** Texts that `hive agents` and `hive persona` print. */
import { sanitizeText, table } from './terminal.ts'
import type {
  AgentResult,
  PersonaInversionResult,
  PersonaVersionResult
} from '../operations/index.ts'

export function describeAgents(agents: readonly AgentResult[]): string {
  if (agents.length === 0) return 'No agents with a persona yet.'
  return table(
    agents.map(({ name, version, changedAt }) => [name, `version ${version}`, changedAt])
  )
}

export function describeHistory(versions: readonly PersonaVersionResult[]): string {
  return versions.length === 0 ? 'No versions yet.' : versions.map(describeVersion).join('\n')
}

export function describeVersion({
  number,
  at,
  by,
  origin,
  why,
  changes
}: PersonaVersionResult): string {
  const author = by.name === undefined ? by.kind : `${by.kind} ${sanitizeText(by.name)}`
  const what = 'version' in origin ? `${origin.do} ${origin.version}` : origin.do
  const reason = why === undefined ? '' : `: ${sanitizeText(why)}`
  const lines = changes.map(
    ({ path, before, after }) =>
      `\n     ${pathText(path)}: ${valueText(before)} > ${valueText(after)}`
  )
  return `${`${number}.`.padEnd(4)} ${at}  ${what} by ${author}${reason}${lines.join('')}`
}

export function describeInversion(inversion: PersonaInversionResult): string {
  if (inversion.status === 'inverted') return describeVersion(inversion.version)
  const lines = inversion.conflicts.map(({ path, reason, since, problem }) => {
    const versions = since.length === 0 ? '' : ` in version ${since.join(', ')}`
    const what = problem === undefined ? reason : `${reason} (${sanitizeText(problem)})`
    return `\n  ${pathText(path)}: ${what}${versions}`
  })
  return `Nothing was changed. Since then was edited:${lines.join('')}`
}

function pathText(path: readonly string[]): string {
  return path.length === 0 ? 'all' : sanitizeText(path.join('/'))
}

function valueText(value: unknown): string {
  return value === undefined ? 'none' : sanitizeText(JSON.stringify(value))
}
