/**
 * The evolution of the personas of a node, on disk and nowhere else: the progress `s/<agent>`, and
 * the trial `m/<agent>/<number>`.
 *
 * Guarantees: an outcome is counted in the commit of its row of the journal. A mutation and its
 * trial are one commit, and so are an inversion and the end of its trial. So a process that ends at
 * any time has done each of them once, or not at all. All changes of one agent run in the lane of
 * its journal: no outcome comes between a decision and its commit.
 */
import { HiveError } from '../errors.ts'
import { digitsOf, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { keysOf, partsOf } from './candidates.ts'
import { MAX_BASELINE, MAX_TRIALS, MAX_EVIDENCE } from './constants.ts'
import {
  adapted,
  afterInverting,
  afterKeeping,
  baselineOf,
  NEW_PROGRESS,
  progressFrom,
  ProgressValue,
  withOutcome
} from './progress.ts'
import { inversionReason, judgeTrial, withVerdict } from './trial-verdict.ts'
import { trialOf, TrialValue } from './trial.ts'
import { applyMutation, noPersona } from '../personas/index.ts'
import { ruleOf } from './rules.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { JournalRow, JournalStore } from '../journal/index.ts'
import type { PersonaInversion, PersonaStore } from '../personas/index.ts'
import type { PersonaRule } from './rules.ts'
import type { Progress } from './progress.ts'
import type { MutationTrial, NewTrial, Settlement, StoredTrial, TrialReason } from './trial.ts'
import type { Outcome } from './window-test.ts'

export interface EvolutionStoreComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly personas: PersonaStore
  readonly journal: Pick<JournalStore, 'countWith' | 'exclusive' | 'list'>
  readonly now: () => number
}

/** What a trial showed, and is not stored as a fact yet: a rule, or that a rule does not hold. */
export interface PendingRule {
  readonly trial: StoredTrial
  readonly rule: PersonaRule | undefined
}

/** A trial, and the rule that it tested. */
export interface TestedRule {
  readonly trial: MutationTrial
  readonly rule: PersonaRule
}

const BY = { kind: 'mutation' } as const

export class EvolutionStore {
  readonly #components: EvolutionStoreComponents
  readonly #section: Section

  constructor(components: EvolutionStoreComponents) {
    this.#components = components
    this.#section = components.store.section('evolution')
    components.journal.countWith((agent, row) => this.#count(agent, row))
  }

  /** Names of agents whose personas evolve by themselves, from `after` on, in order. */
  async *enabled(after?: string): AsyncGenerator<string> {
    for await (const [agent, { enabled }] of readAll(this.#section, 's/', ProgressValue)) {
      if (enabled && (after === undefined || agent > after)) yield agent
    }
  }

  /** With the current version as its baseline if a person made it; undefined without a persona. */
  progress(agent: string): Promise<Progress | undefined> {
    return this.#components.journal.exclusive(agent, () => this.#current(agent))
  }

  async setEnabled(agent: string, enabled: boolean): Promise<Progress> {
    return this.#components.journal.exclusive(agent, async () => {
      const progress = { ...(await this.#require(agent)), enabled }
      await this.#components.store.commit([this.#put(agent, progress)])
      return progress
    })
  }

  /** The latest first. */
  async trials(
    agent: string,
    { before, limit }: { readonly before?: number; readonly limit: number }
  ): Promise<StoredTrial[]> {
    const trials: StoredTrial[] = []
    const range = before === undefined ? {} : { before: digitsOf(before) }
    const stored = readAll(this.#section, `m/${agent}/`, TrialValue, {
      reverse: true,
      limit,
      ...range
    })
    for await (const [, trial] of stored) trials.push(trial)
    return trials
  }

  /** Applies a mutation and opens its window. Throws `HiveError` (TRIAL_RUNNING, PERSONA_CHANGED). */
  start(agent: string, tried: NewTrial): Promise<StoredTrial> {
    const { mutation, source, why, version, isProvisional = false } = tried
    return this.#components.journal.exclusive(agent, async () => {
      const progress = await this.#require(agent)
      if (progress.trial !== undefined) throw isRunning(agent)
      const trial = await this.#newTrial(agent, progress, tried)
      const carried = await this.#evidenceOf(agent, trial.key, progress)
      let started: StoredTrial = trial
      await this.#components.personas.change(
        agent,
        (current) => ({
          origin: { do: 'apply', mutation },
          persona: applyMutation(current, mutation).persona
        }),
        {
          by: { ...BY, name: source },
          ...(why === undefined ? {} : { why }),
          version,
          with: ({ number }) => {
            started = { ...trial, version: number }
            const { number: of } = trial
            const running = { number: of, version: number, carried, outcomes: [], isProvisional }
            return this.#operations(agent, started, { ...progress, trial: running })
          }
        }
      )
      return started
    })
  }

  /** Stores that a mutation contradicts something, so that it is not proposed again. */
  reject(agent: string, rejected: NewTrial, findings: readonly string[]): Promise<StoredTrial> {
    return this.#components.journal.exclusive(agent, async () => {
      const progress = await this.#require(agent)
      const trial: StoredTrial = {
        ...(await this.#newTrial(agent, progress, rejected)),
        status: 'rejected',
        reason: 'contradiction',
        endedAt: this.#components.now(),
        findings: [...findings]
      }
      await this.#components.store.commit(this.#operations(agent, trial, progress))
      return trial
    })
  }

  /** Ends the running trial if its window says so; `reason` ends it in any case, by inversion. */
  settle(agent: string, reason?: TrialReason): Promise<Settlement> {
    return this.#components.journal.exclusive(agent, async () => {
      const progress = await this.#read(agent)
      if (progress?.trial === undefined) return { status: 'idle' }
      const stored = await this.#trial(agent, progress.trial.number)
      if (stored === undefined) {
        // A damaged trial: what it changed is still in the history of the persona.
        return this.#invert(agent, progress, undefined, reason ?? 'edited')
      }
      const verdict = judgeTrial(baselineOf(progress), progress.trial, stored.window)
      const evidence = [...progress.trial.carried, ...progress.trial.outcomes].slice(-MAX_EVIDENCE)
      const trial = { ...withVerdict(stored, verdict), evidence }
      const head = await this.#components.personas.head(agent)
      const isEdited = head !== progress.trial.version
      if (reason !== undefined || isEdited) {
        return this.#invert(agent, progress, trial, reason ?? 'edited')
      }
      if (verdict.decision === 'wait') return { status: 'waiting', trial: trialOf(trial) }
      if (verdict.decision === 'invert') {
        return this.#invert(agent, progress, trial, inversionReason(verdict))
      }
      return this.#keep(agent, progress, trial)
    })
  }

  /** Of trials that ended and whose rules are not stored as facts yet. */
  async pendingRules(agent: string): Promise<PendingRule[]> {
    const found: PendingRule[] = []
    for (const number of (await this.#read(agent))?.pending ?? []) {
      const trial = await this.#trial(agent, number)
      if (trial === undefined) continue
      const isKept = trial.status === 'kept'
      found.push({ trial, rule: isKept ? await this.#ruleOf(agent, trial) : undefined })
    }
    return found
  }

  /** Trials that are over, the latest first, with the rules that they tested. */
  async tested(agent: string, limit: number): Promise<TestedRule[]> {
    const found: TestedRule[] = []
    for (const trial of await this.trials(agent, { limit })) {
      if (trial.status !== 'kept' && trial.status !== 'inverted') continue
      const rule = await this.#ruleOf(agent, trial)
      if (rule !== undefined) found.push({ trial: trialOf(trial), rule })
    }
    return found
  }

  /** The rules of these trials are facts of this node now, or there are none. */
  removePending(agent: string, numbers: readonly number[]): Promise<void> {
    return this.#components.journal.exclusive(agent, async () => {
      const progress = await this.#read(agent)
      if (progress === undefined) return
      const pending = progress.pending.filter((number) => !numbers.includes(number))
      await this.#components.store.commit([this.#put(agent, { ...progress, pending })])
    })
  }

  async #keep(agent: string, progress: Progress, trial: StoredTrial): Promise<Settlement> {
    const ended: StoredTrial = {
      ...trial,
      status: 'kept',
      reason: 'better',
      endedAt: this.#components.now()
    }
    const settings = adapted(progress.settings, ended)
    const pending = [...progress.pending, ended.number]
    await this.#components.store.commit(
      this.#operations(agent, ended, { ...afterKeeping(progress), settings, pending })
    )
    return { status: 'kept', trial: trialOf(ended) }
  }

  async #invert(
    agent: string,
    progress: Progress,
    trial: StoredTrial | undefined,
    reason: TrialReason
  ): Promise<Settlement> {
    const { personas, now, store } = this.#components
    const applied = progress.trial?.version ?? 0
    const end = (status: 'conflict' | 'inverted'): StoredTrial | undefined =>
      trial && { ...trial, status, reason, endedAt: now() }
    const ended = end('inverted')
    const settings = ended === undefined ? progress.settings : adapted(progress.settings, ended)
    const isFalseRule = reason === 'worse' && trial?.hiveRule !== undefined
    const pending = isFalseRule ? [...progress.pending, trial.number] : progress.pending
    const next = { ...progress, settings, pending }
    const { trial: _trial, ...rest } = next
    const isEdited = (await personas.head(agent)) !== applied
    let result: PersonaInversion
    try {
      result = await personas.invert(agent, applied, {
        // A person may take a mutation of a frozen agent back; the node may not.
        by: reason === 'rolled-back' ? { kind: 'person' } : { ...BY, name: 'inversion' },
        why: reason,
        with: ({ number }) =>
          this.#operations(
            agent,
            ended,
            isEdited ? progressFrom(number, [], next) : afterInverting(next, number)
          )
      })
    } catch (error) {
      if (!(error instanceof HiveError) || error.code !== 'VERSION_UNKNOWN') throw error
      result = { status: 'conflict', conflicts: [] }
    }
    if (result.status === 'inverted') {
      return ended === undefined
        ? { status: 'idle' }
        : { status: 'inverted', trial: trialOf(ended) }
    }
    const conflict = end('conflict')
    await store.commit(this.#operations(agent, conflict, rest))
    if (conflict === undefined) return { status: 'idle' }
    return { status: 'conflict', trial: trialOf(conflict), conflicts: result.conflicts }
  }

  /** Outcomes of earlier tries of a mutation, with the persona as it is. */
  async #evidenceOf(
    agent: string,
    key: string,
    { versions }: Progress
  ): Promise<[string, boolean][]> {
    const earlier = await this.trials(agent, { limit: MAX_TRIALS })
    const latest = earlier.find((trial) => trial.key === key && versions.includes(trial.stable))
    return latest?.evidence ?? []
  }

  async #newTrial(
    agent: string,
    { next, stable, settings }: Progress,
    { mutation, source, why, hiveRule, version }: NewTrial
  ): Promise<StoredTrial> {
    const persona = await this.#components.personas.persona(agent, version)
    const keys =
      persona === undefined
        ? { key: '', inverseKey: '' }
        : keysOf(applyMutation(persona, mutation).inverse.changes)
    const parts = persona === undefined ? undefined : partsOf(persona, mutation)
    return {
      number: next,
      mutation,
      ...keys,
      source,
      ...(why === undefined ? {} : { why }),
      ...(hiveRule === undefined ? {} : { hiveRule }),
      ...(parts === undefined ? {} : { parts }),
      status: 'running',
      startedAt: this.#components.now(),
      stable,
      window: settings.window
    }
  }

  /** Counts an outcome; the operations are part of the commit of its row. */
  async #count(agent: string, row: JournalRow): Promise<readonly Operation[]> {
    const progress = await this.#read(agent)
    const counted = progress && withOutcome(progress, row)
    return counted === undefined ? [] : [this.#put(agent, counted)]
  }

  async #require(agent: string): Promise<Progress> {
    const progress = await this.#current(agent)
    if (progress !== undefined) return progress
    throw noPersona(agent)
  }

  /** A version that a person made begins a new baseline, with the outcomes that it has. */
  async #current(agent: string): Promise<Progress | undefined> {
    const head = await this.#components.personas.head(agent)
    if (head === 0) return undefined
    const stored = await this.#read(agent)
    if (stored?.trial !== undefined || stored?.versions.includes(head) === true) return stored
    const rows = await this.#components.journal.list(agent, {
      kind: 'session',
      limit: MAX_BASELINE
    })
    const outcomes = rows
      .filter(({ version }) => version === head)
      .map(({ task, ok }): Outcome => [task, ok])
      .toReversed()
    const progress = progressFrom(head, outcomes, stored ?? NEW_PROGRESS)
    await this.#components.store.commit([this.#put(agent, progress)])
    return progress
  }

  #operations(agent: string, trial: StoredTrial | undefined, progress: Progress): Operation[] {
    if (trial === undefined) return [this.#put(agent, progress)]
    const old = trial.number - MAX_TRIALS
    return [
      this.#putTrial(agent, trial),
      this.#put(agent, { ...progress, next: Math.max(progress.next, trial.number + 1) }),
      ...(old < 0 ? [] : [remove(this.#section, keyOf(agent, old))])
    ]
  }

  async #ruleOf(
    agent: string,
    { version = 0, task }: StoredTrial
  ): Promise<PersonaRule | undefined> {
    const range = { before: version + 1, limit: 1 }
    const [made] = await this.#components.personas.history(agent, range)
    return made?.number === version ? ruleOf(made.changes, task) : undefined
  }

  #read(agent: string): Promise<Progress | undefined> {
    return readJson(this.#section, `s/${agent}`, ProgressValue)
  }

  #trial(agent: string, number: number): Promise<StoredTrial | undefined> {
    return readJson(this.#section, keyOf(agent, number), TrialValue)
  }

  #put(agent: string, progress: Progress): Operation {
    return putJson(this.#section, `s/${agent}`, progress)
  }

  #putTrial(agent: string, trial: StoredTrial): Operation {
    return putJson(this.#section, keyOf(agent, trial.number), trial)
  }
}

function keyOf(agent: string, number: number): string {
  return `m/${agent}/${digitsOf(number)}`
}

function isRunning(agent: string): HiveError {
  return new HiveError(
    'TRIAL_RUNNING',
    `A mutation of "${agent}" is on trial, and a persona has one at a time. Wait for its window, or take it back with rollbackToLastStable.`
  )
}
