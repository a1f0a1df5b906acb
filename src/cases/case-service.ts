/** The cases of a node: what the interfaces of its agents share. */
import { canonicalText } from '../../crdt/index.ts'
import { sha256, toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { slotOf } from '../search/index.ts'
import { CaseRows } from './case-rows.ts'
import { Decisions } from './decisions.ts'
import { Evidence } from './evidence.ts'
import type { Store } from '../../crdt/index.ts'
import type { Models } from '../models/index.ts'
import type { CaseSubject, StoredCase } from './case.ts'
import type { DecisionsComponents } from './decisions.ts'
import type { EvidenceComponents } from './evidence.ts'
import type { RuleTrial } from './evidence-row.ts'
import type { Publishable } from './question.ts'

export interface CaseServiceComponents
  extends Omit<DecisionsComponents, 'rows'>, Omit<EvidenceComponents, 'facts'> {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly facts: DecisionsComponents['facts'] & EvidenceComponents['facts']
  readonly publishable: Publishable
}

/** What an agent brings to its cases. */
export interface CaseAgent {
  readonly agent: string
  readonly models: Pick<Models, 'generate'>
  /** Throws if the agent is frozen. */
  readonly assertActive: () => void
}

const ID_DIGITS = 16

export class CaseService {
  readonly rows: CaseRows
  readonly evidence: Evidence
  readonly decisions: Decisions
  readonly publishable: Publishable
  readonly now: () => number
  readonly #trialsOf: EvidenceComponents['trialsOf']

  constructor(components: CaseServiceComponents) {
    this.rows = new CaseRows(components.store)
    this.evidence = new Evidence(components)
    this.decisions = new Decisions({ ...components, rows: this.rows })
    this.publishable = components.publishable
    this.now = components.now
    this.#trialsOf = components.trialsOf
  }

  /** A new case on the subject; one claim has one case. Throws `HiveError` (CASE_UNDISPUTED). */
  async newCase(subject: CaseSubject): Promise<StoredCase> {
    const rule = 'agent' in subject ? await this.#ruleOf(subject) : undefined
    const claim = 'agent' in subject ? rule : subject
    if (claim === undefined) {
      throw new HiveError(
        'CASE_UNDISPUTED',
        'This trial has shown no rule. "hive evolve history AGENT" lists the trials; those that were kept, and changed one trait or skill, have one.'
      )
    }
    const entity = canonicalText(claim.entity)
    const attribute = canonicalText(claim.attribute)
    return {
      id: toHex(sha256(slotOf(entity, attribute))).slice(0, ID_DIGITS),
      entity,
      attribute,
      ...('agent' in subject ? { rule: { agent: subject.agent, trial: subject.trial } } : {}),
      state: 'open',
      openedAt: this.now(),
      decisions: [],
      changes: [],
      cursor: 0
    }
  }

  async #ruleOf({
    agent,
    trial
  }: {
    readonly agent: string
    readonly trial: number
  }): Promise<RuleTrial | undefined> {
    return (await this.#trialsOf(agent)).find((each) => each.trial === trial)
  }
}
