/** `cortex.capabilities`: the skills of the node, at an agent's hand. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { canonicalJson } from '../sandbox/index.ts'
import {
  ByHand,
  Calling,
  Choice,
  Discovering,
  Failures,
  Finding,
  Listing,
  Outcome,
  Reason
} from './capability-options.ts'
import { capabilityOf } from './capability.ts'
import { MAX_SAMPLE_LENGTH } from './constants.ts'
import { discover } from './discovery.ts'
import { ranked, sampled } from './evidence/competition.ts'
import {
  afterBlacklisting,
  afterPardon,
  afterOutcome,
  afterTrigger
} from './lifecycle/lifecycle.ts'
import { competitorsOf, lineageOf } from './lineage.ts'
import { gaveOf, receiptOf } from './running/receipts.ts'
import { RunOptions } from './running/run-options.ts'
import { readSkillFolder, writeSkillFolder } from './skill-folder.ts'
import { isOwnFailure } from './running/skill-runner.ts'
import { assertUsable, competitorOf, namedSkill, USABLE } from './named-skills.ts'
import { identifySkill } from './skill.ts'
import type { AddedSkill, SkillAdmission } from './lifecycle/admission.ts'
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
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { Lineage } from './lineage.ts'
import type { PreWarming } from './lifecycle/pre-warming.ts'
import type { KeptReceipt } from './running/receipts.ts'
import type { SkillFailure, Provenance, Transition } from './store/skill-records.ts'
import type { FailureSample } from './store/skill-journal.ts'
import type { SkillIndex } from './skill-index.ts'
import type { SkillRun, SkillRunner, TestReport } from './running/skill-runner.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'
import type { SkillInit } from './skill.ts'

export interface CapabilitiesComponents {
  readonly store: SkillStore
  readonly admission: SkillAdmission
  readonly runner: SkillRunner
  readonly index: Pick<SkillIndex, 'find' | 'remove'>
  readonly preWarming: Pick<PreWarming, 'warmedAt'>
  readonly discovery: Omit<DiscoveryComponents, 'admission' | 'runner' | 'store'>
  readonly random: () => number
  /** Takes back what this node says of a skill to the swarm; false for nothing. */
  readonly withdraw: (id: string) => Promise<boolean>
}

export interface FoundCapability {
  readonly capability: Capability
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}

/** The result of a run, and what it was for the skill. */
export interface CapabilityRun extends SkillRun {
  readonly id: string
  /** Whether it counts as a trial. */
  readonly recorded: boolean
  /** The change of status that it led to, if it did. */
  readonly transition: Transition | undefined
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

export class Capabilities {
  readonly #components: CapabilitiesComponents

  constructor(components: CapabilitiesComponents) {
    this.#components = components
  }

  /**
   * Keeps a skill and runs its declared tests; with at least one, and when all pass, it is on trial
   * (`experimental`). The same skill again changes nothing. Throws `HiveError` (ARGUMENT_INVALID,
   * LIMIT_EXCEEDED) or `SandboxError` (SKILL_INVALID).
   */
  registerCapability(init: SkillInit, options?: CallOptions): Promise<AddedSkill> {
    return this.#admit(() => identifySkill(init), 'local', options)
  }

  /** The skill of a folder with a SKILL.md; as `registerCapability`, and throws `HiveError` (SKILL_FOLDER). */
  async importFolder(path: string, options?: CallOptions): Promise<AddedSkill> {
    const skill = await readSkillFolder(path)
    return this.#admit(() => skill, 'folder', options)
  }

  /** Writes SKILL.md and what belongs to it; throws `HiveError` (SKILL_FOLDER) when there is one. */
  async exportFolder(idOrName: string, path: string): Promise<void> {
    await writeSkillFolder(this.#known(idOrName).skill, path)
  }

  /** All of one status, by name. */
  getCapabilitiesByStatus(status: SkillStatus): Promise<Capability[]> {
    return this.list({ status })
  }

  /** By name; with `text`, those whose name or description has it. */
  async list(options?: ListOptions): Promise<Capability[]> {
    const { status, text, limit } = parse(Listing, options, 'capabilities.list')
    const part = text?.toLowerCase() ?? ''
    const skills = [...this.#components.store.all()].filter(
      ({ skill, standing }) =>
        (status === undefined || standing.status === status) &&
        (skill.name.includes(part) || skill.description.toLowerCase().includes(part))
    )
    return skills
      .toSorted(
        (one, other) => compare(one.skill.name, other.skill.name) || compare(one.id, other.id)
      )
      .slice(0, limit)
      .map((known) => this.#tell(known))
  }

  /** By id, or by name: the best of that name. Throws `HiveError` (SKILL_UNKNOWN). */
  async get(idOrName: string): Promise<CapabilityDetails> {
    const known = this.#known(idOrName)
    const documentation = await this.#components.store.documentation(known.id)
    return { ...this.#tell(known), skill: known.skill, documentation }
  }

  async lineage(idOrName: string): Promise<Lineage> {
    return lineageOf(this.#components.store, this.#known(idOrName).id)
  }

  /** Changes of status, oldest first, each with its reason and evidence; the last 100. */
  async history(idOrName: string): Promise<Transition[]> {
    return this.#components.store.history(this.#known(idOrName).id)
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
    const { record, ...settings } = parse(RunOptions, options, 'capabilities.invoke')
    const { store, runner } = this.#components
    const { id, skill } = this.#usable(idOrName)
    let run: SkillRun
    try {
      run = await runner.run(skill, input, settings)
    } catch (error) {
      if (record && isOwnFailure(error)) {
        const receipt = await this.#receiptOf(skill, input, settings, gaveOf(error))
        await this.#fail(id, { input, error: error.message, receipt })
      }
      throw error
    }
    const recorded = record && !run.offline
    const transition = recorded
      ? await store.apply(id, (before) => afterOutcome(before, true), {
          receipt: await this.#receiptOf(skill, input, settings, run.outputHash)
        })
      : undefined
    return { ...run, id, recorded, transition }
  }

  /** Runs the declared tests again; what is untested and passes them is on trial from then on. */
  async test(idOrName: string, options?: CallOptions): Promise<TestReport> {
    const { signal } = parse(Calling, options, 'capabilities.test')
    const { admission, runner } = this.#components
    return admission.test(this.#known(idOrName).id, runner, signal)
  }

  /** Counts a use of a skill as a trial; the change of status that it led to, if it did. */
  async recordOutcome(idOrName: string, outcome: OutcomeInit): Promise<Transition | undefined> {
    const { ok, input, error } = parse(Outcome, outcome, 'capabilities.recordOutcome')
    const { id } = this.#usable(idOrName)
    if (!ok) return this.#fail(id, { input, error: error ?? 'The skill was of no use.' })
    return this.#components.store.apply(id, (before) => afterOutcome(before, true))
  }

  /** Skills for a purpose, best first; untested and blacklisted ones only when `status` names them. */
  async find(goal: string, options?: FindOptions): Promise<FoundCapability[]> {
    const { limit, status } = parse(Finding, options, 'capabilities.find')
    const wanted: ReadonlySet<SkillStatus> = status === undefined ? USABLE : new Set(status)
    const found: FoundCapability[] = []
    for (const { id, score } of await this.#components.index.find(
      parse(z.string(), goal, 'capabilities.find')
    )) {
      const known = this.#components.store.get(id)
      if (known === undefined || !wanted.has(known.standing.status)) continue
      found.push({ capability: this.#tell(known), score })
      if (found.length === limit) break
    }
    return found
  }

  /**
   * Which of several skills to use now, by Thompson sampling: mostly the best, at times one that may
   * turn out better. Of those given by id or name, or of the best ten for a goal. Undefined without any.
   */
  async choose(idsOrGoal: string | readonly string[]): Promise<Capability | undefined> {
    const given = parse(Choice, idsOrGoal, 'capabilities.choose')
    const skills = (
      typeof given === 'string'
        ? (await this.find(given)).map(({ capability }) => capability.id)
        : given
    )
      .map((id) => this.#known(id))
      .filter(({ standing }) => USABLE.has(standing.status))
    const id = sampled(skills.map(competitorOf), this.#components.random)
    return id === undefined ? undefined : this.#tell(this.#known(id))
  }

  /** Among the usable skills of its name or its lineage: the best, and the best of the others. */
  async rank(idOrName: string): Promise<Ranking> {
    return this.#rank(this.#known(idOrName).id)
  }

  /** Skills made ready before their promotion, the nearest first. */
  async getPreWarmedSkills(): Promise<PreWarmedSkill[]> {
    const skills: PreWarmedSkill[] = []
    for (const known of this.#components.store.all()) {
      const { id, name, status, warmedAt, ...told } = this.#tell(known)
      if (status !== 'pre-warming' || warmedAt === undefined) continue
      const { verificationProgress, predictedReliability } = told
      skills.push({ id, name, verificationProgress, predictedReliability, warmedAt })
    }
    return skills.toSorted((one, other) => other.verificationProgress - one.verificationProgress)
  }

  /**
   * Has a skill on trial made ready whatever is predicted; without an id, the most promising that is
   * not. Undefined when there is none. Throws `HiveError` (SKILL_STATUS) when it is not on trial.
   */
  async triggerPreWarm(idOrName?: string): Promise<Transition | undefined> {
    const { store } = this.#components
    if (idOrName !== undefined) {
      return store.apply(this.#usable(idOrName).id, afterTrigger)
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
      parse(ByHand, status, 'capabilities.updateCapabilityStatus') === 'sandbox'
        ? afterPardon
        : afterBlacklisting
    const text = parse(Reason, reason, 'capabilities.updateCapabilityStatus')
    const { id } = this.#known(idOrName)
    return this.#components.store.apply(id, (standing) => after(standing, text))
  }

  /**
   * Takes a skill from this node: out of search and the sandbox, with its evidence, failures and
   * documentation. What of it was published loses this node's vote; copies elsewhere stay, and votes of
   * others. One that was blacklisted keeps its mark, and this node's dispute. Throws `HiveError`
   * (SKILL_UNKNOWN).
   */
  async remove(idOrName: string): Promise<RemovedSkill> {
    const { index, store, withdraw } = this.#components
    const { id, skill, standing } = this.#known(idOrName)
    const blacklisted = standing.status === 'blacklisted'
    const retracted = !blacklisted && (await withdraw(id))
    await store.remove(id)
    index.remove(id)
    return { id, name: skill.name, retracted, blacklisted }
  }

  /** Failures of skills, newest first, of which the last 20 of each are kept; 100 unless told. */
  async failures(options?: FailureOptions): Promise<SkillFailure[]> {
    const { since, skill, limit } = parse(Failures, options, 'capabilities.failures')
    const id = skill === undefined ? undefined : this.#known(skill).id
    const all = await this.#components.store.failures(since?.getTime() ?? 0, id)
    return all.slice(0, limit)
  }

  /**
   * Looks at what failed, and makes skills of those that fail: by a model where one answers, by small
   * changes of the source otherwise. What passes its parent's tests, and takes inputs at which the
   * parent failed, is added as a new skill with the parent in its lineage, on trial like any other.
   */
  discoverAndSynthesize(options?: DiscoveryOptions): Promise<DiscoveryReport> {
    const { admission, discovery, runner, store } = this.#components
    const parsed = parse(Discovering, options, 'capabilities.discoverAndSynthesize')
    return discover({ ...discovery, admission, runner, store }, parsed)
  }

  async #admit(
    identify: () => ReturnType<typeof identifySkill>,
    from: Provenance['from'],
    options: CallOptions | undefined
  ): Promise<AddedSkill> {
    const { signal } = parse(Calling, options, 'capabilities.registerCapability')
    const { admission, runner } = this.#components
    return admission.admit(identify(), { from }, runner, signal)
  }

  #fail(
    id: string,
    { input, error, receipt }: { input?: Json; error: string; receipt?: KeptReceipt }
  ): Promise<Transition | undefined> {
    const failure: FailureSample = {
      input: input === undefined ? undefined : canonicalJson(input).slice(0, MAX_SAMPLE_LENGTH),
      error
    }
    return this.#components.store.apply(id, (before) => afterOutcome(before, false), {
      failure,
      receipt
    })
  }

  async #receiptOf(
    skill: KnownSkill['skill'],
    input: Json,
    settings: Omit<RunOptions, 'record'>,
    gave: string | undefined
  ): Promise<KeptReceipt | undefined> {
    const receipt = receiptOf(skill, input, settings, gave)
    if (receipt === undefined) return undefined
    return { ...receipt, engine: await this.#components.runner.engine() }
  }

  #rank(id: string): Ranking {
    const competitors = competitorsOf(this.#components.store, id)
    return ranked(
      competitors.filter(({ standing }) => USABLE.has(standing.status)).map(competitorOf)
    )
  }

  #known(idOrName: string): KnownSkill {
    return namedSkill(this.#components.store, idOrName)
  }

  #usable(idOrName: string): KnownSkill {
    const known = this.#known(idOrName)
    assertUsable(known)
    return known
  }

  #tell(known: KnownSkill): Capability {
    return capabilityOf(known, this.#components.preWarming.warmedAt(known.id))
  }
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
