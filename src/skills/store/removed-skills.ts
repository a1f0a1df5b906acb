/**
 * Removed skills: a blacklisted skill comes back blacklisted, and no removed skill is adopted again
 * automatically.
 */
import { MAX_REMOVED } from '../constants.ts'
import type { Operation } from '../../../crdt/index.ts'
import type { SkillRecords } from './skill-records.ts'
import type { StoredRemoval } from './skill-values.ts'

export class RemovedSkills {
  readonly #records: SkillRecords
  /** The oldest first. */
  readonly #removed = new Map<string, StoredRemoval>()

  constructor(records: SkillRecords) {
    this.#records = records
  }

  /** Reads them from disk: at the start, and after a failed commit. */
  async load(): Promise<void> {
    const all = await Array.fromAsync(this.#records.removed())
    this.#removed.clear()
    for (const each of all.toSorted((one, other) => one.at - other.at)) {
      this.#removed.set(each.id, each)
    }
  }

  get(id: string): StoredRemoval | undefined {
    return this.#removed.get(id)
  }

  add(removed: StoredRemoval): Operation[] {
    this.#removed.set(removed.id, removed)
    const [oldest] = this.#removed.keys()
    if (this.#removed.size <= MAX_REMOVED || oldest === undefined) {
      return [this.#records.putRemoved(removed)]
    }
    return [this.#records.putRemoved(removed), ...this.delete(oldest)]
  }

  delete(id: string): Operation[] {
    return this.#removed.delete(id) ? [this.#records.removeRemoved(id)] : []
  }
}
