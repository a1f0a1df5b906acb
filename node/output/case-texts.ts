/** Texts that `hive cases` prints. */
import { countOf, sanitizeText } from './terminal.ts'
import type {
  CaseDecisionResult,
  CaseResult,
  CaseSummaryResult,
  ProposalOutcomeResult
} from '../operations/index.ts'

type Evidence = CaseResult['sides'][number]['evidence'][number]
type Proposal = NonNullable<CaseSummaryResult['proposal']>

export function describeCases(cases: readonly CaseSummaryResult[]): string {
  return cases.length === 0 ? 'No cases.' : cases.map(summaryLine).join('\n')
}

export function describeCase(shown: CaseResult): string {
  const { id, sides, truncated, proposal, decisions, state } = shown
  const lines = sides.flatMap(({ id: side, value, evidence }) => [
    `  ${side}  ${sanitizeText(value)}`,
    ...evidence.map((row) => `    ${evidenceLine(row)}`)
  ])
  return [
    summaryLine(shown),
    ...lines,
    ...(truncated ? ['  There is more than a case shows; a decision does not reach it.'] : []),
    ...(proposal === undefined ? [] : [`  ${proposalLine(proposal)}`]),
    ...decisions.map((decision) => `  ${describeDecision(decision)}`),
    ...(state === 'open' ? [`To decide it: hive cases decide ${id} SIDE --why REASON`] : [])
  ].join('\n')
}

export function describeProposal(outcome: ProposalOutcomeResult): string {
  return outcome.status === 'proposed'
    ? proposalLine(outcome.proposal)
    : `No proposal (${outcome.code}): ${sanitizeText(outcome.text)}`
}

export function describeDecision({
  number,
  at,
  choose,
  why,
  by,
  agent,
  votes,
  facts,
  reversed
}: CaseDecisionResult): string {
  const taken = `${number}. ${at}  ${choose} by ${sanitizeText(by ?? agent)}: ${sanitizeText(why)} (${countOf(votes, 'vote')}, ${countOf(facts, 'fact')})`
  if (reversed === undefined) return taken
  const who = sanitizeText(reversed.by ?? reversed.agent)
  return `${taken}; reversed ${reversed.at} by ${who}: ${sanitizeText(reversed.why)}`
}

function summaryLine({ id, state, entity, attribute, rule }: CaseSummaryResult): string {
  const of = rule === undefined ? '' : `  trial ${rule.trial} of ${sanitizeText(rule.agent)}`
  return `${id}  ${state}  ${sanitizeText(entity)} / ${sanitizeText(attribute)}${of}`
}

function proposalLine({ choose, why, model, citations }: Proposal): string {
  return `${model} proposes ${choose}: ${sanitizeText(why)} (${citations.length} citations)`
}

function evidenceLine(row: Evidence): string {
  switch (row.origin) {
    case 'hive': {
      const { record, state, vouches, disputes, stale, own, content } = row
      const vote = own === undefined ? '' : `, own: ${own}`
      return `${record.slice(0, 12)}  ${state}, ${vouches} vouch, ${disputes} dispute, ${stale} stale${vote}: ${sanitizeText(content)}`
    }
    case 'local': {
      const { fact, agent, content, recordedAt } = row
      const marks = `${row.private ? ', private' : ''}${row.stale ? ', stale' : ''}`
      return `${fact.slice(0, 12)}  fact of ${sanitizeText(agent)}, ${recordedAt.slice(0, 10)}${marks}: ${sanitizeText(content)}`
    }
    case 'trial': {
      const { agent, trial, status, baseline, outcomes } = row
      return `trial ${trial} of ${sanitizeText(agent)}, ${status}: ${rateOf(baseline)} before, ${rateOf(outcomes)} with it`
    }
  }
}

function rateOf(
  counts: { readonly trials: number; readonly successes: number } | undefined
): string {
  return counts === undefined ? 'unknown' : `${counts.successes} of ${counts.trials}`
}
