/** The evolution of one persona, for its callers. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { applyMutation, MutationSchema, noPersona } from '../personas/index.ts'
import { candidateOf, candidatesOf } from './candidates.ts'
import { MAX_TRIALS, RULE_TAG } from './constants.ts'
import { standingOf, upsides } from './evidence.ts'
import { hiveTurn, supersedes } from './hive-proposals.ts'
import { proposeByModel } from './model-proposal.ts'
import { fromHive, WHY } from './mutation-proposal.ts'
import { baselineOf, nextBaseline } from './progress.ts'
import { trialOf } from './trial.ts'
import { canImprove, countsOf } from './window-test.ts'
import type {
  Persona,
  PersonaMutation,
  PersonaMutationInit,
  PersonaPathChange,
  PersonaVersion,
  VersionConflict
} from '../personas/index.ts'
import type { Standing } from './evidence.ts'
import type { EvolutionComponents, Examined } from './evolution-components.ts'
import type { HiveTurn } from './hive-proposals.ts'
import type { MutationProposal } from './mutation-proposal.ts'
import type { EvolutionSettings, Progress } from './progress.ts'
import type { MutationSource, MutationTrial, Settlement, StoredTrial } from './trial.ts'
import type { Counts } from './window-test.ts'

const Limit = z.int().min(1).max(MAX_TRIALS).default(50)
const HistoryOptions = z.strictObject({ limit: Limit, before: z.int().min(0).optional() })
const Signal = z.instanceof(AbortSignal).optional()
const ProposeOptions = z.strictObject({
  limit: z.int().min(1).max(100).default(10),
  model: z.boolean().default(false),
  signal: Signal
})
const MutateOptions = z.strictObject({
  why: z.string().max(500).optional(),
  force: z.boolean().default(false),
  model: z.boolean().default(false),
  signal: Signal
})
const AdvanceOptions = ProposeOptions.omit({ limit: true })

/** What a mutation would do. */
export interface MutationPreview extends Examined {
  readonly changes: readonly PersonaPathChange[]
}

/** Where the evolution of a persona stands. */
export interface EvolutionState {
  /** Whether the node tries mutations by itself. */
  readonly enabled: boolean
  readonly settings: EvolutionSettings
  /** Outcomes that the next mutation is compared with. */
  readonly baseline: Counts
  /** With the outcomes of this try alone. */
  readonly trial?: MutationTrial
}

/** What one step of the evolution did. */
export interface EvolutionStep {
  /** What became of the trial that ran; `idle` if none did. */
  readonly settled: Settlement
  readonly started?: MutationTrial
  /** Rules that became facts of this node. */
  readonly rules: number
  /** Why no mutation was started. */
  readonly waits?: 'baseline' | 'frozen' | 'nothing-to-improve' | 'nothing-to-try' | 'window'
}

/** What `rollbackToLastStable` did. */
export type StableRollback =
  | { readonly status: 'unchanged' }
  | { readonly status: 'inverted'; readonly trial: MutationTrial }
  | { readonly status: 'rolled-back'; readonly version: PersonaVersion }
  | { readonly status: 'conflict'; readonly conflicts: readonly VersionConflict[] }

/**
 * Directed evolution of a persona: one mutation at a time is applied, observed for a window of
 * sessions, and kept or taken back exactly. Outcomes are those of sessions that ended with success
 * or failure. Nothing happens by itself unless it is enabled for the agent.
 *
 * @example
 * ```ts
 * const { evolution } = db.agent.cortex
 * await db.agent.persona.edit({
 *   role: 'You answer questions.',
 *   goal: 'Be right.',
 *   traits: { terse: { kind: 'flag', value: false, on: 'Answer in one sentence.' } }
 * })
 * const [proposal] = await evolution.propose()
 * console.log(proposal?.mutation, await evolution.advance())
 * ```
 */
export class Evolution {
  readonly #components: EvolutionComponents

  constructor(components: EvolutionComponents) {
    this.#components = components
  }

  /** Throws `HiveError` (PERSONA_UNKNOWN). */
  async state(): Promise<EvolutionState> {
    const progress = await this.#progress()
    const { enabled, settings, trial } = progress
    const [running] =
      trial === undefined ? [] : await this.#trials({ before: trial.number + 1, limit: 1 })
    return {
      enabled,
      settings,
      baseline: countsOf(baselineOf(progress)),
      ...(running === undefined || trial === undefined
        ? {}
        : { trial: { ...running, outcomes: countsOf(trial.outcomes) } })
    }
  }

  /** The node tries mutations by itself, in `selfIterate`. Throws `HiveError` (PERSONA_UNKNOWN). */
  async enable(): Promise<void> {
    await this.#components.store.setEnabled(this.#components.agent, true)
  }

  /** A running trial still ends by its window. Throws `HiveError` (PERSONA_UNKNOWN). */
  async disable(): Promise<void> {
    await this.#components.store.setEnabled(this.#components.agent, false)
  }

  /**
   * Mutations to try next, the most promising first: what the hive's rules choose, then what this
   * node has not tried. With `model`, those of the premium tier come first. Throws `HiveError`
   * (ARGUMENT_INVALID, PERSONA_UNKNOWN).
   */
  async propose(
    options: {
      readonly limit?: number
      readonly model?: boolean
      readonly signal?: AbortSignal
    } = {}
  ): Promise<MutationProposal[]> {
    const { limit, model, signal } = parse(ProposeOptions, options, 'propose')
    return (await this.#proposals(await this.#progress(), { model, signal })).slice(0, limit)
  }

  /**
   * What a mutation would change, and what it contradicts. Throws `HiveError` (ARGUMENT_INVALID,
   * MUTATION_INVALID, PERSONA_UNKNOWN).
   */
  async preview(
    mutation: PersonaMutationInit,
    options: { readonly model?: boolean; readonly signal?: AbortSignal } = {}
  ): Promise<MutationPreview> {
    const valid = parse(MutationSchema, mutation, 'The mutation')
    const asked = parse(AdvanceOptions, options, 'preview')
    const { changes } = applyMutation(await this.#persona(), valid).inverse
    return { changes, ...(await this.#components.examine(valid, asked)) }
  }

  /**
   * Examines a mutation, applies it, and opens its window. One that contradicts a rule or a goal is
   * stored as rejected and not applied, unless `force`. Throws `HiveError` (ARGUMENT_INVALID,
   * MUTATION_INVALID, PERSONA_CHANGED, PERSONA_UNKNOWN, TRIAL_RUNNING).
   */
  async mutate(
    mutation: PersonaMutationInit,
    options: {
      readonly why?: string
      readonly force?: boolean
      readonly model?: boolean
      readonly signal?: AbortSignal
    } = {}
  ): Promise<MutationTrial> {
    const valid = parse(MutationSchema, mutation, 'The mutation')
    const { why, ...how } = parse(MutateOptions, options, 'mutate')
    this.#components.requireActive()
    const tried = {
      mutation: valid,
      source: 'person',
      ...(why === undefined ? {} : { why })
    } as const
    return this.#try(tried, how)
  }

  /**
   * Ends the running trial if its window has decided. Throws nothing for an agent without a trial:
   * its status is `idle`.
   */
  settle(): Promise<Settlement> {
    return this.#components.store.settle(this.#components.agent)
  }

  /**
   * One step: ends the running trial if its window has decided, stores what it showed as a fact, and
   * starts the next mutation if none runs. Throws `HiveError` (ARGUMENT_INVALID, PERSONA_UNKNOWN).
   */
  async advance(
    options: { readonly model?: boolean; readonly signal?: AbortSignal } = {}
  ): Promise<EvolutionStep> {
    const { model, signal } = parse(AdvanceOptions, options, 'advance')
    if (this.#isFrozen()) return { settled: { status: 'idle' }, rules: 0, waits: 'frozen' }
    const { agent, store } = this.#components
    let settled = await this.settle()
    const rules = await this.#learnRules()
    if (settled.status === 'waiting' && (await this.#isSuperseded(settled.trial))) {
      settled = await store.settle(agent, 'superseded')
    }
    const step = { settled, rules }
    if (settled.status === 'waiting') return { ...step, waits: 'window' }
    const progress = await this.#progress()
    const baseline = nextBaseline(progress)
    if (baseline === undefined) return { ...step, waits: 'baseline' }
    const { outcomes, isProvisional } = baseline
    if (!canImprove(outcomes)) return { ...step, waits: 'nothing-to-improve' }
    const asked = { model: model && !isProvisional, signal }
    const proposals = await this.#proposals({ ...progress, baseline: outcomes }, asked)
    for (const proposal of proposals) {
      signal?.throwIfAborted()
      if (isProvisional && proposal.source !== 'hive') return { ...step, waits: 'baseline' }
      const trial = await this.#try({ ...proposal, isProvisional }, { ...asked, force: false })
      if (trial.status === 'running') return { ...step, started: trial }
    }
    return { ...step, waits: 'nothing-to-try' }
  }

  /** Trials, the latest first; at most `limit` (default 50), older than `before`. */
  async getMutationHistory(
    options: { readonly limit?: number; readonly before?: number } = {}
  ): Promise<MutationTrial[]> {
    const { limit, before } = parse(HistoryOptions, options, 'getMutationHistory')
    return this.#trials({ limit, ...(before === undefined ? {} : { before }) })
  }

  /**
   * Takes the running trial back; without one, makes the last version current again that a trial
   * left, if a person has changed the persona since. Throws `HiveError` (PERSONA_UNKNOWN).
   */
  async rollbackToLastStable(options: { readonly why?: string } = {}): Promise<StableRollback> {
    const { agent, store, persona } = this.#components
    const settled = await store.settle(agent, 'rolled-back')
    if (settled.status === 'conflict') return { status: 'conflict', conflicts: settled.conflicts }
    if (settled.status === 'inverted') return { status: 'inverted', trial: settled.trial }
    const [kept] = (await this.#trials({ limit: MAX_TRIALS })).filter(
      ({ status }) => status === 'kept'
    )
    const head = await persona.version()
    const stable = kept?.version
    if (stable === undefined || stable === head) return { status: 'unchanged' }
    const changes = await persona.diff(stable)
    if (changes.length === 0) return { status: 'unchanged' }
    return { status: 'rolled-back', version: await persona.rollback(stable, options) }
  }

  /** A trial of a frozen agent waits: nothing is stored, nothing is taken back. */
  #isFrozen(): boolean {
    try {
      this.#components.requireActive()
      return false
    } catch (error) {
      if (error instanceof HiveError && error.code === 'AGENT_FROZEN') return true
      throw error
    }
  }

  async #try(
    { mutation, source, why, hiveRule, isProvisional }: Tried,
    { force, ...how }: TryOptions
  ): Promise<MutationTrial> {
    const { agent, store, persona, examine } = this.#components
    const version = await persona.version()
    // Throws for a mutation that does not fit, before anything is stored.
    applyMutation(await this.#persona(), mutation)
    const tried = { mutation, source, version, why, hiveRule, isProvisional }
    if (!force) {
      const { verdict, findings } = await examine(mutation, how)
      if (verdict === 'contradiction') return trialOf(await store.reject(agent, tried, findings))
    }
    return trialOf(await store.start(agent, tried))
  }

  async #proposals(
    progress: Progress,
    { model, signal }: { readonly model: boolean; readonly signal: AbortSignal | undefined }
  ): Promise<MutationProposal[]> {
    const { agent, skills, models, journal } = this.#components
    const persona = await this.#persona()
    const { trials, standing, turn } = await this.#hiveTurn(persona, progress)
    const { proposal: chosen, isFirst } = turn
    const standingOfMutation = (mutation: PersonaMutation): Standing => {
      const candidate = candidateOf(persona, mutation)
      return candidate === undefined ? 'excluded' : standing(candidate.key)
    }
    const hive = chosen === undefined ? [] : [fromHive(chosen)]
    const isChosen = (key: string): boolean => chosen?.keys.includes(key) === true
    const { step } = progress.settings
    const candidates = candidatesOf(persona, { step, skills: skills() }, agent)
    const upside = upsides(trials, progress)
    const ownIn = (wanted: Standing): MutationProposal[] =>
      candidates
        .filter(({ key }) => standing(key) === wanted && !isChosen(key))
        .toSorted((a, b) => upside(b.key) - upside(a.key))
        .map(({ mutation }) => ({ mutation, source: 'mechanical', why: WHY[wanted] }))
    const untested = ownIn('untested')
    const asked = model
      ? await proposeByModel(models, persona, await journal.summary(), signal)
      : undefined
    const byModel = (asked ?? [])
      .filter(({ mutation }) => standingOfMutation(mutation) !== 'excluded')
      .map((each): MutationProposal => ({ ...each, source: 'model' }))
    const first = isFirst ? [...hive, ...untested] : [...untested, ...hive]
    return [...byModel, ...first, ...ownIn('earlier'), ...ownIn('retest')]
  }

  async #hiveTurn(persona: Persona, progress: Progress): Promise<Considered> {
    const { agent, store, now, rules } = this.#components
    const stored = await store.trials(agent, { limit: MAX_TRIALS })
    const trials = stored.filter(({ status }) => status !== 'running')
    const standing = standingOf(trials, progress, now())
    const known = { trials, progress, now: now() }
    const turn = hiveTurn({ persona, rules: await rules(), standing }, known)
    return { trials, standing, turn }
  }

  /** By rules for the persona as it was before the trial. */
  async #isSuperseded(trial: MutationTrial): Promise<boolean> {
    const persona = await this.#components.persona.at((trial.version ?? 1) - 1)
    if (persona === undefined || trial.source !== 'mechanical') return false
    const { turn } = await this.#hiveTurn(persona, await this.#progress())
    return supersedes(turn, trial)
  }

  async #learnRules(): Promise<number> {
    const { agent, store, learn, contradict } = this.#components
    const pending = await store.pendingRules(agent)
    if (pending.length === 0) return 0
    let learned = 0
    for (const { trial, rule } of pending) {
      if (trial.status === 'inverted' && trial.hiveRule !== undefined) {
        await contradict(trial.hiveRule)
      } else if (rule !== undefined) {
        // Storing a fact again changes nothing, so a crash between the two repeats it.
        await learn(rule, trial.probability ?? 0, [RULE_TAG])
        learned += 1
      }
    }
    await store.removePending(
      agent,
      pending.map(({ trial }) => trial.number)
    )
    return learned
  }

  async #trials(range: {
    readonly before?: number
    readonly limit: number
  }): Promise<MutationTrial[]> {
    const { agent, store } = this.#components
    return (await store.trials(agent, range)).map((trial) => trialOf(trial))
  }

  async #progress(): Promise<Progress> {
    const { agent, store } = this.#components
    const progress = await store.progress(agent)
    if (progress === undefined) throw noPersona(agent)
    return progress
  }

  async #persona(): Promise<Persona> {
    const persona = await this.#components.persona.get()
    if (persona === undefined) throw noPersona(this.#components.agent)
    return persona
  }
}

interface Considered {
  /** Those that have ended. */
  readonly trials: readonly StoredTrial[]
  readonly standing: (key: string) => Standing
  readonly turn: HiveTurn
}

interface TryOptions {
  readonly force: boolean
  readonly model: boolean
  readonly signal?: AbortSignal
}

type Tried = Pick<MutationProposal, 'hiveRule' | 'mutation'> & {
  readonly source: MutationSource
  readonly why?: string
  readonly isProvisional?: boolean
}
