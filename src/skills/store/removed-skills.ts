/**
 * Removed skills: a blacklisted skill comes back blacklisted, and no removed skill is adopted again
 * automatically.
 */
import { MAX_REMOVED } from '../constants.ts'
import type { Operation } from '../../../crdt/index.ts'
import type { SkillRecords } from './skill-records.ts'
import type { StoredRemoval } from './skill-values.ts'

/** A change that counts at once. */
export interface RemovalChange {
  readonly operations: readonly Operation[]
  /** Where its operations could not be written. */
  readonly undo: () => void
}

export class RemovedSkills {
  readonly #records: SkillRecords
  /** The oldest first. */
  readonly #removed = new Map<string, StoredRemoval>()

  constructor(records: SkillRecords) {
    this.#records = records
  }

  async load(): Promise<void> {
    this.#put(await Array.fromAsync(this.#records.removed()))
  }

  get(id: string): StoredRemoval | undefined {
    return this.#removed.get(id)
  }

  add(removed: StoredRemoval): RemovalChange {
    const { id } = removed
    this.#removed.set(id, removed)
    const operation = this.#records.putRemoved(removed)
    const [oldest] = this.#removed.keys()
    const isFull = this.#removed.size > MAX_REMOVED && oldest !== undefined
    const dropped = isFull ? this.delete(oldest) : NO_CHANGE
    return {
      operations: [operation, ...dropped.operations],
      undo: () => {
        if (this.#removed.get(id) === removed) this.#removed.delete(id)
        dropped.undo()
      }
    }
  }

  delete(id: string): RemovalChange {
    const removed = this.#removed.get(id)
    if (removed === undefined) return NO_CHANGE
    this.#removed.delete(id)
    return {
      operations: [this.#records.removeRemoved(id)],
      undo: () => this.#put([...this.#removed.values(), removed])
    }
  }

  #put(all: readonly StoredRemoval[]): void {
    this.#removed.clear()
    for (const each of all.toSorted((one, other) => one.at - other.at)) {
      this.#removed.set(each.id, each)
    }
  }
}

const NO_CHANGE: RemovalChange = { operations: [], undo: () => undefined }
