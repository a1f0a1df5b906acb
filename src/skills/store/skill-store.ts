/**
 * The skills of a node and their states, in memory and on disk.
 *
 * Guarantees: a skill, a change of its status and its documentation are on disk (fsync) when the
 * call resolves. An outcome survives the process when its call resolves, and a loss of power a
 * second later. Evidence belongs to an id, which is the digest of the whole skill: a changed skill
 * has none.
 */
import { EventEmitter } from 'node:events'
import { HiveError } from '../../errors.ts'
import { MAX_AGENTS, MAX_SKILLS } from '../constants.ts'
import { NO_TRIALS } from '../evidence/counts.ts'
import { isOut, NO_USES } from '../evidence/uses.ts'
import { afterBegin, afterWithdrawal, UNTESTED } from '../lifecycle/lifecycle.ts'
import { KnownRuns } from './known-runs.ts'
import { RemovedSkills } from './removed-skills.ts'
import { concernsSwarm, SkillJournal } from './skill-journal.ts'
import { SkillRecords } from './skill-records.ts'
import { SkillWriter } from './skill-writer.ts'
import type { Store } from '../../../crdt/index.ts'
import type { Counts } from '../evidence/counts.ts'
import type { RunStart } from '../evidence/uses.ts'
import type { LifecycleChange, LifecycleState } from '../lifecycle/lifecycle.ts'
import type { StoredReceipt } from '../running/receipt.ts'
import type { RemovalChange } from './removed-skills.ts'
import type { SkillEntry, UseDetails } from './skill-journal.ts'
import type { IdentifiedSkill } from '../skill-identity.ts'
import type { SkillEvents } from '../skill-events.ts'
import type {
  SkillFailure,
  Documentation,
  Provenance,
  SkillState,
  StoredSkill,
  Transition
} from './skill-values.ts'

/** Receipts that are on disk no longer. */
export interface TakenReceipts {
  readonly receipts: readonly StoredReceipt[]
  /** They were used: nothing puts them back any more. */
  used(): void
  /** They were not used. */
  putBack(): void
}

const NO_RECEIPTS: TakenReceipts = {
  receipts: [],
  used: () => undefined,
  putBack: () => undefined
}

/** A snapshot of a skill and its state. */
export interface KnownSkill extends StoredSkill {
  readonly lifecycle: LifecycleState
  /** Time of the last change of status; milliseconds of the Unix epoch. */
  readonly since: number
  /** Whether its counts were published. */
  readonly isReported: boolean
}

export interface SkillStoreComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly now: () => number
  /** Called if an acknowledged change cannot be written to disk. */
  readonly onError?: (error: unknown) => void
}

export class SkillStore extends EventEmitter<SkillEvents> {
  readonly #components: SkillStoreComponents
  readonly #records: SkillRecords
  readonly #entries = new Map<string, SkillEntry>()
  /** Skills that are being added, noted or removed; resolved when they are, or could not be. */
  readonly #changing = new Map<string, Promise<void>>()
  /** Skills that are new and not on disk. */
  #arriving = 0
  /** By the id of the skill. */
  readonly #notices = new Map<string, Transition>()
  readonly #removed: RemovedSkills
  readonly #runs: KnownRuns
  readonly #writer: SkillWriter
  readonly #journal: SkillJournal

  constructor(components: SkillStoreComponents) {
    super()
    this.#components = components
    this.#records = new SkillRecords(components.store.section('skills'))
    this.#removed = new RemovedSkills(this.#records)
    this.#runs = new KnownRuns(this.#records)
    const { store, onError } = components
    const records = this.#records
    const writer = new SkillWriter({ store, records, onError })
    this.#writer = writer
    this.#journal = new SkillJournal({ records, writer, now: components.now })
  }

  static async open(components: SkillStoreComponents): Promise<SkillStore> {
    const store = new SkillStore(components)
    for await (const skill of store.#records.skills()) {
      store.#entries.set(skill.id, { ...skill, state: initialState(skill.addedAt) })
    }
    for await (const [id, state] of store.#records.states()) {
      const entry = store.#entries.get(id)
      if (entry !== undefined) entry.state = state
    }
    for await (const notice of store.#records.notices()) {
      if (store.#entries.has(notice.id)) store.#notices.set(notice.id, notice)
    }
    await store.#removed.load()
    await store.#runs.load()
    return store
  }

  get size(): number {
    return this.#entries.size
  }

  get(id: string): KnownSkill | undefined {
    const entry = this.#entries.get(id)
    return entry === undefined ? undefined : toKnownSkill(entry)
  }

  *all(): Generator<KnownSkill> {
    for (const entry of this.#entries.values()) yield toKnownSkill(entry)
  }

  /** The state at its removal; undefined for a skill that was not removed, or came back. */
  removedLifecycle(id: string): LifecycleState | undefined {
    return this.#removed.get(id)?.lifecycle
  }

  /**
   * Adds a skill as untested, or as blacklisted if it was when it was removed; false if it is here.
   * `agent`: who adds it; one that adds a skill that is here is noted, too.
   */
  async add(
    { id, skill, record }: IdentifiedSkill,
    provenance: Provenance,
    agent?: string
  ): Promise<boolean> {
    for (let other = this.#changing.get(id); other !== undefined; other = this.#changing.get(id)) {
      await other
    }
    const known = this.#entries.get(id)
    if (known !== undefined) {
      await this.#during(id, this.#addAgent(known, record.content, agent))
      // The status in memory may come from a call whose write failed: it is written before the caller hears it.
      await this.#writer.written(known)
      return false
    }
    if (this.#entries.size + this.#arriving >= MAX_SKILLS) {
      throw new HiveError(
        'LIMIT_EXCEEDED',
        `This node has ${MAX_SKILLS} skills, which is the limit. Remove a skill first.`
      )
    }
    const addedAt = this.#components.now()
    const before = this.removedLifecycle(id)
    const lifecycle = before?.status === 'blacklisted' ? before : UNTESTED
    const agents = agent === undefined ? [] : [agent]
    const state = { ...initialState(addedAt), lifecycle }
    const entry: SkillEntry = { id, skill, provenance, addedAt, agents, state }
    await this.#during(id, this.#arrive(entry, record.content))
    return true
  }

  /**
   * Removes a skill at once; resolves when it is off the disk. Throws `HiveError` (SKILL_UNKNOWN).
   */
  async remove(id: string): Promise<void> {
    const entry = this.#entryOf(id)
    this.#entries.delete(id)
    this.#writer.forget(entry)
    await this.#during(id, this.#erase(entry))
    this.#emit(() => this.emit('skill:remove', { id, name: entry.skill.name }))
  }

  /**
   * Changes a state at once; resolves when it is written. A run that was reported changes nothing.
   * If writing fails, the change stays in memory and is written with the next one. Throws
   * `HiveError` (SKILL_UNKNOWN).
   */
  async apply(
    id: string,
    change: (lifecycle: LifecycleState) => LifecycleChange,
    { failure, receipt, run }: UseDetails = {}
  ): Promise<Transition | undefined> {
    const entry = this.#entryOf(id)
    if (run !== undefined && this.#runs.has(id, run)) {
      await this.#writer.write(entry, false)
      return undefined
    }
    const { lifecycle: before } = entry.state
    const { lifecycle, reason } = change(before)
    if (lifecycle === before && failure === undefined) {
      // The change may have been made by a call whose write failed.
      await this.#writer.written(entry)
      return undefined
    }
    this.#addExpired(entry, lifecycle)
    if (run !== undefined && !this.#runs.has(id, run))
      this.#writer.add(undefined, this.#runs.add(id, run))
    const transition =
      reason === undefined || lifecycle.status === before.status
        ? undefined
        : this.#journal.transition(entry, before, lifecycle, reason, this.#onTransition)
    if (transition !== undefined && concernsSwarm(transition)) this.#notices.set(id, transition)
    const since = transition === undefined ? entry.state.since : transition.at.getTime()
    entry.state = { ...entry.state, lifecycle, since }
    const failed = failure === undefined ? undefined : this.#journal.failure(entry, failure)
    if (receipt !== undefined) this.#journal.receipt(entry, receipt)
    await this.#writer.write(entry, transition !== undefined)
    if (lifecycle.uses !== before.uses) this.#emit(() => this.emit('skill:use'))
    if (failed !== undefined) this.#emit(() => this.emit('skill:fail', failed))
    return transition
  }

  /** The last change of each skill that the swarm has not heard of, as after a crash. */
  notices(): readonly Transition[] {
    return [...this.#notices.values()]
  }

  /** The swarm has heard of a change, or needs not. */
  async removeNotice(notice: Transition): Promise<void> {
    const { id } = notice
    const entry = this.#entries.get(id)
    if (entry === undefined || this.#notices.get(id) !== notice) return
    this.#notices.delete(id)
    this.#writer.add(entry, this.#records.removeNotice(id))
    await this.#writer.write(entry, false)
  }

  /** Whether the outcome of this run is known, or too late. */
  isReported(id: string, run: string): boolean {
    return this.#runs.has(id, run)
  }

  /**
   * A run of a skill began. Returns false if it is out already, or was reported. It is written with
   * the next change of the skill, or by `flush`. Throws `HiveError` (SKILL_UNKNOWN).
   */
  begin(id: string, start: RunStart): boolean {
    const entry = this.#entryOf(id)
    const { lifecycle: before } = entry.state
    if (this.#runs.has(id, start.run) || isOut(before.uses, start.run)) return false
    const { lifecycle } = afterBegin(before, start)
    this.#addExpired(entry, lifecycle)
    entry.state = { ...entry.state, lifecycle }
    return true
  }

  /** Ends a run that is no evidence. */
  withdraw(id: string, run: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    const { lifecycle } = afterWithdrawal(entry.state.lifecycle, run)
    if (lifecycle === entry.state.lifecycle) return
    entry.state = { ...entry.state, lifecycle }
    // Its begin may be on disk, where it would become a failure.
    this.#writer.writeLater(entry)
  }

  /** Resolves when the state of a skill is written. Throws `HiveError` (SKILL_UNKNOWN). */
  flush(id: string): Promise<void> {
    return this.#writer.write(this.#entryOf(id), false)
  }

  /**
   * Marks the counts since the last report as reported, on disk, and hands them to `publish`; false if
   * there are none, or on the day of the last report. A crash may lose a report, but never repeats one;
   * what fails, as on a full disk, is part of the next one.
   */
  async report(
    id: string,
    day: number,
    publish: (counts: Counts) => Promise<void>
  ): Promise<boolean> {
    const entry = this.#entryOf(id)
    const { lifecycle, reported: before } = entry.state
    const { trials, successes } = lifecycle.lifetime
    const last = before ?? { ...NO_TRIALS, day: -1 }
    if (trials === last.trials || day === last.day) return false
    entry.state = { ...entry.state, reported: { trials, successes, day } }
    try {
      await this.#writer.write(entry, true)
      await publish({ trials: trials - last.trials, successes: successes - last.successes })
    } catch (error) {
      entry.state = { ...entry.state, reported: before }
      this.#writer.writeLater(entry)
      throw error
    }
    return true
  }

  /**
   * Returns the receipts since the last call, and deletes them from disk first, so that each is
   * used once. A crash may lose them; where that or their use fails, they are part of the next call.
   */
  async takeReceipts(id: string): Promise<TakenReceipts> {
    const entry = this.#entryOf(id)
    let count: number
    let receipts: StoredReceipt[]
    do {
      count = entry.state.receipts
      if (count === 0) return NO_RECEIPTS
      // They are read from disk: also those that were put back.
      await this.#writer.written(entry)
      receipts = await Array.fromAsync(this.#records.receipts(id))
      // Another run has ended meanwhile, or another call has taken them.
    } while (entry.state.receipts !== count)
    // Removed meanwhile, and its receipts with it.
    if (this.#entries.get(id) !== entry) return NO_RECEIPTS
    this.#journal.clearReceipts(entry)
    let isTaken = true
    const putBack = (): void => {
      if (isTaken && this.#entries.get(id) === entry) {
        this.#journal.putBack(entry, receipts)
        this.#writer.writeLater(entry)
      }
      isTaken = false
    }
    try {
      await this.#writer.write(entry, true)
    } catch (error) {
      putBack()
      throw error
    }
    const used = (): void => {
      isTaken = false
    }
    return { receipts, used, putBack }
  }

  /** Oldest first. */
  history(id: string): Promise<Transition[]> {
    this.#entryOf(id)
    return Array.fromAsync(this.#records.transitions(id))
  }

  /** Newest first, of all skills or of one. */
  async failures(since: number, skill?: string): Promise<SkillFailure[]> {
    const failures: SkillFailure[] = []
    for (const { id, state } of this.#entries.values()) {
      if (state.failures === 0 || state.lastFailure < since) continue
      if (skill !== undefined && skill !== id) continue
      for await (const failure of this.#records.failures(id)) {
        if (failure.at.getTime() >= since) failures.push(failure)
      }
    }
    return failures.toSorted((one, other) => other.at.getTime() - one.at.getTime())
  }

  documentation(id: string): Promise<Documentation | undefined> {
    return this.#records.documentation(id)
  }

  documentations(): AsyncGenerator<readonly [id: string, documentation: Documentation]> {
    return this.#records.documentations()
  }

  /** Stored apart from the skill, whose tested source stays unchanged. */
  async document(id: string, documentation: Documentation): Promise<void> {
    this.#entryOf(id)
    await this.#components.store.commit([this.#records.putDocumentation(id, documentation)])
  }

  /** Writes acknowledged changes to disk. */
  close(): Promise<void> {
    return this.#writer.close()
  }

  /** Of a skill without known agents it stays unknown who added it first. */
  async #addAgent(entry: SkillEntry, content: string, agent: string | undefined): Promise<void> {
    const { id, provenance, addedAt, agents } = entry
    if (agent === undefined || agents.length === 0 || agents.length === MAX_AGENTS) return
    if (agents.includes(agent)) return
    entry.agents = [...agents, agent]
    const value = { content, provenance, addedAt, agents: [...entry.agents] }
    try {
      await this.#components.store.commit([this.#records.putSkill(id, value)])
    } catch (error) {
      entry.agents = entry.agents.filter((each) => each !== agent)
      throw error
    }
  }

  async #arrive(entry: SkillEntry, content: string): Promise<void> {
    const { id, provenance, addedAt, agents, state } = entry
    const comeBack = this.#removed.delete(id)
    this.#arriving += 1
    try {
      await this.#components.store.commit([
        this.#records.putSkill(id, { content, provenance, addedAt, agents: [...agents] }),
        this.#records.putState(id, state),
        ...comeBack.operations
      ])
      this.#entries.set(id, entry)
    } catch (error) {
      comeBack.undo()
      throw error
    } finally {
      this.#arriving -= 1
    }
  }

  async #erase(entry: SkillEntry): Promise<void> {
    const { id, state } = entry
    const { lifecycle } = state
    let removal: RemovalChange | undefined
    try {
      await this.#writer.settled()
      const operations = await this.#records.removals(id)
      removal = this.#removed.add({ id, lifecycle, at: this.#components.now() })
      await this.#components.store.commit([...operations, ...removal.operations])
      this.#writer.removed(entry)
      this.#notices.delete(id)
    } catch (error) {
      removal?.undo()
      this.#entries.set(id, entry)
      this.#writer.kept(entry)
      throw error
    }
  }

  /** Others that change the skill wait for the task. */
  async #during(id: string, task: Promise<void>): Promise<void> {
    const done = task.catch(() => undefined)
    this.#changing.set(id, done)
    try {
      await task
    } finally {
      if (this.#changing.get(id) === done) this.#changing.delete(id)
    }
  }

  /** Runs that are no longer out, unless the evidence starts again, were reported or expire. */
  #addExpired({ id, state }: SkillEntry, { uses }: LifecycleState): void {
    if (uses === NO_USES) return
    for (const { out } of state.lifecycle.uses.waiting) {
      for (const { run } of out) {
        if (!isOut(uses, run)) this.#writer.add(undefined, this.#runs.add(id, run))
      }
    }
  }

  #entryOf(id: string): SkillEntry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw new HiveError('SKILL_UNKNOWN', `This node has no skill with the id ${id}.`)
  }

  /** It is on disk, perhaps later than the call that made it, which then has failed. */
  readonly #onTransition = (transition: Transition): void => {
    this.#emit(() => this.emit('skill:transition', transition))
  }

  /** Errors of a listener are its own. */
  #emit(emit: () => void): void {
    queueMicrotask(emit)
  }
}

function initialState(addedAt: number): SkillState {
  const none = { transitions: 0, failures: 0, lastFailure: 0, receipts: 0 }
  return { lifecycle: UNTESTED, since: addedAt, ...none }
}

function toKnownSkill({ id, skill, provenance, addedAt, agents, state }: SkillEntry): KnownSkill {
  const { lifecycle, since, reported } = state
  const isReported = reported !== undefined
  return { id, skill, provenance, addedAt, agents, lifecycle, since, isReported }
}
