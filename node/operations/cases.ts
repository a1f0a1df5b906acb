/** Operations on cases of disputed claims and rules. */
import { z } from 'zod'
import { FIVE_TOOLS, NOT_FOR_AGENTS, operation } from './operation.ts'
import { AgentName } from './shapes/agents.ts'
import { Case, CaseDecision, CaseSummary, ProposalOutcome, State } from './shapes/cases.ts'
import { Count, EXAMPLE_ID } from './shapes/common.ts'
import { REASON } from './shapes/governance.ts'

const AT = '2026-11-29T09:00:00.000Z'
const WHY = 'The server was updated.'
const ID = '3f0c9a7d5b1e2846'
const SIDE = '8d1f20c3'

const EXAMPLE_SUMMARY: z.input<typeof CaseSummary> = {
  id: ID,
  entity: 'build server',
  attribute: 'runtime',
  state: 'open',
  openedAt: AT,
  decisions: []
}

const EXAMPLE_CASE: z.input<typeof Case> = {
  ...EXAMPLE_SUMMARY,
  sides: [
    {
      id: SIDE,
      value: 'Node 24',
      evidence: [
        {
          id: `hive:${EXAMPLE_ID}`,
          origin: 'hive',
          record: EXAMPLE_ID,
          content: 'It runs Node 24.',
          confidence: 0.9,
          state: 'released',
          vouches: 2,
          disputes: 1,
          stale: 0,
          days: { from: '2026-11-20', to: '2026-11-28' }
        }
      ]
    }
  ],
  truncated: false
}

const EXAMPLE_DECISION: z.input<typeof CaseDecision> = {
  number: 1,
  at: AT,
  agent: 'default',
  why: WHY,
  choose: SIDE,
  votes: 2,
  facts: 0
}

const CaseId = z.string().min(1).max(64).meta({ description: 'The id of a case' })

interface NamedSubject {
  readonly entity?: string
  readonly attribute?: string
  readonly agent?: string
  readonly trial?: number
}

/** Whether exactly a claim or a rule is named. */
function isSubject({ entity, attribute, agent, trial }: NamedSubject): boolean {
  const isClaim = entity !== undefined && attribute !== undefined
  const isRule = agent !== undefined && trial !== undefined
  const named = [entity, attribute, agent, trial].filter((each) => each !== undefined)
  return isClaim !== isRule && named.length === 2
}

const ERRORS = ['CASE_UNKNOWN', 'CASE_STATE', 'ID_AMBIGUOUS', 'AGENT_FROZEN', 'SEARCH_FAILED']

export const CASES = {
  cases: operation({
    topic: 'knowledge',
    summary: 'List the cases of disputed claims and rules, the latest first',
    effect: 'reads',
    input: z.strictObject({
      limit: z.int().min(1).max(1_000).optional(),
      state: State.optional()
    }),
    output: z.array(CaseSummary),
    errors: [],
    example: { input: { state: 'open' }, output: [EXAMPLE_SUMMARY] },
    cli: { by: 'cases list', args: ['cases', 'list', '--state', 'open'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, options) => db.agent.cortex.cases.list(options)
  }),

  'open-case': operation({
    topic: 'knowledge',
    summary: 'Open a case on a disputed claim, or on the rule of a trial, and return its evidence',
    detail: 'A claim has one case: opening it again returns it.',
    effect: 'changes',
    input: z
      .strictObject({
        entity: z.string().min(1).optional(),
        attribute: z.string().min(1).optional(),
        agent: AgentName.optional(),
        trial: Count.optional().meta({ description: 'The number of a trial of the agent' })
      })
      .refine(isSubject, 'must have an entity and an attribute, or an agent and a trial'),
    output: Case,
    errors: ['CASE_UNDISPUTED', 'AGENT_FROZEN', 'SEARCH_FAILED'],
    example: { input: { entity: 'build server', attribute: 'runtime' }, output: EXAMPLE_CASE },
    cli: {
      by: 'cases open ENTITY ATTRIBUTE',
      args: ['cases', 'open', 'build server', 'runtime']
    },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { entity = '', attribute = '', agent, trial }, { signal }) =>
      db.agent.cortex.cases.open(
        agent === undefined || trial === undefined ? { entity, attribute } : { agent, trial },
        { signal }
      )
  }),

  'show-case': operation({
    topic: 'knowledge',
    summary: 'Return a case with the evidence on each side',
    effect: 'reads',
    input: z.strictObject({ id: CaseId }),
    output: Case,
    errors: ['CASE_UNKNOWN', 'ID_AMBIGUOUS', 'SEARCH_FAILED'],
    example: { input: { id: ID }, output: EXAMPLE_CASE },
    cli: { by: 'cases show CASE', args: ['cases', 'show', ID] },
    mcp: FIVE_TOOLS,
    run: ({ db }, { id }, { signal }) => db.agent.cortex.cases.get(id, { signal })
  }),

  'propose-decision': operation({
    topic: 'knowledge',
    summary: 'Ask the premium tier which side of a case holds, with citations; it costs',
    detail:
      'Texts of this node go to the model as they would be published, private ones never. Without an answer that counts the case stays as it was, and the result states why.',
    effect: 'changes',
    input: z.strictObject({
      id: CaseId,
      budget: z.strictObject({ usd: z.string().optional(), tokens: Count.optional() }).optional()
    }),
    output: ProposalOutcome,
    errors: ERRORS,
    example: {
      input: { id: ID, budget: { usd: '0.05' } },
      output: {
        status: 'unanswered',
        code: 'NO_MODEL',
        text: 'No model answers on this node.'
      }
    },
    cli: { by: 'cases propose CASE', args: ['cases', 'propose', ID, '--usd', '0.05'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { id, budget }, { signal }) =>
      db.agent.cortex.cases.propose(id, { ...(budget === undefined ? {} : { budget }), signal })
  }),

  'decide-case': operation({
    topic: 'knowledge',
    summary: 'Choose a side of a case: vouch for its record, and dispute those of the others',
    detail: 'Facts of this node on other sides are marked as stale. "none" rejects all sides.',
    effect: 'publishes',
    input: z.strictObject({
      id: CaseId,
      choose: z.string().min(1).max(64).meta({ description: 'The id of a side, or none' }),
      ...REASON
    }),
    output: CaseDecision,
    errors: ERRORS,
    example: { input: { id: ID, choose: SIDE, why: WHY }, output: EXAMPLE_DECISION },
    cli: {
      by: 'cases decide CASE SIDE',
      args: ['cases', 'decide', ID, SIDE, '--why', WHY]
    },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { id, ...choice }) => db.agent.cortex.cases.decide(id, choice)
  }),

  'reverse-case': operation({
    topic: 'knowledge',
    summary: 'Take a decision back: votes and marks are again as they stood before it',
    effect: 'publishes',
    input: z.strictObject({ id: CaseId, ...REASON }),
    output: CaseDecision,
    errors: ERRORS,
    example: {
      input: { id: ID, why: 'It was another server.' },
      output: {
        ...EXAMPLE_DECISION,
        reversed: { at: AT, agent: 'default', why: 'It was another server.' }
      }
    },
    cli: {
      by: 'cases reverse CASE',
      args: ['cases', 'reverse', ID, '--why', 'It was another server.']
    },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { id, ...reason }) => db.agent.cortex.cases.reverse(id, reason)
  })
} as const
