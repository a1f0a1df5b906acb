/** `cortex.governor`: what persons allow agents, and what agents have done. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { driftOf } from './drift.ts'
import type { AgentRules, GovernChange, GovernReason } from './agent-rules.ts'
import type {
  Containment,
  ContainmentPreview,
  ContainmentReport,
  ContainmentWindow
} from './containment.ts'
import { DAY, MAX_SESSIONS } from './constants.ts'
import { dayOf } from './limits.ts'
import type { AgentUse } from '../facts/index.ts'
import type { AgentLimits, AgentLimitsChange } from './limits.ts'
import type { JournalStore } from '../journal/index.ts'
import type { Drift } from './drift.ts'
import type { Prober, ProbeReport } from './prober.ts'
import type { RunCounts } from './run-counts.ts'

const DriftOptions = z.strictObject({ since: z.date().optional() })

export interface GovernorComponents {
  readonly containment: Pick<Containment, 'contain' | 'preview'>
  readonly prober: Pick<Prober, 'all' | 'slice'>
  readonly journal: Pick<JournalStore, 'list'>
  readonly rules: AgentRules
  readonly runCounts: Pick<RunCounts, 'runs'>
  /** Facts of an agent. */
  readonly factsOf: (agent: string) => AgentUse
  /** Agents that have stored facts. */
  readonly factAgents: () => Iterable<string>
  /** What an agent has spent on models on this day. */
  readonly spentBy: (agent: string) => ModelSpending
  readonly now: () => number
}

/** Spending on models: USD as text, tokens and requests. */
export interface ModelSpending {
  readonly usd: string
  readonly tokens: number
  readonly calls: number
}

/** The limits of an agent, and what counts against them. */
export interface LimitsInUse {
  readonly agent: string
  readonly frozen: boolean
  readonly limits: AgentLimits
  /** Of this day, but for `facts`. Open calls of models and facts on their way to disk are left out. */
  readonly used: Required<AgentLimits>
  /** When the day ends: midnight UTC. */
  readonly endsAt: Date
}

/**
 * Governs the agents of a node: a person sets limits, freezes an agent, and withdraws what it
 * published. Personas and mutations have no part in it.
 *
 * @example
 * ```ts
 * const { governor } = db.agent.cortex
 * await governor.setLimits('scout', { factsPerDay: 500, usdPerDay: '0.50' }, { why: 'On trial.' })
 * await governor.freeze('scout', { why: 'It repeats a wrong claim.' })
 * console.log(governor.isFrozen('scout'), governor.limits('scout'))
 * await governor.unfreeze('scout', { why: 'The prompt was mended.' })
 * ```
 */
export class Governor {
  readonly #components: GovernorComponents

  constructor(components: GovernorComponents) {
    this.#components = components
  }

  /** The limits of an agent; empty if it has none. */
  limits(agent: string): AgentLimits {
    return this.#components.rules.limits(agent)
  }

  /** The limits of an agent, and what it has used of them. */
  use(agent: string): LimitsInUse {
    const { rules, runCounts, factsOf, spentBy, now } = this.#components
    const day = dayOf(now())
    const { usd, tokens, calls } = spentBy(agent)
    const facts = factsOf(agent)
    return {
      agent,
      frozen: rules.isFrozen(agent),
      limits: rules.limits(agent),
      used: {
        usdPerDay: usd,
        tokensPerDay: tokens,
        modelCallsPerDay: calls,
        facts: facts.facts,
        factsPerDay: facts.day === day ? facts.added : 0,
        skillRunsPerDay: runCounts.runs(agent)
      },
      endsAt: new Date((day + 1) * DAY)
    }
  }

  /**
   * Changes limits of an agent, from its next call on, and keeps those that are not named; null
   * removes one. On disk when it resolves. Throws `HiveError` (ARGUMENT_INVALID).
   */
  setLimits(agent: string, change: AgentLimitsChange, reason: GovernReason): Promise<GovernChange> {
    return this.#components.rules.setLimits(agent, change, reason)
  }

  /**
   * Freezes an agent, on disk when it resolves. Until `unfreeze` it can read. It cannot store facts,
   * publish or vote, call models or run skills; calls throw `HiveError` (AGENT_FROZEN). No mutation
   * changes its persona, and no broadcast publishes its facts. Calls that have begun end. Throws
   * `HiveError` (ARGUMENT_INVALID).
   */
  freeze(agent: string, reason: GovernReason): Promise<GovernChange> {
    return this.#components.rules.freeze(agent, reason)
  }

  /** Ends a freeze. Throws `HiveError` (ARGUMENT_INVALID). */
  unfreeze(agent: string, reason: GovernReason): Promise<GovernChange> {
    return this.#components.rules.unfreeze(agent, reason)
  }

  /** Whether an agent is frozen now. */
  isFrozen(agent: string): boolean {
    return this.#components.rules.isFrozen(agent)
  }

  /** Agents that are frozen now. */
  frozen(): string[] {
    return this.#components.rules.frozen()
  }

  /** Agents that have stored facts, or that have or had limits or a freeze. */
  agents(): string[] {
    const { rules, factAgents } = this.#components
    return [...new Set([...rules.agents(), ...factAgents()])]
  }

  /**
   * What an agent published from a time to a time, and what `contain` would withdraw: facts, goals,
   * skills and steps of playbooks, and how many goals and skills have no agent. Nothing is withdrawn. Throws `HiveError` (ARGUMENT_INVALID).
   *
   * @example
   * ```ts
   * const from = new Date(Date.now() - 3_600_000)
   * const { governor } = db.agent.cortex
   * const { id, withdraws, stays } = await governor.preview({ agent: 'scout', from })
   * console.log(`${withdraws} records would be withdrawn, ${stays} would stay.`)
   * const { withdrawn } = await governor.contain({ id }, { why: 'It published a wrong claim.' })
   * console.log(withdrawn)
   * ```
   */
  preview(options: ContainmentWindow & { readonly limit?: number }): Promise<ContainmentPreview> {
    return this.#components.containment.preview(options)
  }

  /**
   * Freezes an agent and retracts this node's votes for exactly the records of a preview, or of a
   * window, that only this agent stands on: facts and goals, and skills, which go back
   * to the sandbox. Steps of playbooks that it inserted and nobody changed are removed. Copies on other nodes and votes of others stay; the facts
   * stay on this node and are not published again by a broadcast. A containment that is interrupted
   * goes on by itself, also at the next start. Throws `HiveError` (ARGUMENT_INVALID, PREVIEW_UNKNOWN, STOPPED).
   */
  contain(
    target: ContainmentWindow | { readonly id: string },
    reason: GovernReason
  ): Promise<ContainmentReport> {
    return this.#components.containment.contain(target, reason)
  }

  /**
   * Whether sessions of an agent succeed more or less often, or are faster or slower, than the first
   * 100 of its journal, or of those from `since` on. A false alarm comes once in 2,000 sessions or
   * more. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async drift(agent: string, options: { readonly since?: Date } = {}): Promise<Drift> {
    const { since } = parse(DriftOptions, options, 'governor.drift')
    const filter = { kind: 'session', limit: MAX_SESSIONS, since } as const
    const rows = await this.#components.journal.list(agent, filter)
    return driftOf(rows.toReversed())
  }

  /**
   * Compares what is stored in two places, for a few milliseconds: a slice of the probe whose turn it
   * is. Of what was published: no private and no forgotten fact, each with its agent and time. Counts
   * of facts against a fresh count, the search index against a sample, limits against the ledger.
   */
  probe(): Promise<ProbeReport> {
    return this.#components.prober.slice()
  }

  /** Runs all probes to their ends, in slices. Aborting stops between two slices. */
  probeAll({ signal }: { readonly signal?: AbortSignal } = {}): Promise<ProbeReport[]> {
    return this.#components.prober.all(signal)
  }

  /**
   * Changes of the limits and of the freeze of an agent, the latest first; the latest 100 are stored.
   * Throws `HiveError` (ARGUMENT_INVALID).
   */
  history(agent: string, options: { readonly limit?: number } = {}): Promise<GovernChange[]> {
    return this.#components.rules.history(agent, options)
  }
}
