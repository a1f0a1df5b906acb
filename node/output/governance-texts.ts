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
  const { id, total, withdraws, withdrawsOf, stays, notAttributed } = preview
  const next = `hive govern contain ${id} --why REASON`
  return `${countOf(total, 'publication')} of facts: ${countOf(withdraws, 'record')} would be withdrawn (${kindsText(withdrawsOf)}), ${stays} stay.${listText(preview)}${unknownText(notAttributed)}\nTo withdraw them: ${next}`
}

export function describeContainment(report: ContainmentReportResult): string {
  const { agent, withdrawn, withdrawnOf, stays } = report
  return `${sanitizeText(agent)} is frozen: ${countOf(withdrawn, 'record is', 'records are')} withdrawn (${kindsText(withdrawnOf)}), ${stays} stay.${listText(report)}`
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

function kindsText({
  facts,
  goals,
  skills,
  steps
}: ContainmentPreviewResult['withdrawsOf']): string {
  return [
    countOf(facts, 'fact'),
    countOf(goals, 'goal'),
    countOf(skills, 'skill'),
    countOf(steps, 'step')
  ].join(', ')
}

function listText({
  published,
  goals,
  skills,
  steps
}: Pick<ContainmentPreviewResult, 'goals' | 'published' | 'skills' | 'steps'>): string {
  const shared = Object.entries({ goal: goals, skill: skills, step: steps }).flatMap(
    ([kind, records]) =>
      records.map((each) => ({ ...each, text: `  ${kind} ${sanitizeText(each.title)}` }))
  )
  return [...published.map((each) => ({ ...each, text: '' })), ...shared]
    .map(({ at, record, stays, text }) => `\n  ${at}  ${record}  ${stays ?? 'withdrawn'}${text}`)
    .join('')
}

function unknownText({ goals, skills }: ContainmentPreviewResult['notAttributed']): string {
  if (goals + skills === 0) return ''
  return `\nNot attributed to an agent, and not withdrawn: ${countOf(goals, 'goal')}, ${countOf(skills, 'skill')}.`
}
