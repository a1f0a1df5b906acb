/** Texts that `hive evolve` prints. */
import { countOf, sanitizeText, table } from './terminal.ts'
import type {
  EvolutionStateResult,
  EvolutionStepResult,
  JournalRowResult,
  JournalSummaryResult,
  MutationPreviewResult,
  MutationProposalResult,
  MutationTrialResult,
  PassReportResult,
  SessionStateResult,
  StableRollbackResult
} from '../operations/index.ts'

interface Counts {
  readonly trials: number
  readonly successes: number
}

export function describeEvolution(state: EvolutionStateResult): string {
  const { enabled, settings, baseline, trial } = state
  const running = trial === undefined ? 'No mutation is on trial.' : describeTrial(trial)
  const mode = enabled ? 'on: the node tries mutations by itself' : 'off: mutations on request only'
  return `Evolution is ${mode}.\nWindows have ${settings.window} sessions. Baseline: ${rateOf(baseline)}.\n${running}`
}

export function describeProposals(proposals: readonly MutationProposalResult[]): string {
  if (proposals.length === 0) return 'Nothing is left to try.'
  return table(
    proposals.map(({ mutation, source, why }) => [
      source,
      sanitizeText(JSON.stringify(mutation)),
      sanitizeText(why)
    ])
  )
}

export function describeMutationPreview(preview: MutationPreviewResult): string {
  const { verdict, findings, changes } = preview
  const parts = changes.map(
    ({ path, before, after }) =>
      `${path.join('/')}: ${JSON.stringify(before ?? null)} > ${JSON.stringify(after ?? null)}`
  )
  return [...parts, `Check: ${verdict}`, ...findings.map((text) => `  ${text}`)]
    .map((line) => sanitizeText(line))
    .join('\n')
}

export function describeTrial(trial: MutationTrialResult): string {
  const { number, mutation, status, reason, source, outcomes, baseline, findings = [] } = trial
  const why = reason === undefined ? '' : ` (${reason})`
  const figures =
    outcomes === undefined
      ? ''
      : `: ${rateOf(outcomes)}${baseline === undefined ? '' : `, before ${rateOf(baseline)}`}`
  const line = `${`${number}.`.padEnd(4)} ${status}${why}, by ${source}, ${JSON.stringify(mutation)}${figures}`
  return [line, ...findings.map((text) => `     ${text}`)]
    .map((each) => sanitizeText(each))
    .join('\n')
}

export function describeTrials(trials: readonly MutationTrialResult[]): string {
  return trials.length === 0
    ? 'No mutation was tried yet.'
    : trials.map((trial) => describeTrial(trial)).join('\n')
}

export function describeStep({ settled, started, rules, waits }: EvolutionStepResult): string {
  const lines = [
    settled.status === 'idle' ? 'No mutation was on trial.' : describeTrial(settled.trial),
    ...(rules === 0 ? [] : [`Rules that became facts of this node: ${rules}.`]),
    ...(started === undefined ? [] : [`Started: ${describeTrial(started)}`]),
    ...(waits === undefined ? [] : [WAITS[waits]])
  ]
  return lines.join('\n')
}

const WAITS: Readonly<Record<NonNullable<EvolutionStepResult['waits']>, string>> = {
  baseline: 'Waiting for more sessions without a mutation.',
  frozen: 'The agent is frozen.',
  'nothing-to-improve': 'Nearly all sessions succeed: nothing could be shown to be better.',
  'nothing-to-try': 'Nothing is left to try.',
  window: 'Waiting for more sessions of the window.'
}

export function describeStableRollback(result: StableRollbackResult): string {
  switch (result.status) {
    case 'unchanged':
      return 'Nothing was to be taken back.'
    case 'inverted':
      return `Taken back: ${describeTrial(result.trial)}`
    case 'rolled-back':
      return `Version ${result.version.number} has the last stable persona.`
    case 'conflict':
      return `Nothing was taken back: ${result.conflicts.map(({ path }) => sanitizeText(path.join('/'))).join(', ')} changed since.`
  }
}

export function describePass({ agents, checks, isComplete, ms }: PassReportResult): string {
  const steps = agents.map(({ agent, step, error }) =>
    step === undefined
      ? `${sanitizeText(agent)}: failed: ${sanitizeText(error ?? 'unknown')}`
      : `${sanitizeText(agent)}: ${describeStep(step).replaceAll('\n', '\n  ')}`
  )
  const findings = checks.flatMap(({ check, findings: found }) =>
    found.map((text) => `${check}: ${sanitizeText(text)}`)
  )
  const rest = isComplete ? '' : ' Further agents are served in the next pass.'
  return [
    ...steps,
    ...findings,
    `${countOf(agents.length, 'agent')} in ${Math.round(ms)} ms.${rest}`
  ].join('\n')
}

export function describeRows(rows: readonly JournalRowResult[]): string {
  if (rows.length === 0) return 'No outcomes yet.'
  return table(
    rows.map(({ at, name, ok, task, error = '', ms }) => [
      at,
      sanitizeText(name),
      ok ? 'succeeded' : 'failed',
      task,
      sanitizeText(error),
      ms === undefined ? '' : `${Math.round(ms)} ms`
    ])
  )
}

export function describeSummary({
  sessions,
  actions,
  tasks,
  errors
}: JournalSummaryResult): string {
  const line = (name: string, { total, successes, costUsd, tokens }: typeof sessions): string[] => [
    name,
    `${successes} of ${total} succeeded`,
    `${costUsd.toFixed(2)} USD`,
    `${tokens} tokens`
  ]
  return table([
    line('sessions', sessions),
    ...tasks.map(({ task, ...sums }) => line(`  ${task}`, sums)),
    line('actions', actions),
    ...errors.map(({ error, count }) => [
      `  ${sanitizeText(error)}`,
      countOf(count, 'time'),
      '',
      ''
    ])
  ])
}

export function describeSession({ id, task, outcome, version }: SessionStateResult): string {
  return `${sanitizeText(id)}  task ${task}, version ${version}, ${outcome ?? 'open'}`
}

function rateOf({ trials, successes }: Counts): string {
  return `${successes} of ${countOf(trials, 'session')} succeeded`
}
