/**
 * The skills that a node has, and how they come and go. One call at a time adds, notes or removes a
 * skill; the others wait. A change that could not be written is undone.
 */
import { HiveError } from '../../errors.ts'
import { MAX_AGENTS, MAX_SKILLS } from '../constants.ts'
import { UNTESTED } from '../lifecycle/lifecycle.ts'
import { RemovedSkills } from './removed-skills.ts'
import type { Store } from '../../../crdt/index.ts'
import type { LifecycleState } from '../lifecycle/lifecycle.ts'
import type { RemovalChange } from './removed-skills.ts'
import type { IdentifiedSkill } from '../skill-identity.ts'
import type { SkillRecords } from './skill-records.ts'
import type { Provenance, SkillState, StoredSkill } from './skill-values.ts'
import type { SkillWriter } from './skill-writer.ts'

/** A skill whose state counts its stored history. */
export interface SkillEntry extends Omit<StoredSkill, 'agents'> {
  agents: readonly string[]
  state: SkillState
}

export interface SkillEntriesComponents {
  readonly store: Pick<Store, 'commit'>
  readonly records: SkillRecords
  readonly writer: Pick<SkillWriter, 'forget' | 'kept' | 'removed' | 'settled' | 'written'>
  readonly now: () => number
}

export class SkillEntries {
  readonly #components: SkillEntriesComponents
  readonly #entries = new Map<string, SkillEntry>()
  /** Skills that are being added, noted or removed; resolved when they are, or could not be. */
  readonly #changing = new Map<string, Promise<void>>()
  /** Skills that are new and not on disk. */
  #arriving = 0
  readonly #removed: RemovedSkills

  constructor(components: SkillEntriesComponents) {
    this.#components = components
    this.#removed = new RemovedSkills(components.records)
  }

  async load(): Promise<void> {
    const { records } = this.#components
    for await (const skill of records.skills()) {
      this.#entries.set(skill.id, { ...skill, state: initialState(skill.addedAt) })
    }
    for await (const [id, state] of records.states()) {
      const entry = this.#entries.get(id)
      if (entry !== undefined) entry.state = state
    }
    await this.#removed.load()
  }

  get size(): number {
    return this.#entries.size
  }

  get(id: string): SkillEntry | undefined {
    return this.#entries.get(id)
  }

  /** Throws `HiveError` (SKILL_UNKNOWN). */
  need(id: string): SkillEntry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw new HiveError('SKILL_UNKNOWN', `This node has no skill with the id ${id}.`)
  }

  values(): MapIterator<SkillEntry> {
    return this.#entries.values()
  }

  /** The state at its removal; undefined for a skill that was not removed, or came back. */
  removedLifecycle(id: string): LifecycleState | undefined {
    return this.#removed.get(id)?.lifecycle
  }

  /** As `SkillStore.add`. */
  async add(
    { id, skill, record }: IdentifiedSkill,
    provenance: Provenance,
    agent: string | undefined
  ): Promise<boolean> {
    for (let other = this.#changing.get(id); other !== undefined; other = this.#changing.get(id)) {
      await other
    }
    const known = this.#entries.get(id)
    if (known !== undefined) {
      await this.#during(id, this.#addAgent(known, record.content, agent))
      // The status in memory may come from a call whose write failed: it is written before the caller hears it.
      await this.#components.writer.written(known)
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

  /** Removes a skill that is here at once; resolves when it is off the disk. */
  async remove(entry: SkillEntry): Promise<void> {
    this.#entries.delete(entry.id)
    this.#components.writer.forget(entry)
    await this.#during(entry.id, this.#erase(entry))
  }

  /** Of a skill without known agents it stays unknown who added it first. */
  async #addAgent(entry: SkillEntry, content: string, agent: string | undefined): Promise<void> {
    const { id, provenance, addedAt, agents } = entry
    if (agent === undefined || agents.length === 0 || agents.length === MAX_AGENTS) return
    if (agents.includes(agent)) return
    entry.agents = [...agents, agent]
    const value = { content, provenance, addedAt, agents: [...entry.agents] }
    const { store, records } = this.#components
    try {
      await store.commit([records.putSkill(id, value)])
    } catch (error) {
      entry.agents = entry.agents.filter((each) => each !== agent)
      throw error
    }
  }

  async #arrive(entry: SkillEntry, content: string): Promise<void> {
    const { id, provenance, addedAt, agents, state } = entry
    const { store, records } = this.#components
    const comeBack = this.#removed.delete(id)
    this.#arriving += 1
    try {
      await store.commit([
        records.putSkill(id, { content, provenance, addedAt, agents: [...agents] }),
        records.putState(id, state),
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
    const { store, records, writer, now } = this.#components
    let removal: RemovalChange | undefined
    try {
      await writer.settled()
      const operations = await records.removals(id)
      removal = this.#removed.add({ id, lifecycle, at: now() })
      await store.commit([...operations, ...removal.operations])
      writer.removed(entry)
    } catch (error) {
      removal?.undo()
      this.#entries.set(id, entry)
      writer.kept(entry)
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
}

function initialState(addedAt: number): SkillState {
  const none = { transitions: 0, failures: 0, lastFailure: 0, receipts: 0 }
  return { lifecycle: UNTESTED, since: addedAt, ...none }
}
