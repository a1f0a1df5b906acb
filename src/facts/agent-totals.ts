/**
 * Facts of each agent: how many are stored, and how many were new on its latest day. Kept in memory,
 * written in the commit of the facts that change them.
 *
 * The sum over all agents is the number of facts. Where it differs, an earlier version wrote facts,
 * and they are counted again at the start.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint } from '../../crdt/bytes/index.ts'
import { readFact } from '../fact-format/index.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { Operation, Section } from '../../crdt/index.ts'

/** Facts of an agent that are on disk. */
export interface AgentUse {
  readonly facts: number
  /** Facts that were new on that day, in days since 1970 (UTC), also those that are gone. */
  readonly day: number
  readonly added: number
}

interface Totals {
  facts: number
  day: number
  added: number
  /** Facts that are counted and not on disk yet. */
  landing: number
}

const PREFIX = 'a/'
const RANGE = { gte: Buffer.from(PREFIX), lt: Buffer.from('a0') }
const DAY = 86_400_000

export class AgentTotals {
  readonly #section: Section
  readonly #agents = new Map<string, Totals>()
  /** Agents whose totals are not written. */
  readonly #changed = new Set<string>()

  constructor(section: Section) {
    this.#section = section
  }

  use(agent: string): AgentUse {
    const { facts = 0, day = 0, added = 0, landing = 0 } = this.#agents.get(agent) ?? {}
    return { facts: facts - landing, day, added: Math.max(0, added - landing) }
  }

  /** Facts of all agents. */
  get sum(): number {
    let sum = 0
    for (const { facts } of this.#agents.values()) sum += facts
    return sum
  }

  /** Agents with their facts, those on their way to disk included. */
  *counts(): Generator<readonly [agent: string, facts: number]> {
    for (const [agent, { facts }] of this.#agents) yield [agent, facts]
  }

  addNew(agent: string, recordedAt: number): void {
    const totals = this.#of(agent)
    const day = Math.floor(recordedAt / DAY)
    totals.facts += 1
    totals.landing += 1
    // A variant that is split off was new on an earlier day.
    if (day < totals.day) return
    totals.added = day === totals.day ? totals.added + 1 : 1
    totals.day = day
  }

  /** The facts of these agents are on disk. */
  landed(agents: readonly string[]): void {
    for (const agent of agents) {
      const totals = this.#agents.get(agent)
      if (totals !== undefined) totals.landing -= 1
    }
  }

  removed(agent: string): void {
    this.#of(agent).facts -= 1
  }

  /** Operations that write what has changed. */
  put(): Operation[] {
    const operations = [...this.#changed].map((agent) => {
      const { facts, day, added } = this.#of(agent)
      const bytes = encoding.encode((encoder) => {
        for (const each of [facts, day, added]) encoding.writeVarUint(encoder, Math.max(0, each))
      })
      return this.#section.put(Buffer.from(PREFIX + agent), bytes)
    })
    this.#changed.clear()
    return operations
  }

  async load(): Promise<void> {
    this.#agents.clear()
    this.#changed.clear()
    for await (const [key, bytes] of this.#section.entries(RANGE)) {
      const [facts = 0, day = 0, added = 0] = readAll(bytes, readTotals)
      const agent = Buffer.from(key).toString().slice(PREFIX.length)
      this.#agents.set(agent, { facts, day, added, landing: 0 })
    }
  }

  /** Replaces the numbers of stored facts; those of the day stay. */
  recount(counts: ReadonlyMap<string, number>): void {
    for (const agent of new Set([...this.#agents.keys(), ...counts.keys()])) {
      this.#of(agent).facts = counts.get(agent) ?? 0
    }
  }

  #of(agent: string): Totals {
    this.#changed.add(agent)
    const known = this.#agents.get(agent)
    if (known !== undefined) return known
    const totals = { facts: 0, day: 0, added: 0, landing: 0 }
    this.#agents.set(agent, totals)
    return totals
  }
}

/** The number of facts of each agent, counted from the facts. */
export async function countByAgent(facts: Section): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const [digest, stored] of facts.entries()) {
    const { agent } = readFact(digest, stored)
    counts.set(agent, (counts.get(agent) ?? 0) + 1)
  }
  return counts
}

function readTotals(decoder: Decoder): number[] {
  return [0, 1, 2].map(() => readUint(decoder, Number.MAX_SAFE_INTEGER))
}
