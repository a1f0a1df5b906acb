/**
 * The quota of one agent: the quota of the node, and the limits of the agent. A fact on its way to
 * disk counts until it lands, so that no limit is exceeded; a repetition counts until it is known to
 * be one.
 */
import { dayOf, limitExceeded } from './limits.ts'
import type { AgentUse, Quota } from '../facts/index.ts'
import type { AgentRules } from './agent-rules.ts'

export interface AgentQuotaComponents {
  readonly agent: string
  /** The quota of the node. */
  readonly quota: Pick<Quota, 'hasPending' | 'release' | 'take'>
  readonly rules: Pick<AgentRules, 'assertActive' | 'limits'>
  readonly use: () => AgentUse
  readonly now: () => number
}

export class AgentQuota {
  readonly #components: AgentQuotaComponents
  #pending = 0

  constructor(components: AgentQuotaComponents) {
    this.#components = components
  }

  /** Whether a pending fact may turn out to need no room. */
  get hasPending(): boolean {
    return this.#components.quota.hasPending
  }

  /** Throws `HiveError` (AGENT_FROZEN, LIMIT_EXCEEDED, QUOTA_EXCEEDED). */
  take(bytes: number): void {
    const { agent, quota, rules } = this.#components
    rules.assertActive(agent)
    const { facts, factsPerDay } = rules.limits(agent)
    if (facts !== undefined || factsPerDay !== undefined) this.#check(facts, factsPerDay)
    quota.take(bytes)
    this.#pending += 1
  }

  /** Returns reserved room. */
  release(facts: number, bytes: number): void {
    this.#pending -= facts
    this.#components.quota.release(facts, bytes)
  }

  #check(facts: number | undefined, factsPerDay: number | undefined): void {
    const { agent, use, now } = this.#components
    const stored = use()
    const used = stored.facts + this.#pending
    if (facts !== undefined && used >= facts) {
      throw limitExceeded(agent, 'facts', { limit: facts, used })
    }
    const day = dayOf(now())
    const today = (stored.day >= day ? stored.added : 0) + this.#pending
    if (factsPerDay !== undefined && today >= factsPerDay) {
      throw limitExceeded(agent, 'new facts a day', { limit: factsPerDay, used: today, day })
    }
  }
}
