/** Texts that `hive govern` prints. */
import { countOf, sanitizeText, table } from './terminal.ts'
import type {
  ContainmentPreviewResult,
  ContainmentReportResult,
  DriftResult,
  GovernChangeResult,
  LimitsInUseResult,
  ProbeReportResult
} from '../operations/index.ts'

export function describeLimits({ agent, frozen, limits, used, endsAt }: LimitsInUseResult): string {
  const bounds = new Map<string, number | string>(Object.entries(limits))
  const rows = Object.entries(used).map(([name, value]) => [
    name,
    String(value),
    `of ${bounds.get(name) ?? 'any number'}`
  ])
  const state = frozen ? 'frozen' : 'active'
  return `${sanitizeText(agent)}  ${state}; the day ends at ${endsAt}\n${table(rows)}`
}

export function describeChange({ number, at, did, why, by }: GovernChangeResult): string {
  const who = by === undefined ? '' : ` by ${sanitizeText(by)}`
  return `${`${number}.`.padEnd(4)} ${at}  ${did}${who}: ${sanitizeText(why)}`
}

export function describeChanges(changes: readonly GovernChangeResult[]): string {
  return changes.length === 0 ? 'No changes yet.' : changes.map(describeChange).join('\n')
}

export function describePreview(preview: ContainmentPreviewResult): string {
  const { id, total, withdraws, stays } = preview
  const next = `hive govern contain ${id} --why REASON`
  return `${countOf(total, 'publication')}: ${countOf(withdraws, 'record')} would be withdrawn, ${stays} stay.${publishedText(preview)}\nTo withdraw them: ${next}`
}

export function describeContainment(report: ContainmentReportResult): string {
  const { agent, withdrawn, stays } = report
  return `${sanitizeText(agent)} is frozen: ${countOf(withdrawn, 'record is', 'records are')} withdrawn, ${stays} stay.${publishedText(report)}`
}

export function describeDrift({ sessions, success, latency }: DriftResult): string {
  if (success === undefined) return `${countOf(sessions, 'session')}: too few for a statement.`
  const lines = Object.entries({ success, latency }).flatMap(([name, of]) => {
    if (of === undefined) return []
    const { drifted, since, reference, current } = of
    const state = drifted === undefined ? 'steady' : `${drifted} since ${since}`
    return [[name, `${reference.toFixed(2)} > ${current.toFixed(2)}`, state]]
  })
  return `${countOf(sessions, 'session')}\n${table(lines)}`
}

export function describeProbes(reports: readonly ProbeReportResult[]): string {
  return reports
    .flatMap(({ probe, checked, findings }) => [
      `${probe}: ${checked} checked, ${findings.length} findings`,
      ...findings.map(({ id, text }) => `  ${sanitizeText(id)}  ${sanitizeText(text)}`)
    ])
    .join('\n')
}

function publishedText({ published }: Pick<ContainmentPreviewResult, 'published'>): string {
  return published
    .map(({ at, record, stays }) => `\n  ${at}  ${record}  ${stays ?? 'withdrawn'}`)
    .join('')
}
