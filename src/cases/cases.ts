/** `cortex.cases`: disputed claims and rules, what speaks for each side, and what was decided. */
import { z } from 'zod'
import { parse, Signal, wholeId } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { caseOf, proposalOf, summaryOf } from './case-view.ts'
import { Reason, Subject } from './case.ts'
import { MAX_CASES, MAX_DECISIONS } from './constants.ts'
import { NONE } from './evidence.ts'
import { askModel, unanswered } from './proposal.ts'
import { questionOf } from './question.ts'
import type {
  Case,
  CaseDecision,
  CaseProposal,
  CaseReason,
  CaseState,
  CaseSubject,
  CaseSummary,
  StoredAct,
  StoredCase
} from './case.ts'
import type { CaseAgent, CaseService } from './case-service.ts'
import type { NoProposal, ProposalBudget } from './proposal.ts'

/** What `propose` came to. */
export type ProposalOutcome =
  | NoProposal
  | { readonly status: 'proposed'; readonly proposal: CaseProposal }

/** Which cases to list. */
export interface CaseListOptions {
  /** At most 1,000; default 100. */
  readonly limit?: number
  /** Default: all. */
  readonly state?: CaseState
}

/** A choice, and its reason. */
export interface CaseChoice extends CaseReason {
  /** The id of a side, or `none`: then no value holds. */
  readonly choose: string
}

/** Options of `propose`. */
export interface ProposeOptions {
  /** Of the question to a model. Default: 0.20 USD and 20,000 tokens. */
  readonly budget?: ProposalBudget
  readonly signal?: AbortSignal
}

const STATES = ['decided', 'deciding', 'open', 'reversing'] as const

const ListOptions = z.strictObject({
  limit: z.int().min(1).max(MAX_CASES).default(100),
  state: z.enum(STATES).optional()
})

const Id = z.string().min(1).max(64)
const Choice = Reason.extend({ choose: z.string().min(1).max(64) })
const DEFAULT_BUDGET: ProposalBudget = { usd: '0.20', tokens: 20_000 }
const Proposing = z.strictObject({
  budget: z
    .strictObject({ usd: z.string().optional(), tokens: z.int().min(0).optional() })
    .default(DEFAULT_BUDGET),
  signal: Signal
})
const SignalOption = z.strictObject({ signal: Signal })

/**
 * Cases of disputed claims and of disputed rules of personas. A case shows the evidence on each side.
 * A model may propose a side; somebody decides, and the decision can be reversed exactly.
 *
 * @example
 * ```ts
 * const { cases, knowledge } = db.agent.cortex
 * const claim = { attribute: 'runtime', enableBloomHeuristic: true }
 * await knowledge.distill('build server', 'It runs Node 22.', 0.9, { ...claim, value: 'Node 22' })
 * await knowledge.distill('build server', 'It runs Node 24.', 0.9, { ...claim, value: 'Node 24' })
 * const { id, sides } = await cases.open({ entity: 'build server', attribute: 'runtime' })
 * const side = sides.find(({ value }) => value === 'Node 24')
 * const choose = side?.id ?? 'none'
 * await cases.decide(id, { choose, why: 'The server was updated.' })
 * await cases.reverse(id, { why: 'It was another server.' })
 * ```
 */
export class Cases {
  readonly #service: CaseService
  readonly #agent: CaseAgent

  constructor(service: CaseService, agent: CaseAgent) {
    this.#service = service
    this.#agent = agent
  }

  /** Stored cases without their evidence, the latest first. Throws `HiveError` (ARGUMENT_INVALID). */
  async list(options: CaseListOptions = {}): Promise<CaseSummary[]> {
    const { limit, state } = parse(ListOptions, options, 'cases.list')
    const rows = await this.#service.rows.list(state === undefined ? STATES : [state], limit)
    return rows.map(summaryOf)
  }

  /**
   * The case of a claim, or of the rule that a trial of an agent has shown, with its evidence; it is
   * opened if there is none. Throws `HiveError` (ARGUMENT_INVALID, CASE_UNDISPUTED).
   */
  async open(subject: CaseSubject, options: { readonly signal?: AbortSignal } = {}): Promise<Case> {
    const valid = parse(Subject, subject, 'cases.open')
    const { signal } = parse(SignalOption, options, 'cases.open')
    this.#agent.assertActive()
    const { decisions, evidence, rows } = this.#service
    const fresh = await this.#service.newCase(valid)
    return decisions.run(fresh.id, async (stored) => {
      const row: StoredCase =
        stored === undefined || fresh.rule === undefined
          ? (stored ?? fresh)
          : { ...stored, rule: fresh.rule }
      const collected = await evidence.collect(row, signal)
      if (stored === undefined) {
        if (!collected.isDisputed) throw undisputed(row)
        await rows.add(row)
      } else if (stored.rule === undefined && row.rule !== undefined) await rows.save(row)
      return caseOf(row, collected)
    })
  }

  /** A case with its evidence. Throws `HiveError` (ARGUMENT_INVALID, CASE_UNKNOWN). */
  async get(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<Case> {
    const { signal } = parse(SignalOption, options, 'cases.get')
    const row = await this.#service.rows.get(await this.#idOf(id, 'cases.get'))
    return caseOf(row, await this.#service.evidence.collect(row, signal))
  }

  /**
   * Asks the premium tier which side holds. An answer counts if it cites evidence of the case, and
   * supports its choice by evidence of that side. Without one the case stays as it is, and the result
   * states why. Nothing follows from a proposal until somebody decides. Facts of this node go to the
   * model as they would be published, private ones never. Throws `HiveError` (AGENT_FROZEN,
   * ARGUMENT_INVALID, CASE_STATE, CASE_UNKNOWN, ID_AMBIGUOUS).
   */
  async propose(id: string, options: ProposeOptions = {}): Promise<ProposalOutcome> {
    const valid = await this.#idOf(id, 'cases.propose')
    const { budget, signal } = parse(Proposing, options, 'cases.propose')
    const { agent, models, assertActive } = this.#agent
    assertActive()
    const { decisions, evidence, publishable, rows } = this.#service
    const { row, sides } = await this.#inOpen(valid, async (open) => {
      const collected = await evidence.collect(open, signal)
      return { row: open, sides: collected.sides }
    })
    const question = await questionOf(sides, row, publishable)
    if (question === undefined) {
      return unanswered(
        'PRIVATE',
        'A side stands on facts alone that must not leave this node. Decide the case yourself.'
      )
    }
    const asked = await askModel(models, question, budget, signal)
    if (asked.status !== 'proposed') return asked
    const { status: _status, ...answer } = asked
    const proposal = { ...answer, citations: [...answer.citations], at: this.#service.now(), agent }
    return decisions.run(valid, async (current) => {
      // Somebody may have decided while the model answered: then the proposal is only returned.
      if (current?.state === 'open') await rows.save({ ...current, proposal })
      return { status: 'proposed', proposal: proposalOf(proposal) }
    })
  }

  /**
   * Chooses a side, on disk before its first vote. This node vouches for the best record of that side
   * and disputes those of the others; facts of this node on other sides are marked as stale. The
   * sides are those of this moment. Throws `HiveError` (AGENT_FROZEN, ARGUMENT_INVALID, CASE_STATE,
   * CASE_UNKNOWN).
   */
  async decide(id: string, choice: CaseChoice): Promise<CaseDecision> {
    const valid = await this.#idOf(id, 'cases.decide')
    const { choose: side, ...reason } = parse(Choice, choice, 'cases.decide')
    this.#agent.assertActive()
    const { decisions, evidence, rows } = this.#service
    return this.#inOpen(valid, async (row) => {
      const { sides } = await evidence.collect(row)
      const named = sides.map((each) => ({ id: each.id, text: each.value }))
      const choose = wholeId(side, named, 'sides')
      if (choose !== NONE && !sides.some((each) => each.id === choose)) {
        throw noSide(choose, sides)
      }
      const changes = await decisions.changesFor(sides, choose)
      const { proposal, ...rest } = row
      const decision = {
        ...this.#act(reason),
        number: (row.decisions.at(-1)?.number ?? 0) + 1,
        choose,
        ...(proposal === undefined ? {} : { proposal }),
        votes: changes.filter(({ of }) => of === 'record').length,
        facts: changes.filter(({ of }) => of === 'fact').length
      }
      const decided: StoredCase = {
        ...rest,
        state: 'deciding',
        decisions: [...row.decisions, decision].slice(-MAX_DECISIONS),
        changes,
        cursor: 0
      }
      await rows.save(decided)
      return latestOf(await decisions.finish(decided))
    })
  }

  /**
   * Takes the decision back: the votes and marks that it changed are again as they stood before it,
   * and the case is open. Throws `HiveError` (AGENT_FROZEN, ARGUMENT_INVALID, CASE_STATE,
   * CASE_UNKNOWN).
   */
  async reverse(id: string, reason: CaseReason): Promise<CaseDecision> {
    const valid = await this.#idOf(id, 'cases.reverse')
    const given = parse(Reason, reason, 'cases.reverse')
    this.#agent.assertActive()
    const { decisions, rows } = this.#service
    return decisions.run(valid, async (row) => {
      const { state } = row ?? (await rows.get(valid))
      const last = row?.decisions.at(-1)
      if (row === undefined || last === undefined || state !== 'decided') {
        throw new HiveError('CASE_STATE', `The case ${valid} has no decision that stands.`)
      }
      const reversing: StoredCase = {
        ...row,
        state: 'reversing',
        decisions: [...row.decisions.slice(0, -1), { ...last, reversed: this.#act(given) }],
        cursor: 0
      }
      await rows.save(reversing)
      return latestOf(await decisions.finish(reversing))
    })
  }

  #idOf(id: string, name: string): Promise<string> {
    return this.#service.rows.idOf(parse(Id, id, name))
  }

  #inOpen<T>(id: string, task: (row: StoredCase) => Promise<T>): Promise<T> {
    const { decisions, rows } = this.#service
    return decisions.run(id, async (found) => {
      const row = found ?? (await rows.get(id))
      if (row.state === 'open') return task(row)
      throw new HiveError(
        'CASE_STATE',
        `The case ${id} is decided. Reverse the decision first, with cases.reverse or "hive cases reverse".`
      )
    })
  }

  #act({ why, by }: CaseReason): StoredAct {
    const { agent } = this.#agent
    return { at: this.#service.now(), agent, why, ...(by === undefined ? {} : { by }) }
  }
}

function latestOf(row: StoredCase): CaseDecision {
  const [latest] = summaryOf(row).decisions
  if (latest === undefined) throw new HiveError('CASE_STATE', `The case ${row.id} has no decision.`)
  return latest
}

function undisputed(row: StoredCase): HiveError {
  const { entity, attribute } = summaryOf(row)
  return new HiveError(
    'CASE_UNDISPUTED',
    `Nothing about "${attribute}" of "${entity}" is disputed: \`knowledge.history\`, or "hive history", lists the claims.`
  )
}

function noSide(choose: string, sides: Case['sides']): HiveError {
  const known = sides.map(({ id }) => id).join(', ')
  return new HiveError(
    'ARGUMENT_INVALID',
    `The case has no side "${choose}". Choose one of ${known}, or "${NONE}".`
  )
}
