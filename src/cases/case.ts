/** Cases: what is disputed, the evidence on each side, and what was decided. */
import { z } from 'zod'
import { Key } from '../arguments/index.ts'
import { MAX_CITATIONS, MAX_NAME, MAX_WHY } from './constants.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { CaseEvidence } from './evidence-row.ts'

/** A claim on an attribute of an entity, or the rule that a trial of an agent has shown. */
export type CaseSubject =
  | { readonly entity: string; readonly attribute: string }
  | { readonly agent: string; readonly trial: number }

/**
 * `open`: disputed, without a decision. `deciding` and `reversing`: some votes are cast; the next
 * call or start of the node casts the rest.
 */
export type CaseState = 'decided' | 'deciding' | 'open' | 'reversing'

/** Why somebody decides, and the name of the person. */
export interface CaseReason {
  readonly why: string
  readonly by?: string
}

/** Who did something to a case, when and why. */
export interface CaseAct extends CaseReason {
  readonly agent: string
  readonly at: Date
}

/** A row of evidence that a proposal names. */
export interface CaseCitation {
  /** The id of the row. */
  readonly evidence: string
  /** Whether it supports the choice. */
  readonly as: 'against' | 'for'
}

/** What a model proposes. Nothing follows from it until somebody decides. */
export interface CaseProposal {
  /** The id of a side, or `none`. */
  readonly choose: string
  readonly why: DisplayText
  readonly citations: readonly CaseCitation[]
  readonly at: Date
  readonly agent: string
  readonly model: string
  /** USD as decimal text; undefined if the price is unknown. */
  readonly costUsd?: string
}

/** A choice of somebody, and its reversal. */
export interface CaseDecision extends CaseAct {
  /** From 1 on. */
  readonly number: number
  /** The id of the chosen side, or `none`. */
  readonly choose: string
  /** The proposal that was there at the decision. */
  readonly proposal?: CaseProposal
  /** Votes that it changes, and facts of this node whose stale mark it changes. */
  readonly votes: number
  readonly facts: number
  readonly reversed?: CaseAct
}

/** A case without its evidence. */
export interface CaseSummary {
  readonly id: string
  readonly entity: DisplayText
  readonly attribute: DisplayText
  /** Of a rule: the agent and the number of the trial that has shown it. */
  readonly rule?: { readonly agent: string; readonly trial: number }
  readonly state: CaseState
  readonly openedAt: Date
  /** The latest one since the last decision. */
  readonly proposal?: CaseProposal
  /** The latest first. */
  readonly decisions: readonly CaseDecision[]
}

/** A value, and what supports it. */
export interface CaseSide {
  /** Equal for equal values. */
  readonly id: string
  readonly value: DisplayText
  readonly evidence: readonly CaseEvidence[]
}

/** A case with the evidence of this moment. */
export interface Case extends CaseSummary {
  /** Those with facts and votes of this node first, then by vouches. */
  readonly sides: readonly CaseSide[]
  /** Whether a bound left sides or evidence out: a decision does not reach them. */
  readonly truncated: boolean
}

export const Reason = z.strictObject({
  why: z.string().min(1).max(MAX_WHY),
  by: z.string().min(1).max(MAX_NAME).optional()
})

export const Subject = z.union([
  z.strictObject({
    entity: z.string().trim().min(1).max(1_000),
    attribute: z.string().trim().min(1).max(1_000)
  }),
  z.strictObject({ agent: Key, trial: z.int().min(0) })
])

const ActValue = z.object({
  at: z.number(),
  agent: z.string(),
  why: z.string(),
  by: z.string().optional()
})

const ProposalValue = z.object({
  choose: z.string(),
  why: z.string(),
  citations: z
    .array(z.object({ evidence: z.string(), as: z.enum(['against', 'for']) }))
    .max(MAX_CITATIONS),
  at: z.number(),
  agent: z.string(),
  model: z.string(),
  costUsd: z.string().optional()
})

const DecisionValue = ActValue.extend({
  number: z.int(),
  choose: z.string(),
  proposal: ProposalValue.optional(),
  votes: z.int(),
  facts: z.int(),
  reversed: ActValue.optional()
})

const VoteValue = z.object({
  vote: z.enum(['vouch', 'dispute', 'stale']),
  confidence: z.number(),
  day: z.int(),
  tags: z.array(z.string()),
  validFrom: z.number().optional(),
  validTo: z.number().optional()
})

/** A vote or a mark, before the decision and after it; null: no vote. */
const ChangeValue = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('record'),
    id: z.string(),
    before: VoteValue.nullable(),
    after: VoteValue.nullable()
  }),
  z.object({ of: z.literal('fact'), id: z.string(), before: z.boolean(), after: z.boolean() })
])

export const CaseValue = z.object({
  id: z.string(),
  entity: z.string(),
  attribute: z.string(),
  rule: z.object({ agent: z.string(), trial: z.int() }).optional(),
  state: z.enum(['decided', 'deciding', 'open', 'reversing']),
  openedAt: z.number(),
  proposal: ProposalValue.optional(),
  /** The latest last. */
  decisions: z.array(DecisionValue),
  /** Of the latest decision, until it is reversed. */
  changes: z.array(ChangeValue),
  /** Changes that are done, or undone. */
  cursor: z.int()
})

/** A case as it is stored. */
export type StoredCase = z.output<typeof CaseValue>
export type StoredProposal = z.output<typeof ProposalValue>
export type StoredAct = z.output<typeof ActValue>
/** A vote or a mark that a decision changes. */
export type CaseChange = z.output<typeof ChangeValue>
