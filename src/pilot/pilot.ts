/**
 * One pass of self-improvement over the agents of a node: bounded, resumable, reported.
 *
 * Each step is done once whatever happens: what it does is one commit of its own room. The cursor
 * only says where the next pass begins, so that a bounded pass does not always serve the same agents.
 */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { messageOf } from '../errors.ts'
import { putJson, readJson } from '../stored/index.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { EvolutionStep } from '../evolution/index.ts'

/** Bounds of one pass. */
export interface PassBudget {
  /** Agents; 1 to 10,000, default 1,000. */
  readonly agents?: number
  /** Milliseconds after which no further step begins; default 10,000. */
  readonly ms?: number
}

/** How a pass runs. */
export interface PassOptions {
  readonly budget?: PassBudget
  /** Whether the premium tier may propose mutations; it costs money. Default: false. */
  readonly model?: boolean
  readonly signal?: AbortSignal
  /** Called after each agent. */
  readonly onProgress?: (step: AgentStep) => void
}

/** What a pass did for one agent. */
export interface AgentStep {
  readonly agent: string
  readonly step?: EvolutionStep
  /** Why the step failed; the pass goes on. */
  readonly error?: string
}

/** A finding of one of the checks of a pass. */
export interface CheckReport {
  readonly check: string
  readonly findings: readonly string[]
}

/** What a pass did. */
export interface PassReport {
  readonly agents: readonly AgentStep[]
  readonly checks: readonly CheckReport[]
  /** Whether all agents were served; else the next pass goes on after the last one. */
  readonly isComplete: boolean
  readonly ms: number
}

/** A check that a pass runs: bounded, and without effect when it is run again. */
export interface Check {
  readonly name: string
  readonly run: (signal: AbortSignal | undefined) => Promise<readonly string[]>
}

export interface PilotComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  /** Agents whose personas evolve by themselves, after a name, in order. */
  readonly enabled: (after?: string) => AsyncIterable<string>
  readonly advance: (
    agent: string,
    options: { readonly model: boolean; readonly signal?: AbortSignal }
  ) => Promise<EvolutionStep>
  readonly checks: readonly Check[]
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number
}

const CursorValue = z.object({ after: z.string() })

const Options = z.strictObject({
  budget: z
    .strictObject({
      agents: z.int().min(1).max(10_000).default(1_000),
      ms: z.number().min(1).default(10_000)
    })
    .prefault({}),
  model: z.boolean().default(false),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<(step: AgentStep) => void>((value) => typeof value === 'function').optional()
})

const CURSOR = 'cursor'

/** Self-improvement of the agents of a node. */
export class Pilot {
  readonly #components: PilotComponents
  readonly #section: Section
  #running: Promise<PassReport> | undefined

  constructor(components: PilotComponents) {
    this.#components = components
    this.#section = components.store.section('pilot')
  }

  /**
   * Runs one pass: for each agent whose evolution is enabled, one step; then the checks of the node.
   * A pass that is asked for while one runs is that one. Throws `HiveError` (ARGUMENT_INVALID).
   *
   * @example
   * ```ts
   * await db.agent.persona.edit({ role: 'You review.', goal: 'Find defects.' })
   * await db.agent.cortex.evolution.enable()
   * const { agents, isComplete } = await db.agent.cortex.selfIterate({ budget: { ms: 1_000 } })
   * console.log(agents, isComplete)
   * ```
   */
  async runSelfImprovementCycle(options: PassOptions = {}): Promise<PassReport> {
    const valid = parse(Options, options, 'selfIterate')
    this.#running ??= this.#pass(valid).finally(() => (this.#running = undefined))
    return this.#running
  }

  async #pass({
    budget,
    model,
    signal,
    onProgress
  }: z.output<typeof Options>): Promise<PassReport> {
    const { elapsed, enabled, advance } = this.#components
    const started = elapsed()
    const isOver = (): boolean => elapsed() - started >= budget.ms
    const steps: AgentStep[] = []
    const after = (await readJson(this.#section, CURSOR, CursorValue))?.after
    let isComplete = true
    for await (const agent of enabled(after)) {
      signal?.throwIfAborted()
      if (steps.length === budget.agents || isOver()) {
        isComplete = false
        break
      }
      const step = await this.#step(agent, () =>
        advance(agent, { model, ...(signal === undefined ? {} : { signal }) })
      )
      signal?.throwIfAborted()
      steps.push(step)
      onProgress?.(step)
    }
    await this.#setCursor(isComplete ? '' : (steps.at(-1)?.agent ?? after ?? ''), after ?? '')
    const checks: CheckReport[] = []
    for (const { name, run } of this.#components.checks) {
      signal?.throwIfAborted()
      if (isOver()) break
      checks.push({ check: name, findings: await run(signal) })
    }
    return { agents: steps, checks, isComplete, ms: elapsed() - started }
  }

  async #step(agent: string, run: () => Promise<EvolutionStep>): Promise<AgentStep> {
    try {
      return { agent, step: await run() }
    } catch (error) {
      return { agent, error: messageOf(error) }
    }
  }

  async #setCursor(after: string, before: string): Promise<void> {
    if (after === before) return
    await this.#components.store.commit([putJson(this.#section, CURSOR, { after })])
  }
}
