/** Uses of skills that count as trials: runs on this node, and outcomes that callers report. */
import { randomUUID } from 'node:crypto'
import { canonicalJson } from '../../sandbox/index.ts'
import { MAX_SAMPLE_LENGTH } from '../constants.ts'
import { afterOutcome } from '../lifecycle/lifecycle.ts'
import { failureOutcome, receiptOf } from './receipt.ts'
import { isProse } from '../skill-identity.ts'
import { isSkillFailure } from './skill-runner.ts'
import type { Json } from '../../sandbox/index.ts'
import type { FailureSample, UseDetails } from '../store/skill-journal.ts'
import type { KnownSkill, SkillStore } from '../store/skill-store.ts'
import type { Transition } from '../store/skill-values.ts'
import type { StoredReceipt } from './receipt.ts'
import type { RunOptions } from './run-options.ts'
import type { SkillRun, SkillRunner } from './skill-runner.ts'

/** The result of a run, and its effect on the skill. */
export interface CapabilityRun extends SkillRun {
  readonly id: string
  /** The id of the run. It counts as one trial, however often it is reported. */
  readonly run: string
  /** Whether it was counted as a trial. */
  readonly recorded: boolean
  /** The change of status, if there is one. */
  readonly transition: Transition | undefined
}

export interface TrialsComponents {
  readonly store: Pick<SkillStore, 'apply' | 'begin' | 'flush' | 'isReported' | 'withdraw'>
  readonly runner: Pick<SkillRunner, 'engine' | 'run'>
  readonly now: () => number
  readonly random: () => number
}

/** The run that an outcome belongs to, and its caller. */
export interface RunOfUse {
  readonly run?: string
  readonly caller?: string
}

type TriedSkill = Pick<KnownSkill, 'id' | 'skill'>
type RunSettings = Omit<RunOptions, 'caller' | 'record' | 'run'>
type RecordedRun = RunOfUse & { readonly record: boolean | 'later' }

export class Trials {
  readonly #components: TrialsComponents

  constructor(components: TrialsComponents) {
    this.#components = components
  }

  /** Returns the id of a run that began; its outcome follows. */
  async begin({ id }: TriedSkill, { run = randomUUID(), caller }: RunOfUse): Promise<string> {
    const { store, now } = this.#components
    const begins = store.begin(id, { run, caller, at: now() })
    try {
      await store.flush(id)
    } catch (error) {
      // Nobody has the id of a run that could not be written, so nobody reports its outcome.
      if (begins) store.withdraw(id, run)
      throw error
    }
    return run
  }

  async run(
    tried: TriedSkill,
    input: Json,
    { record, run = randomUUID(), caller, ...settings }: RunSettings & RecordedRun
  ): Promise<CapabilityRun> {
    const { store, runner, now } = this.#components
    const { id, skill } = tried
    const begins = record !== false && store.begin(id, { run, caller, at: now() })
    const withdraw = (): void => {
      if (begins) store.withdraw(id, run)
    }
    let result: SkillRun
    try {
      if (begins && record === 'later') await store.flush(id)
      result = await runner.run(skill, input, settings)
    } catch (error) {
      if (record !== false && isSkillFailure(error)) {
        const receipt = await this.#receiptOf(skill, input, settings, failureOutcome(error))
        await this.failed(tried, { run, caller, input, error: error.message, receipt })
      } else withdraw()
      throw error
    }
    if (result.offline) withdraw()
    if (record !== true || result.offline) {
      return { ...result, id, run, recorded: false, transition: undefined }
    }
    const receipt = await this.#receiptOf(skill, input, settings, result.outputHash)
    const recorded = !store.isReported(id, run)
    const transition = await this.succeeded(tried, { run, caller, receipt })
    return { ...result, id, run, recorded, transition }
  }

  succeeded(
    tried: TriedSkill,
    { run, caller, receipt }: RunOfUse & { readonly receipt?: StoredReceipt }
  ): Promise<Transition | undefined> {
    return this.#apply(tried, true, { run, caller }, { receipt })
  }

  failed(
    tried: TriedSkill,
    {
      run,
      caller,
      input,
      error,
      receipt
    }: RunOfUse & {
      readonly input?: Json
      readonly error: string
      readonly receipt?: StoredReceipt
    }
  ): Promise<Transition | undefined> {
    const failure: FailureSample = {
      input: input === undefined ? undefined : canonicalJson(input).slice(0, MAX_SAMPLE_LENGTH),
      error
    }
    return this.#apply(tried, false, { run, caller }, { failure, receipt })
  }

  #apply(
    { id, skill }: TriedSkill,
    ok: boolean,
    { run, caller }: RunOfUse,
    details: Omit<UseDetails, 'run'>
  ): Promise<Transition | undefined> {
    const { store, now, random } = this.#components
    const outcome = { ok, run, caller, at: now(), draw: random() }
    return store.apply(id, (before) => afterOutcome(before, outcome, isProse(skill)), {
      ...details,
      run
    })
  }

  async #receiptOf(
    skill: KnownSkill['skill'],
    input: Json,
    settings: RunSettings,
    gave: string | undefined
  ): Promise<StoredReceipt | undefined> {
    const receipt = receiptOf(skill, input, settings, gave)
    if (receipt === undefined) return undefined
    return { ...receipt, engine: await this.#components.runner.engine() }
  }
}
