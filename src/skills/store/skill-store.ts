/**
 * The skills of a node and their states, in memory and on disk.
 *
 * Guarantees: a skill, a change of its status and its documentation are on disk (fsync) when the
 * call resolves. An outcome survives the process when its call resolves, and a loss of power a
 * second later. Evidence belongs to an id, which is the digest of the whole skill: a changed skill
 * has none.
 */
import { EventEmitter } from 'node:events'
import { NO_TRIALS } from '../evidence/counts.ts'
import { isOut, NO_USES } from '../evidence/uses.ts'
import { afterBegin, afterWithdrawal } from '../lifecycle/lifecycle.ts'
import { KnownRuns } from './known-runs.ts'
import { SkillEntries } from './skill-entries.ts'
import { concernsSwarm, SkillJournal } from './skill-journal.ts'
import { SkillReceipts } from './skill-receipts.ts'
import { SkillRecords } from './skill-records.ts'
import { SkillWriter } from './skill-writer.ts'
import type { Store } from '../../../crdt/index.ts'
import type { Counts } from '../evidence/counts.ts'
import type { RunStart } from '../evidence/uses.ts'
import type { LifecycleChange, LifecycleState } from '../lifecycle/lifecycle.ts'
import type { SkillEntry } from './skill-entries.ts'
import type { UseDetails } from './skill-journal.ts'
import type { TakenReceipts } from './skill-receipts.ts'
import type { IdentifiedSkill } from '../skill-identity.ts'
import type { SkillEvents } from '../skill-events.ts'
import type {
  SkillFailure,
  Documentation,
  Provenance,
  StoredSkill,
  Transition
} from './skill-values.ts'

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
  readonly #entries: SkillEntries
  /** By the id of the skill. */
  readonly #notices = new Map<string, Transition>()
  readonly #runs: KnownRuns
  readonly #writer: SkillWriter
  readonly #journal: SkillJournal
  readonly #receipts: SkillReceipts

  constructor(components: SkillStoreComponents) {
    super()
    this.#components = components
    this.#records = new SkillRecords(components.store.section('skills'))
    this.#runs = new KnownRuns(this.#records)
    const { store, onError, now } = components
    const records = this.#records
    const writer = new SkillWriter({ store, records, onError })
    const entries = new SkillEntries({ store, records, writer, now })
    this.#writer = writer
    this.#entries = entries
    this.#journal = new SkillJournal({ records, writer, now })
    this.#receipts = new SkillReceipts({ entries, records, writer })
  }

  static async open(components: SkillStoreComponents): Promise<SkillStore> {
    const store = new SkillStore(components)
    await store.#entries.load()
    for await (const notice of store.#records.notices()) {
      if (store.#entries.get(notice.id) !== undefined) store.#notices.set(notice.id, notice)
    }
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
    return this.#entries.removedLifecycle(id)
  }

  /**
   * Adds a skill as untested, or as blacklisted if it was when it was removed; false if it is here.
   * `agent`: who adds it; one that adds a skill that is here is noted, too.
   */
  add(skill: IdentifiedSkill, provenance: Provenance, agent?: string): Promise<boolean> {
    return this.#entries.add(skill, provenance, agent)
  }

  /**
   * Removes a skill at once; resolves when it is off the disk. Throws `HiveError` (SKILL_UNKNOWN).
   */
  async remove(id: string): Promise<void> {
    const entry = this.#entries.need(id)
    await this.#entries.remove(entry)
    this.#notices.delete(id)
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
    const entry = this.#entries.need(id)
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
    if (receipt !== undefined) this.#receipts.add(entry, receipt)
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
    const entry = this.#entries.need(id)
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
    return this.#writer.write(this.#entries.need(id), false)
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
    const entry = this.#entries.need(id)
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
    return this.#receipts.take(this.#entries.need(id))
  }

  /** Oldest first. */
  history(id: string): Promise<Transition[]> {
    this.#entries.need(id)
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
    this.#entries.need(id)
    await this.#components.store.commit([this.#records.putDocumentation(id, documentation)])
  }

  /** Writes acknowledged changes to disk. */
  close(): Promise<void> {
    return this.#writer.close()
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

  /** It is on disk, perhaps later than the call that made it, which then has failed. */
  readonly #onTransition = (transition: Transition): void => {
    this.#emit(() => this.emit('skill:transition', transition))
  }

  /** Errors of a listener are its own. */
  #emit(emit: () => void): void {
    queueMicrotask(emit)
  }
}

function toKnownSkill({ id, skill, provenance, addedAt, agents, state }: SkillEntry): KnownSkill {
  const { lifecycle, since, reported } = state
  const isReported = reported !== undefined
  return { id, skill, provenance, addedAt, agents, lifecycle, since, isReported }
}
