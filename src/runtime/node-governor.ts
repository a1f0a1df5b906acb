/** Assembles the governance of a node: what the governor reads, and what it may withdraw. */
import {
  Containment,
  countsProbe,
  Governor,
  indexProbe,
  ledgerProbe,
  Prober,
  publishedProbe,
  votesProbe
} from '../governance/index.ts'
import { readFact } from '../facts/index.ts'
import type { Entry, Operation } from '../../crdt/index.ts'
import type { Attributions, DriftOf } from '../governance/index.ts'
import type { Candidates, NearDuplicates } from '../knowledge/index.ts'
import type { SearchIndex } from '../search/index.ts'
import type { NodeParts } from './node-parts.ts'

export interface NodeGovernorComponents {
  readonly candidates: Candidates
  readonly nearDuplicates: NearDuplicates
  readonly index: SearchIndex
  readonly attributions: Attributions
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Puts a skill back to the sandbox; returns what is to be retracted, the skill itself last. */
  readonly recallSkill: (skill: Uint8Array, reason: string) => Promise<readonly Uint8Array[]>
  /** Retracts this node's votes in one commit with the operations, and announces it. */
  readonly retract: (
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ) => Promise<unknown>
  readonly onError: (error: unknown) => void
}

/** Agents whose drift one pass computes: about 50 ms of processor each. */
const MAX_DRIFTS = 5

export class NodeGovernor {
  readonly governor: Governor
  readonly #containment: Containment
  /** The agent behind which the next drifts are computed. */
  #driftedAfter: string | undefined

  constructor(parts: NodeParts, components: NodeGovernorComponents) {
    const { options, store, replica, facts, rules, runCounts, models, journal, skills } = parts
    const {
      candidates,
      nearDuplicates,
      index,
      attributions,
      announce,
      recallSkill,
      retract,
      onError
    } = components
    const { publications } = candidates
    const { clock = Date } = options
    const now = (): number => clock.now()
    const agentsOf = async (digests: readonly Uint8Array[]): Promise<(string | undefined)[]> => {
      const stored = await facts.stored(digests)
      const merged = await nearDuplicates.stored(digests)
      return digests.map((digest, i) => {
        const bytes = stored[i] ?? merged[i]
        return bytes === undefined ? undefined : readFact(digest, bytes).agent
      })
    }
    this.#containment = new Containment({
      store,
      rules,
      publications,
      facts,
      nearDuplicates,
      replica,
      attributions,
      announce,
      skills: skills.store,
      recallSkill,
      retract,
      agentsOf,
      now,
      onError
    })
    const read = { store, publications, nearDuplicates, replica }
    const prober = new Prober({
      store,
      probes: [
        publishedProbe(read),
        votesProbe(read),
        ledgerProbe({ store, ledger: models.ledger }),
        indexProbe({ store, index }),
        countsProbe({ store, facts })
      ],
      prepare: () => publications.complete(agentsOf)
    })
    this.governor = new Governor({
      containment: this.#containment,
      prober,
      journal,
      rules,
      runCounts,
      factsOf: (agent) => facts.agents.use(agent),
      factAgents: () => facts.agents.counts().map(([agent]) => agent),
      spentBy: (agent) => models.ledger.spentBy(agent),
      now
    })
  }

  /** Findings of the next slice of the probes, one line each. */
  async findings(): Promise<string[]> {
    const { findings } = await this.governor.probe()
    return findings.map(({ text }) => text)
  }

  /**
   * Which outcomes of agents have changed, one line each: of a few agents, the next ones at the next
   * call. It reads up to 5,000 rows of each.
   */
  async drifts(agentsAfter: (agent?: string) => AsyncIterable<string>): Promise<string[]> {
    const found: string[] = []
    let last: string | undefined
    let left = MAX_DRIFTS
    for await (const agent of agentsAfter(this.#driftedAfter)) {
      last = agent
      const { success, latency } = await this.governor.drift(agent)
      if (success?.drifted !== undefined) {
        found.push(`The success of "${agent}" went ${success.drifted}: ${figuresOf(success)}.`)
      }
      if (latency?.drifted !== undefined) {
        found.push(`The time of "${agent}" went ${latency.drifted}: ${figuresOf(latency)}.`)
      }
      left -= 1
      if (left === 0) break
    }
    this.#driftedAfter = left === 0 ? last : undefined
    return found
  }

  /** Finishes containments that a stop or a crash has interrupted. */
  start(): void {
    this.#containment.resume()
  }

  stop(): Promise<void> {
    return this.#containment.stop()
  }
}

function figuresOf({ reference, current }: DriftOf): string {
  return `${reference.toPrecision(3)} before, ${current.toPrecision(3)} now`
}
