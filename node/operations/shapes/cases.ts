/** Shapes of cases. */
import { z } from 'zod'
import { Confidence, Count, Moment } from './common.ts'

const ACT = { at: Moment, agent: z.string(), why: z.string(), by: z.string().optional() } as const

export const CaseProposal = z
  .strictObject({
    choose: z.string().meta({ description: 'The id of a side, or none' }),
    why: z.string().meta({ description: 'Text of a model that has read texts of others' }),
    citations: z.array(z.strictObject({ evidence: z.string(), as: z.enum(['for', 'against']) })),
    at: Moment,
    agent: z.string(),
    model: z.string(),
    costUsd: z.string().optional()
  })
  .meta({ id: 'CaseProposal', description: 'Nothing follows from it until somebody decides' })

export const CaseDecision = z
  .strictObject({
    ...ACT,
    number: z.int(),
    choose: z.string(),
    proposal: CaseProposal.optional(),
    votes: Count,
    facts: Count,
    reversed: z.strictObject(ACT).optional()
  })
  .meta({ id: 'CaseDecision', description: 'A choice, with the votes and marks that it changed' })

export const State = z.enum(['open', 'deciding', 'decided', 'reversing'])

const SUMMARY = {
  id: z.string(),
  entity: z.string(),
  attribute: z.string(),
  rule: z.strictObject({ agent: z.string(), trial: Count }).optional(),
  state: State,
  openedAt: Moment,
  proposal: CaseProposal.optional(),
  decisions: z.array(CaseDecision)
} as const

export const CaseSummary = z.strictObject(SUMMARY).meta({ id: 'CaseSummary' })

const STATEMENT = { id: z.string(), content: z.string(), confidence: Confidence } as const

const Counts = z.strictObject({ trials: Count, successes: Count })

const Evidence = z.discriminatedUnion('origin', [
  z.strictObject({
    ...STATEMENT,
    origin: z.literal('hive'),
    record: z.string(),
    state: z.enum(['disputed', 'quarantined', 'released']),
    vouches: Count,
    disputes: Count,
    stale: Count,
    own: z.enum(['vouch', 'dispute', 'stale']).optional(),
    days: z.strictObject({ from: z.string(), to: z.string() }).optional()
  }),
  z.strictObject({
    ...STATEMENT,
    origin: z.literal('local'),
    fact: z.string(),
    agent: z.string(),
    recordedAt: Moment,
    private: z.boolean(),
    stale: z.boolean()
  }),
  z.strictObject({
    id: z.string(),
    origin: z.literal('trial'),
    agent: z.string(),
    trial: Count,
    status: z.enum(['inverted', 'kept']),
    reason: z.string().optional(),
    baseline: Counts.optional(),
    outcomes: Counts.optional(),
    probability: z.number().optional()
  })
])

export const Case = z
  .strictObject({
    ...SUMMARY,
    sides: z.array(
      z.strictObject({ id: z.string(), value: z.string(), evidence: z.array(Evidence) })
    ),
    truncated: z.boolean()
  })
  .meta({ id: 'Case', description: 'A disputed claim or rule, with the evidence on each side' })

export const ProposalOutcome = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('proposed'), proposal: CaseProposal }),
    z.strictObject({ status: z.literal('refused'), code: z.string(), text: z.string() }),
    z.strictObject({ status: z.literal('unanswered'), code: z.string(), text: z.string() })
  ])
  .meta({
    id: 'ProposalOutcome',
    description: 'A proposal; or why there is none, and the case stays as it was'
  })
