/** The cases of a node, over its claims, its facts and the trials of its agents. */
import { digestOf } from '../../crdt/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { Cases, CaseService } from '../cases/index.ts'
import type { FactEvidence, PublishableFact, RuleTrial } from '../cases/index.ts'
import type { Drafts } from '../sharing/index.ts'
import type { Judge, Votes } from '../judgement/index.ts'
import type { Candidates, ClaimHistory } from '../knowledge/index.ts'
import type { Models } from '../models/index.ts'
import type { EvolutionStore } from '../evolution/index.ts'
import type { NodeParts } from './node-parts.ts'

export interface NodeCasesComponents {
  readonly history: ClaimHistory
  readonly judge: Judge
  readonly votes: Votes
  readonly candidates: Candidates
  readonly drafts: Drafts
  readonly onError: (error: unknown) => void
}

/** Trials of an agent that may be evidence on a rule. */
const MAX_TRIALS = 200

export class NodeCases {
  readonly #parts: NodeParts
  readonly #service: CaseService

  constructor(parts: NodeParts, { drafts, ...components }: NodeCasesComponents) {
    const { store, facts, replica, evolution, options } = parts
    const { clock = Date } = options
    this.#parts = parts
    this.#service = new CaseService({
      ...components,
      store,
      facts,
      replica,
      publishable: {
        fact: (fact) => publishableFact(fact, parts, drafts),
        claim: (claim) => drafts.clearClaim(claim)
      },
      trialsOf: (agent) => ruleTrials(agent, evolution),
      now: () => clock.now()
    })
  }

  /** Finishes decisions that a stop or a crash has interrupted. */
  start(): void {
    this.#service.decisions.resume()
  }

  stop(): Promise<void> {
    return this.#service.decisions.stop()
  }

  of(agent: string, models: Pick<Models, 'generate'>): Cases {
    const { rules } = this.#parts
    const assertActive = (): void => rules.assertActive(agent)
    return new Cases(this.#service, { agent, models, assertActive })
  }
}

async function publishableFact(
  { fact: id }: FactEvidence,
  { facts }: Pick<NodeParts, 'facts'>,
  drafts: Drafts
): Promise<PublishableFact | undefined> {
  const stored = await facts.get(digestOfId(id))
  if (stored === undefined || stored.private) return undefined
  const { anonymized } = drafts.draftFrom(stored)
  return anonymized.verdict === 'withheld' ? undefined : anonymized.record
}

async function ruleTrials(agent: string, evolution: EvolutionStore): Promise<RuleTrial[]> {
  const tested = await evolution.tested(agent, MAX_TRIALS)
  return tested.map(({ trial, rule: { entity, attribute, value, content } }) => {
    const { number, status, reason, baseline, outcomes, probability } = trial
    return {
      entity,
      attribute,
      value,
      fact: digestOf({ kind: 'fact', entity, content, attribute, value }),
      agent,
      trial: number,
      status: status === 'kept' ? 'kept' : 'inverted',
      ...(reason === undefined ? {} : { reason }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(outcomes === undefined ? {} : { outcomes }),
      ...(probability === undefined ? {} : { probability })
    }
  })
}
