/** `cortex.capabilities`: the skills of the node, for one agent. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { SandboxError } from '../sandbox/index.ts'
import { displaySkill } from './capability.ts'
import {
  BeginSchema,
  ManualStatus,
  CallSchema,
  ChoiceSchema,
  DiscoverySchema,
  FailuresSchema,
  FindSchema,
  ListSchema,
  OutcomeSchema,
  ReasonSchema
} from './capability-options.ts'
import { discover } from './discovery.ts'
import { afterBlacklisting, afterPardon, afterTrigger } from './lifecycle/lifecycle.ts'
import { lineageOf } from './lineage.ts'
import { assertUsable, findSkill } from './named-skills.ts'
import { RunOptions } from './running/run-options.ts'
import { Trials } from './running/trials.ts'
import { Selection } from './selection.ts'
import { identifySkill } from './skill-identity.ts'
import type { Json } from '../sandbox/index.ts'
import type { Capability, CapabilityDetails, PreWarmedSkill } from './capability.ts'
import type {
  BeginOptions,
  CallOptions,
  FailureOptions,
  FindOptions,
  ListOptions,
  OutcomeInit
} from './capability-options.ts'
import type { DiscoveryComponents, DiscoveryOptions, DiscoveryReport } from './discovery.ts'
import type { Ranking } from './evidence/competition.ts'
import type { AddedSkill, SkillRegistration } from './lifecycle/skill-registration.ts'
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { Lineage } from './lineage.ts'
import type { SkillRunner, TestReport } from './running/skill-runner.ts'
import type { CapabilityRun } from './running/trials.ts'
import type { FoundCapability, SelectionComponents } from './selection.ts'
import type { SkillIndex } from './skill-index.ts'
import type { SkillInit } from './skill-identity.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'
import type { Provenance, SkillFailure, Transition } from './store/skill-values.ts'

export interface CapabilitiesComponents extends SelectionComponents {
  readonly store: SkillStore
  readonly registration: SkillRegistration
  readonly runner: SkillRunner
  readonly index: Pick<SkillIndex, 'find' | 'remove'>
  readonly now: () => number
  readonly discovery: Omit<DiscoveryComponents, 'agent' | 'registration' | 'runner' | 'store'>
  /** Retracts this node's votes on a skill; false if there is none. */
  readonly withdraw: (id: string) => Promise<boolean>
  readonly permit: AgentPermit
}

/** What the agent may do with skills. */
export interface AgentPermit {
  /** Who adds skills. */
  readonly agent: string
  /** Throws if the agent is frozen. */
  assertActive(): void
  /** Counts a run; throws if the agent is frozen, or has no run left. */
  run(): Promise<void>
}

/** The result of removing a skill. */
export interface RemovedSkill {
  readonly id: string
  readonly name: string
  /** Whether this node's vote on the published skill was retracted. */
  readonly retracted: boolean
  /** Whether it was blacklisted; it would be blacklisted again if it came back. */
  readonly blacklisted: boolean
}

/**
 * The skills of this node. A skill runs in a sandbox that reaches nothing but what it is granted.
 *
 * @example
 * ```ts
 * const { capabilities } = db.agent.cortex
 * const { id, status } = await capabilities.registerCapability({
 *   name: 'text-length',
 *   description: 'Counts the UTF-16 units of a text.',
 *   kind: 'code',
 *   source: 'export default (text) => text.length',
 *   tests: [{ input: 'four', output: 4 }]
 * })
 * const { output, transition } = await capabilities.invoke(id, 'a text')
 * ```
 */
export class Capabilities {
  readonly #components: CapabilitiesComponents
  readonly #selection: Selection
  readonly #trials: Trials

  constructor(components: CapabilitiesComponents) {
    this.#components = components
    this.#selection = new Selection(components)
    this.#trials = new Trials(components)
  }

  /**
   * Stores a skill and runs its declared tests. If it has tests and all pass, it is on trial
   * (`experimental`). A prompt without tests is usable at once, untested: its uses decide.
   * Registering the same skill again changes nothing. Throws `HiveError` (ARGUMENT_INVALID,
   * LIMIT_EXCEEDED) or `SandboxError` (SKILL_INVALID).
   */
  registerCapability(init: SkillInit, options?: CallOptions): Promise<AddedSkill> {
    return this.#register(() => identifySkill(init), 'local', options)
  }

  /**
   * Registers the skill of a folder with a SKILL.md, as `registerCapability` does. Throws
   * `HiveError` (SKILL_FOLDER) too.
   */
  async importFolder(path: string, options?: CallOptions): Promise<AddedSkill> {
    const { readSkillFolder, sourceIn } = await import('./skill-folder.ts')
    const skill = await readSkillFolder(path)
    try {
      return await this.#register(() => skill, 'folder', options)
    } catch (cause) {
      if (!(cause instanceof SandboxError && cause.code === 'SKILL_INVALID')) throw cause
      throw new SandboxError('SKILL_INVALID', `${sourceIn(path)}: ${cause.message}`, { cause })
    }
  }

  /**
   * Writes SKILL.md and its files. Throws `HiveError` (SKILL_FOLDER) if the folder has a SKILL.md.
   */
  async exportFolder(idOrName: string, path: string): Promise<void> {
    const { skill } = this.#requireSkill(idOrName)
    const { writeSkillFolder } = await import('./skill-folder.ts')
    await writeSkillFolder(skill, path)
  }

  /** All skills of one status, by name. */
  getCapabilitiesByStatus(status: SkillStatus): Promise<Capability[]> {
    return this.list({ status })
  }

  /** All skills by name; with `text`, those with the text in name or description. */
  async list(options?: ListOptions): Promise<Capability[]> {
    return this.#selection.list(parse(ListSchema, options, 'capabilities.list'))
  }

  /** A skill by its id, or the best one of a name. Throws `HiveError` (SKILL_UNKNOWN). */
  async get(idOrName: string): Promise<CapabilityDetails> {
    const known = this.#requireSkill(idOrName)
    const documentation = await this.#components.store.documentation(known.id)
    return { ...this.#selection.describe(known), skill: displaySkill(known), documentation }
  }

  /** Ancestors and descendants of a skill. Throws `HiveError` (SKILL_UNKNOWN). */
  async lineage(idOrName: string): Promise<Lineage> {
    return lineageOf(this.#components.store, this.#requireSkill(idOrName).id)
  }

  /** The last 100 changes of status, oldest first, each with its reason and evidence. */
  async history(idOrName: string): Promise<Transition[]> {
    return this.#components.store.history(this.#requireSkill(idOrName).id)
  }

  /**
   * Runs a skill on an input and records the run as a trial. A valid output is a success; an error
   * of the skill (a throw, a limit, an output outside its schema) is a failure. Only the caller
   * knows whether a valid output was useful: pass `record: 'later'`, then call `recordOutcome` with
   * the id of the run.
   *
   * Throws `HiveError` (AGENT_FROZEN, LIMIT_EXCEEDED, SKILL_UNKNOWN, SKILL_STATUS, SKILL_FAILED,
   * ARGUMENT_INVALID), `SandboxError` or `ModelError`.
   */
  async invoke(idOrName: string, input: Json, options: RunOptions = {}): Promise<CapabilityRun> {
    const settings = parse(RunOptions, options, 'capabilities.invoke')
    this.#components.permit.assertActive()
    return this.#trials.run(this.#requireUsable(idOrName), input, settings)
  }

  /** Runs the declared tests again; an untested skill that passes them is on trial from then on. */
  async test(idOrName: string, options?: CallOptions): Promise<TestReport> {
    const { signal } = parse(CallSchema, options, 'capabilities.test')
    const { registration, runner, permit } = this.#components
    permit.assertActive()
    return registration.test(this.#requireSkill(idOrName).id, runner, signal)
  }

  /**
   * Announces a use whose outcome `recordOutcome` reports later; returns the id of the run. Later
   * uses do not promote the skill before that outcome is known. A run that is not reported within
   * an hour counts as a failure against promotion, and not against the skill otherwise.
   */
  async beginRun(idOrName: string, options?: BeginOptions): Promise<string> {
    const settings = parse(BeginSchema, options, 'capabilities.beginRun')
    this.#components.permit.assertActive()
    const usable = this.#requireUsable(idOrName)
    await this.#components.permit.run()
    return this.#trials.begin(usable, settings)
  }

  /**
   * Counts a use of a skill as a trial, once for each run id. Returns the change of status, if there
   * is one.
   */
  async recordOutcome(idOrName: string, outcome: OutcomeInit): Promise<Transition | undefined> {
    const parsed = parse(OutcomeSchema, outcome, 'capabilities.recordOutcome')
    const { ok, error = 'The use failed; no error was given.', ...use } = parsed
    this.#components.permit.assertActive()
    const known = this.#requireUsable(idOrName)
    return ok ? this.#trials.succeeded(known, use) : this.#trials.failed(known, { ...use, error })
  }

  /** Whether the outcome of a run was reported; a later report changes nothing. */
  isReported(idOrName: string, run: string): boolean {
    return this.#components.store.isReported(this.#requireSkill(idOrName).id, run)
  }

  /**
   * Skills for a purpose, best first. Untested and blacklisted ones only if `status` names them,
   * but for prompts without tests that were added on this node.
   */
  async find(goal: string, options?: FindOptions): Promise<FoundCapability[]> {
    const settings = parse(FindSchema, options, 'capabilities.find')
    return this.#selection.find(parse(z.string(), goal, 'capabilities.find'), settings)
  }

  /**
   * Chooses one of several skills by Thompson sampling: mostly the best, at times another that may
   * prove better. Chooses among the given ids or names, or among the best ten for a goal. Returns
   * undefined if there are none.
   */
  async choose(idsOrGoal: string | readonly string[]): Promise<Capability | undefined> {
    return this.#selection.choose(parse(ChoiceSchema, idsOrGoal, 'capabilities.choose'))
  }

  /** The best of the usable skills of its name or lineage, and the best of the others. */
  async rank(idOrName: string): Promise<Ranking> {
    return this.#selection.rank(this.#requireSkill(idOrName).id)
  }

  /** The skills of its name or lineage, itself among them, by their lower bounds, the best first. */
  async competitors(idOrName: string): Promise<Capability[]> {
    return this.#selection.competitors(this.#requireSkill(idOrName).id)
  }

  /** Skills that are ready to run before their promotion, the nearest to it first. */
  async getPreWarmedSkills(): Promise<PreWarmedSkill[]> {
    return this.#selection.preWarmed()
  }

  /**
   * Makes a skill on trial ready to run, regardless of its prediction; without an id, the most
   * promising one that is not ready. Returns undefined if there is none. Throws `HiveError`
   * (SKILL_STATUS) if it is not on trial.
   */
  async triggerPreWarm(idOrName?: string): Promise<Transition | undefined> {
    const { store } = this.#components
    if (idOrName !== undefined) {
      return store.apply(this.#requireUsable(idOrName).id, afterTrigger)
    }
    const [best] = (await this.list({ status: 'experimental' })).toSorted(
      (one, other) => other.predictedPromotion - one.predictedPromotion
    )
    return best === undefined ? undefined : store.apply(best.id, afterTrigger)
  }

  /**
   * Changes the status by hand, for a reason that is stored. `blacklisted`: this node never uses
   * the skill again, and disputes it if it is published. `sandbox`: undoes a blacklisting and its
   * dispute; the skill is untested and its earlier trials no longer count. Tests and evidence
   * decide every other status. Returns undefined if nothing changes. Throws `HiveError`
   * (ARGUMENT_INVALID, SKILL_UNKNOWN).
   */
  async updateCapabilityStatus(
    idOrName: string,
    status: 'blacklisted' | 'sandbox',
    reason: string
  ): Promise<Transition | undefined> {
    const after =
      parse(ManualStatus, status, 'capabilities.updateCapabilityStatus') === 'sandbox'
        ? afterPardon
        : afterBlacklisting
    const text = parse(ReasonSchema, reason, 'capabilities.updateCapabilityStatus')
    const { id } = this.#requireSkill(idOrName)
    return this.#components.store.apply(id, (lifecycle) => after(lifecycle, text))
  }

  /**
   * Removes a skill from this node: from search and sandbox, with its evidence, failures and
   * documentation. If it was published, this node's vote is retracted; copies elsewhere and votes
   * of others stay. A blacklisted skill stays marked, and disputed by this node. Throws `HiveError`
   * (SKILL_UNKNOWN).
   */
  async remove(idOrName: string): Promise<RemovedSkill> {
    const { index, store, withdraw } = this.#components
    const { id, skill, lifecycle } = this.#requireSkill(idOrName)
    const blacklisted = lifecycle.status === 'blacklisted'
    const retracted = !blacklisted && (await withdraw(id))
    await store.remove(id)
    index.remove(id)
    return { id, name: skill.name, retracted, blacklisted }
  }

  /**
   * Failures of skills, newest first; the last 20 of each skill are stored. At most `limit`,
   * default 100.
   */
  async failures(options?: FailureOptions): Promise<SkillFailure[]> {
    const { since, skill, limit } = parse(FailuresSchema, options, 'capabilities.failures')
    const id = skill === undefined ? undefined : this.#requireSkill(skill).id
    const all = await this.#components.store.failures(since?.getTime() ?? 0, id)
    return all.slice(0, limit)
  }

  /**
   * Repairs failing skills from their recorded failures: by a model if one answers, else by small
   * changes of the source. A result that passes its parent's tests and handles inputs at which the
   * parent failed becomes a new skill, with the parent in its lineage. It is on trial like any
   * other.
   */
  async discoverAndSynthesize(options?: DiscoveryOptions): Promise<DiscoveryReport> {
    const { registration, discovery, runner, store, permit } = this.#components
    const parsed = parse(DiscoverySchema, options, 'capabilities.discoverAndSynthesize')
    permit.assertActive()
    const { agent } = permit
    return discover({ ...discovery, agent, registration, runner, store }, parsed)
  }

  async #register(
    identify: () => ReturnType<typeof identifySkill>,
    from: Provenance['from'],
    options: CallOptions | undefined
  ): Promise<AddedSkill> {
    const { signal } = parse(CallSchema, options, 'capabilities.registerCapability')
    const { registration, runner, permit } = this.#components
    permit.assertActive()
    return registration.register(identify(), { from }, { runner, agent: permit.agent, signal })
  }

  #requireSkill(idOrName: string): KnownSkill {
    return findSkill(this.#components.store, idOrName)
  }

  #requireUsable(idOrName: string): KnownSkill {
    const known = this.#requireSkill(idOrName)
    assertUsable(known)
    return known
  }
}
