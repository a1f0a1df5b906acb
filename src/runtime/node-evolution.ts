/**
 * What makes the agents of a node better, and holds them back: the reasoner, the governor, cases of
 * what is disputed, the evolution of each persona, and the passes over all of them.
 */
import { Pilot, Schedule } from '../pilot/index.ts'
import { Reasoner } from '../reasoner/index.ts'
import { evolutionOf } from './agent-evolution.ts'
import { NodeCases } from './node-cases.ts'
import { NodeGovernor } from './node-governor.ts'
import type { Cases } from '../cases/index.ts'
import type { Evolution, EvolutionStep } from '../evolution/index.ts'
import type { Goals } from '../goals/index.ts'
import type { Governor } from '../governance/index.ts'
import type { Models } from '../models/index.ts'
import type { AgentEvolutionComponents } from './agent-evolution.ts'
import type { NodeCasesComponents } from './node-cases.ts'
import type { NodeGovernorComponents } from './node-governor.ts'
import type { NodeParts } from './node-parts.ts'

export interface NodeEvolutionComponents extends NodeCasesComponents, NodeGovernorComponents {
  readonly goals: Goals
  /** One step of the evolution of an agent. */
  readonly advance: (
    agent: string,
    options: { readonly model: boolean; readonly signal?: AbortSignal }
  ) => Promise<EvolutionStep>
}

export class NodeEvolution {
  readonly reasoner: Reasoner
  readonly pilot: Pilot
  readonly #parts: NodeParts
  readonly #governor: NodeGovernor
  readonly #cases: NodeCases
  readonly #schedule: Schedule

  constructor(parts: NodeParts, { goals, advance, ...governed }: NodeEvolutionComponents) {
    const { store, personas, models, evolution, options } = parts
    this.#parts = parts
    this.reasoner = new Reasoner({ personas, goals, modelsOf: (agent) => models.for(agent) })
    this.#governor = new NodeGovernor(parts, governed)
    this.#cases = new NodeCases(parts, governed)
    const enabled = (after?: string): AsyncGenerator<string> => evolution.enabled(after)
    this.pilot = new Pilot({
      store,
      enabled,
      advance,
      checks: [
        { name: 'probe', run: () => this.#governor.findings() },
        { name: 'drift', run: () => this.#governor.drifts(enabled) }
      ],
      elapsed: () => performance.now()
    })
    const { interval } = options.evolution
    this.#schedule = new Schedule({ pilot: this.pilot, interval, onError: governed.onError })
  }

  get governor(): Governor {
    return this.#governor.governor
  }

  /** Finishes interrupted containments and decisions; with `passes` it also runs passes. */
  start(passes: boolean): void {
    this.#governor.start()
    this.#cases.start()
    if (passes) this.#schedule.start()
  }

  async stop(): Promise<void> {
    await this.#schedule.stop()
    await this.#governor.stop()
    await this.#cases.stop()
  }

  casesOf(agent: string, models: Models): Cases {
    return this.#cases.of(agent, models)
  }

  of(
    agent: string,
    components: Pick<AgentEvolutionComponents, 'hive' | 'knowledge' | 'models'>
  ): Evolution {
    const { rules } = this.#parts
    return evolutionOf({
      agent,
      parts: this.#parts,
      ...components,
      examine: async (mutation, { model, signal }) => {
        const { verdict, findings } = await this.reasoner.check({ agent, mutation, model, signal })
        return { verdict, findings: findings.map(({ text }) => text) }
      },
      requireActive: () => rules.assertActive(agent)
    })
  }
}
