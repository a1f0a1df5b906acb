/** Rows of evidence: what a record, a fact or a trial states. */
import type { DisplayText } from '../foreign-text/index.ts'
import type { OwnVote } from '../../crdt/index.ts'

interface Statement {
  /** Names the row within its case. */
  readonly id: string
  readonly content: DisplayText
  /** 0 to 1. */
  readonly confidence: number
}

/** A record of the hive. */
export interface RecordEvidence extends Statement {
  readonly origin: 'hive'
  /** Id of the record. */
  readonly record: string
  readonly state: 'disputed' | 'quarantined' | 'released'
  /** Authors that vouch for it, dispute it, and call it stale; this node is among them. */
  readonly vouches: number
  readonly disputes: number
  readonly stale: number
  /** The vote of this node. */
  readonly own?: OwnVote
  /** First day of a vouch, and the last day of up to 64 votes; absent if nobody vouches. */
  readonly days?: { readonly from: string; readonly to: string }
}

/** A fact of this node. */
export interface FactEvidence extends Statement {
  readonly origin: 'local'
  /** Id of the fact. */
  readonly fact: string
  readonly agent: string
  readonly recordedAt: Date
  readonly private: boolean
  /** Whether it is marked as one that no longer holds. */
  readonly stale: boolean
}

/** A trial of an agent of this node, of a mutation that the rule chooses. */
export interface TrialEvidence {
  readonly id: string
  readonly origin: 'trial'
  readonly agent: string
  readonly trial: number
  readonly status: 'inverted' | 'kept'
  readonly reason?: string
  readonly baseline?: { readonly trials: number; readonly successes: number }
  readonly outcomes?: { readonly trials: number; readonly successes: number }
  /** That the value is better, 0 to 1. */
  readonly probability?: number
}

/** What supports a side of a case, or stands on it. */
export type CaseEvidence = FactEvidence | RecordEvidence | TrialEvidence

/** A trial, and the rule that it tested. */
export interface RuleTrial extends Omit<TrialEvidence, 'id' | 'origin'> {
  readonly entity: string
  readonly attribute: string
  readonly value: string
  /** Digest of the fact that states the rule. */
  readonly fact: Uint8Array
}
