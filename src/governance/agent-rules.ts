/**
 * What persons allow the agents of a node: limits and freezes. The change `h/<agent>/<number>` has
 * the state after it; the latest one is the current state, which is kept twice.
 *
 * Guarantees: a change is one value and one commit, on disk (fsync) when its call resolves. The state
 * of each governed agent is in memory, so that a check costs no read; it changes after the commit.
 * Nothing here is part of a persona, so no mutation changes it.
 */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { Key, parse } from '../arguments/index.ts'
import { Mirror } from '../../crdt/index.ts'
import { digitsOf, KeyedSerial, parseJson, putJson, readAll, remove } from '../stored/index.ts'
import { MAX_CHANGES, MAX_NAME_LENGTH, MAX_WHY_LENGTH } from './constants.ts'
import { changedLimits, Limits, LimitsChange } from './limits.ts'
import type { MirrorInit, Operation, Section, Store } from '../../crdt/index.ts'
import type { AgentLimits, AgentLimitsChange } from './limits.ts'

export const Why = z.string().min(1).max(MAX_WHY_LENGTH)

/** Why a person changes something, and who it is. */
export const Reason = z.strictObject({
  why: Why,
  by: z.string().min(1).max(MAX_NAME_LENGTH).optional()
})

/** The reason of a change, and the name of the person who makes it. */
export interface GovernReason {
  readonly why: string
  readonly by?: string
}

/** A stored change of the limits or of the freeze of an agent, and the state after it. */
export interface GovernChange extends GovernReason {
  /** From 1 on, without gaps. */
  readonly number: number
  readonly at: Date
  readonly did: 'limit' | 'freeze' | 'unfreeze'
  readonly limits: AgentLimits
  readonly frozen: boolean
}

const ChangeValue = z.object({
  number: z.int().min(1),
  at: z.number().transform((at) => new Date(at)),
  did: z.enum(['limit', 'freeze', 'unfreeze']),
  why: z.string(),
  by: z.string().optional(),
  limits: Limits,
  frozen: z.boolean()
})

const ListOptions = z.strictObject({
  limit: z.int().min(1).max(MAX_CHANGES).default(MAX_CHANGES)
})

export interface AgentRulesComponents {
  readonly store: MirrorInit['store'] & Pick<Store, 'commit'>
  readonly now: () => number
}

const NO_LIMITS: AgentLimits = {}

export class AgentRules {
  readonly #components: AgentRulesComponents
  readonly #section: Section
  /** The latest changes by agent, kept twice: without its freeze an agent would go on. */
  readonly #current: Mirror
  readonly #serial = new KeyedSerial()
  /** The latest change of each agent that has one. */
  readonly #latest = new Map<string, GovernChange>()

  constructor(components: AgentRulesComponents) {
    this.#components = components
    this.#section = components.store.section('governance')
    this.#current = new Mirror({ store: components.store, name: 'agent-rules' })
  }

  /** Reads the state of all agents. In the history, a damaged change reads as the one before it. */
  async load(): Promise<void> {
    const { store } = this.#components
    await this.#current.load((operations) => store.commit(operations))
    for await (const [key, change] of readAll(this.#section, 'h/', ChangeValue)) {
      this.#latest.set(key.slice(0, key.indexOf('/')), change)
    }
    const copied = new Map<string, number>()
    for await (const [key, bytes] of this.#current.entries()) {
      const agent = Buffer.from(key).toString()
      const change = parseJson(ChangeValue, bytes)
      if (change === undefined) continue
      copied.set(agent, change.number)
      if (change.number >= this.#numberOf(agent)) this.#latest.set(agent, change)
    }
    // Those of an earlier version.
    for (const [agent, change] of this.#latest) {
      if ((copied.get(agent) ?? 0) < change.number) await this.#keep(agent, change, [])
    }
  }

  #numberOf(agent: string): number {
    return this.#latest.get(agent)?.number ?? 0
  }

  /** Stores the state of an agent, with the operations. */
  async #keep(
    agent: string,
    change: GovernChange,
    operations: readonly Operation[]
  ): Promise<void> {
    const key = Buffer.from(agent)
    const bytes = bytesOf(change)
    await this.#current.prepare([[key, bytes]])
    try {
      await this.#components.store.commit([...operations, this.#current.put(key, bytes)])
    } catch (error) {
      const before = this.#latest.get(agent)
      await this.#current.follow([[key, before === undefined ? undefined : bytesOf(before)]])
      throw error
    }
  }

  limits(agent: string): AgentLimits {
    return this.#latest.get(agent)?.limits ?? NO_LIMITS
  }

  isFrozen(agent: string): boolean {
    return this.#latest.get(agent)?.frozen === true
  }

  /** Agents that have or had limits or a freeze. */
  agents(): string[] {
    return [...this.#latest.keys()]
  }

  /** Agents that are frozen now. */
  frozen(): string[] {
    return [...this.#latest].filter(([, { frozen }]) => frozen).map(([agent]) => agent)
  }

  /** Throws `HiveError` (AGENT_FROZEN). */
  assertActive(agent: string): void {
    const latest = this.#latest.get(agent)
    if (latest?.frozen !== true) return
    throw new HiveError(
      'AGENT_FROZEN',
      `The agent "${agent}" is frozen: ${latest.why} It can read. A person ends that with governor.unfreeze, or "hive govern unfreeze ${agent}".`
    )
  }

  /** Changes limits, and keeps those that are not named. Throws `HiveError` (ARGUMENT_INVALID). */
  async setLimits(
    agent: string,
    change: AgentLimitsChange,
    reason: GovernReason
  ): Promise<GovernChange> {
    const valid = parse(LimitsChange, change, 'setLimits')
    return this.#change(agent, reason, 'limit', ({ limits, frozen }) => ({
      limits: changedLimits(limits, valid),
      frozen
    }))
  }

  /** Freezes an agent; `operations` are in the same commit. Throws `HiveError` (ARGUMENT_INVALID). */
  async freeze(
    agent: string,
    reason: GovernReason,
    operations: readonly Operation[] = []
  ): Promise<GovernChange> {
    return this.#change(
      agent,
      reason,
      'freeze',
      ({ limits }) => ({ limits, frozen: true }),
      operations
    )
  }

  /** Throws `HiveError` (ARGUMENT_INVALID). */
  async unfreeze(agent: string, reason: GovernReason): Promise<GovernChange> {
    return this.#change(agent, reason, 'unfreeze', ({ limits }) => ({ limits, frozen: false }))
  }

  /** Changes of an agent, the latest first. Throws `HiveError` (ARGUMENT_INVALID). */
  async history(agent: string, options: { readonly limit?: number } = {}): Promise<GovernChange[]> {
    const name = parse(Key, agent, 'The agent')
    const { limit } = parse(ListOptions, options, 'governor.history')
    const changes: GovernChange[] = []
    const range = { reverse: true, limit }
    for await (const [, change] of readAll(this.#section, `h/${name}/`, ChangeValue, range)) {
      changes.push(change)
    }
    return changes
  }

  async #change(
    agent: string,
    reason: GovernReason,
    did: GovernChange['did'],
    next: (before: State) => State,
    operations: readonly Operation[] = []
  ): Promise<GovernChange> {
    const name = parse(Key, agent, 'The agent')
    const valid = parse(Reason, reason, 'The reason')
    return this.#serial.run(name, async () => {
      const before = this.#latest.get(name)
      const number = this.#numberOf(name) + 1
      const at = this.#components.now()
      const state = next(before ?? { limits: NO_LIMITS, frozen: false })
      const value = { number, at, did, ...valid, ...state }
      const outdated = number - MAX_CHANGES
      const change = { ...value, at: new Date(at) }
      await this.#keep(name, change, [
        putJson(this.#section, `h/${name}/${digitsOf(number)}`, value),
        ...(outdated > 0 ? [remove(this.#section, `h/${name}/${digitsOf(outdated)}`)] : []),
        ...operations
      ])
      this.#latest.set(name, change)
      return change
    })
  }
}

function bytesOf({ at, ...change }: GovernChange): Uint8Array {
  return Buffer.from(JSON.stringify({ ...change, at: at.getTime() }))
}

type State = Pick<GovernChange, 'frozen' | 'limits'>
