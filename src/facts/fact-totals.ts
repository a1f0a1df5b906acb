/**
 * The number of facts on a node, of each agent and in all, and their bytes: kept in memory, written
 * with each commit.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint } from '../../crdt/bytes/index.ts'
import { AgentTotals, countByAgent } from './agent-totals.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'

const TOTALS_KEY = Buffer.from('totals')

export class FactTotals {
  readonly #section: Section
  readonly agents: AgentTotals
  #count = 0
  #bytes = 0

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('fact-totals')
    this.agents = new AgentTotals(this.#section)
  }

  /** Facts, including facts on their way to disk. */
  get count(): number {
    return this.#count
  }

  /** Stored bytes of these facts. */
  get bytes(): number {
    return this.#bytes
  }

  /** Adds to both totals; negative numbers for removed facts. */
  add(facts: number, bytes: number): void {
    this.#count += facts
    this.#bytes += bytes
  }

  /** Operations that write the totals. */
  put(): Operation[] {
    const totals = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, this.#count)
      encoding.writeVarUint(encoder, this.#bytes)
    })
    return [this.#section.put(TOTALS_KEY, totals), ...this.agents.put()]
  }

  /** Reloads the totals from disk. */
  async load(): Promise<void> {
    const bytes = await this.#section.get(TOTALS_KEY)
    const [count = 0, size = 0] = bytes === undefined ? [] : readAll(bytes, readTotals)
    this.#count = count
    this.#bytes = size
    await this.agents.load()
  }

  /** Counts by agent where an earlier version has not; then `put` has operations for it. */
  async countAgents(facts: Section): Promise<boolean> {
    if (this.agents.sum === this.#count) return false
    this.agents.recount(await countByAgent(facts))
    return true
  }
}

function readTotals(decoder: Decoder): number[] {
  const count = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return [count, readUint(decoder, Number.MAX_SAFE_INTEGER)]
}
