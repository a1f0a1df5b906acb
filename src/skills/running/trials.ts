/** Uses of skills that count as trials: runs on this node, and outcomes that callers report. */
import { canonicalJson } from '../../sandbox/index.ts'
import { MAX_SAMPLE_LENGTH } from '../constants.ts'
import { afterOutcome } from '../lifecycle/lifecycle.ts'
import { failureOutcome, receiptOf } from './receipt.ts'
import { isSkillFailure } from './skill-runner.ts'
import type { Json } from '../../sandbox/index.ts'
import type { FailureSample } from '../store/skill-journal.ts'
import type { KnownSkill, SkillStore } from '../store/skill-store.ts'
import type { Transition } from '../store/skill-values.ts'
import type { StoredReceipt } from './receipt.ts'
import type { RunOptions } from './run-options.ts'
import type { SkillRun, SkillRunner } from './skill-runner.ts'

/** The result of a run, and its effect on the skill. */
export interface CapabilityRun extends SkillRun {
  readonly id: string
  /** Whether it counts as a trial. */
  readonly recorded: boolean
  /** The change of status, if there is one. */
  readonly transition: Transition | undefined
}

export interface TrialsComponents {
  readonly store: Pick<SkillStore, 'apply'>
  readonly runner: Pick<SkillRunner, 'engine' | 'run'>
}

type RunSettings = Omit<RunOptions, 'record'>

export class Trials {
  readonly #components: TrialsComponents

  constructor(components: TrialsComponents) {
    this.#components = components
  }

  async run(
    { id, skill }: Pick<KnownSkill, 'id' | 'skill'>,
    input: Json,
    { record, ...settings }: RunSettings & { readonly record: boolean }
  ): Promise<CapabilityRun> {
    const { store, runner } = this.#components
    let run: SkillRun
    try {
      run = await runner.run(skill, input, settings)
    } catch (error) {
      if (record && isSkillFailure(error)) {
        const receipt = await this.#receiptOf(skill, input, settings, failureOutcome(error))
        await this.failed(id, { input, error: error.message, receipt })
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

  succeeded(id: string): Promise<Transition | undefined> {
    return this.#components.store.apply(id, (before) => afterOutcome(before, true))
  }

  failed(
    id: string,
    { input, error, receipt }: { input?: Json; error: string; receipt?: StoredReceipt }
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
    settings: RunSettings,
    gave: string | undefined
  ): Promise<StoredReceipt | undefined> {
    const receipt = receiptOf(skill, input, settings, gave)
    if (receipt === undefined) return undefined
    return { ...receipt, engine: await this.#components.runner.engine() }
  }
}
