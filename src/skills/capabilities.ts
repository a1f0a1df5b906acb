/** `cortex.capabilities`: the skills of the node, at an agent's hand. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import {
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
import { readSkillFolder, writeSkillFolder } from './skill-folder.ts'
import { identifySkill } from './skill-identity.ts'
import type { Json } from '../sandbox/index.ts'
import type { Capability, CapabilityDetails, PreWarmedSkill } from './capability.ts'
import type {
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
  readonly discovery: Omit<DiscoveryComponents, 'registration' | 'runner' | 'store'>
  /** Takes back what this node says of a skill to the swarm; false for nothing. */
  readonly withdraw: (id: string) => Promise<boolean>
}

/** What became of a skill that was removed. */
export interface RemovedSkill {
  readonly id: string
  readonly name: string
  /** Whether this node's vote on the published skill was taken back. */
  readonly retracted: boolean
  /** It was blacklisted, and would come back as that. */
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
   * Keeps a skill and runs its declared tests; with at least one, and when all pass, it is on trial
   * (`experimental`). The same skill again changes nothing. Throws `HiveError` (ARGUMENT_INVALID,
   * LIMIT_EXCEEDED) or `SandboxError` (SKILL_INVALID).
   */
  registerCapability(init: SkillInit, options?: CallOptions): Promise<AddedSkill> {
    return this.#register(() => identifySkill(init), 'local', options)
  }

  /** The skill of a folder with a SKILL.md; as `registerCapability`, and throws `HiveError` (SKILL_FOLDER). */
  async importFolder(path: string, options?: CallOptions): Promise<AddedSkill> {
    const skill = await readSkillFolder(path)
    return this.#register(() => skill, 'folder', options)
  }

  /** Writes SKILL.md and what belongs to it; throws `HiveError` (SKILL_FOLDER) when there is one. */
  async exportFolder(idOrName: string, path: string): Promise<void> {
    await writeSkillFolder(this.#requireSkill(idOrName).skill, path)
  }

  /** All of one status, by name. */
  getCapabilitiesByStatus(status: SkillStatus): Promise<Capability[]> {
    return this.list({ status })
  }

  /** By name; with `text`, those whose name or description has it. */
  async list(options?: ListOptions): Promise<Capability[]> {
    return this.#selection.list(parse(ListSchema, options, 'capabilities.list'))
  }

  /** By id, or by name: the best of that name. Throws `HiveError` (SKILL_UNKNOWN). */
  async get(idOrName: string): Promise<CapabilityDetails> {
    const known = this.#requireSkill(idOrName)
    const documentation = await this.#components.store.documentation(known.id)
    return { ...this.#selection.describe(known), skill: known.skill, documentation }
  }

  /** Ancestors and descendants of a skill. Throws `HiveError` (SKILL_UNKNOWN). */
  async lineage(idOrName: string): Promise<Lineage> {
    return lineageOf(this.#components.store, this.#requireSkill(idOrName).id)
  }

  /** Changes of status, oldest first, each with its reason and evidence; the last 100. */
  async history(idOrName: string): Promise<Transition[]> {
    return this.#components.store.history(this.#requireSkill(idOrName).id)
  }

  /**
   * Runs a skill on an input. The run is recorded as a trial: a valid output is a success, what the
   * skill does wrong (a throw, a limit, an output that is not what it declares) a failure. Whether a
   * valid output was of use only the caller knows: `record: false`, then `recordOutcome`.
   *
   * Throws `HiveError` (SKILL_UNKNOWN, SKILL_STATUS, SKILL_FAILED, ARGUMENT_INVALID), `SandboxError` or
   * `ModelError`.
   */
  async invoke(idOrName: string, input: Json, options: RunOptions = {}): Promise<CapabilityRun> {
    const settings = parse(RunOptions, options, 'capabilities.invoke')
    return this.#trials.run(this.#requireUsable(idOrName), input, settings)
  }

  /** Runs the declared tests again; what is untested and passes them is on trial from then on. */
  async test(idOrName: string, options?: CallOptions): Promise<TestReport> {
    const { signal } = parse(CallSchema, options, 'capabilities.test')
    const { registration, runner } = this.#components
    return registration.test(this.#requireSkill(idOrName).id, runner, signal)
  }

  /** Counts a use of a skill as a trial; the change of status that it led to, if it did. */
  async recordOutcome(idOrName: string, outcome: OutcomeInit): Promise<Transition | undefined> {
    const { ok, input, error } = parse(OutcomeSchema, outcome, 'capabilities.recordOutcome')
    const { id } = this.#requireUsable(idOrName)
    if (ok) return this.#trials.succeeded(id)
    return this.#trials.failed(id, { input, error: error ?? 'The skill was of no use.' })
  }

  /** Skills for a purpose, best first; untested and blacklisted ones only when `status` names them. */
  async find(goal: string, options?: FindOptions): Promise<FoundCapability[]> {
    const settings = parse(FindSchema, options, 'capabilities.find')
    return this.#selection.find(parse(z.string(), goal, 'capabilities.find'), settings)
  }

  /**
   * Which of several skills to use now, by Thompson sampling: mostly the best, at times one that may
   * turn out better. Of those given by id or name, or of the best ten for a goal. Undefined without any.
   */
  async choose(idsOrGoal: string | readonly string[]): Promise<Capability | undefined> {
    return this.#selection.choose(parse(ChoiceSchema, idsOrGoal, 'capabilities.choose'))
  }

  /** Among the usable skills of its name or its lineage: the best, and the best of the others. */
  async rank(idOrName: string): Promise<Ranking> {
    return this.#selection.rank(this.#requireSkill(idOrName).id)
  }

  /** Skills made ready before their promotion, the nearest first. */
  async getPreWarmedSkills(): Promise<PreWarmedSkill[]> {
    return this.#selection.preWarmed()
  }

  /**
   * Has a skill on trial made ready whatever is predicted; without an id, the most promising that is
   * not. Undefined when there is none. Throws `HiveError` (SKILL_STATUS) when it is not on trial.
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
   * By hand, for a reason that is kept. `blacklisted`: it is never used again on this node, which disputes
   * it in the swarm where it is published. `sandbox`: takes a blacklisting back, and that dispute; the skill
   * is untested, and what it did before counts no longer. All else is decided by tests and evidence.
   * Undefined where nothing changes. Throws `HiveError` (ARGUMENT_INVALID, SKILL_UNKNOWN).
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
   * Takes a skill from this node: out of search and the sandbox, with its evidence, failures and
   * documentation. What of it was published loses this node's vote; copies elsewhere stay, and votes of
   * others. One that was blacklisted keeps its mark, and this node's dispute. Throws `HiveError`
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

  /** Failures of skills, newest first, of which the last 20 of each are kept; 100 unless told. */
  async failures(options?: FailureOptions): Promise<SkillFailure[]> {
    const { since, skill, limit } = parse(FailuresSchema, options, 'capabilities.failures')
    const id = skill === undefined ? undefined : this.#requireSkill(skill).id
    const all = await this.#components.store.failures(since?.getTime() ?? 0, id)
    return all.slice(0, limit)
  }

  /**
   * Looks at what failed, and makes skills of those that fail: by a model where one answers, by small
   * changes of the source otherwise. What passes its parent's tests, and takes inputs at which the
   * parent failed, is added as a new skill with the parent in its lineage, on trial like any other.
   */
  discoverAndSynthesize(options?: DiscoveryOptions): Promise<DiscoveryReport> {
    const { registration, discovery, runner, store } = this.#components
    const parsed = parse(DiscoverySchema, options, 'capabilities.discoverAndSynthesize')
    return discover({ ...discovery, registration, runner, store }, parsed)
  }

  async #register(
    identify: () => ReturnType<typeof identifySkill>,
    from: Provenance['from'],
    options: CallOptions | undefined
  ): Promise<AddedSkill> {
    const { signal } = parse(CallSchema, options, 'capabilities.registerCapability')
    const { registration, runner } = this.#components
    return registration.register(identify(), { from }, runner, signal)
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
