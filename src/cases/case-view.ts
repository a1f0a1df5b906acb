/** Cases as callers see them. */
import { displayText } from '../foreign-text/index.ts'
import type {
  Case,
  CaseAct,
  CaseDecision,
  CaseProposal,
  CaseSummary,
  StoredAct,
  StoredCase,
  StoredProposal
} from './case.ts'
import type { CollectedEvidence } from './evidence.ts'

export function caseOf(row: StoredCase, { sides, truncated }: CollectedEvidence): Case {
  return { ...summaryOf(row), sides, truncated }
}

export function summaryOf(row: StoredCase): CaseSummary {
  const { id, entity, attribute, rule, state, openedAt, proposal, decisions } = row
  return {
    id,
    entity: displayText(entity),
    attribute: displayText(attribute),
    ...(rule === undefined ? {} : { rule }),
    state,
    openedAt: new Date(openedAt),
    ...(proposal === undefined ? {} : { proposal: proposalOf(proposal) }),
    decisions: decisions.map(decisionOf).toReversed()
  }
}

/** `why` is the text of a model that has read texts of others. */
export function proposalOf({ at, why, ...proposal }: StoredProposal): CaseProposal {
  return { ...proposal, why: displayText(why), at: new Date(at) }
}

export function decisionOf(decision: StoredCase['decisions'][number]): CaseDecision {
  const { proposal, reversed, at, ...rest } = decision
  return {
    ...rest,
    at: new Date(at),
    ...(proposal === undefined ? {} : { proposal: proposalOf(proposal) }),
    ...(reversed === undefined ? {} : { reversed: actOf(reversed) })
  }
}

function actOf({ at, ...act }: StoredAct): CaseAct {
  return { ...act, at: new Date(at) }
}
