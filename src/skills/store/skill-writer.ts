/**
 * Writes changes of skills. Changes during a write join the next write, and each skill's state is
 * written once. What cannot be written stays in memory, since a skill that failed must not run, and
 * is written with the next change, or a second later. Outcomes are written without fsync: they survive the process at once, and a loss of
 * power a second later. Commits land in order, so a commit with fsync makes all earlier ones
 * durable.
 */
import { MAX_UNWRITTEN, SYNC_INTERVAL } from '../constants.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import type { SkillRecords } from './skill-records.ts'
import type { SkillState } from './skill-values.ts'

/** Read when it is written, in its state at that time. */
export interface ChangedSkill {
  readonly id: string
  readonly state: SkillState
}

export interface SkillWriterComponents {
  readonly store: Pick<Store, 'commit'>
  readonly records: SkillRecords
  /** Called if an acknowledged change cannot be written to disk. */
  readonly onError?: (error: unknown) => void
}

interface WaitingOperation {
  /** The skill with which its value is removed; undefined if it outlives the skill. */
  readonly of: ChangedSkill | undefined
  readonly operation: Operation
  /** Called when it is written. */
  readonly onWritten?: () => void
}

export class SkillWriter {
  readonly #components: SkillWriterComponents
  readonly #changed = new Set<ChangedSkill>()
  /** Skills that are being removed, or are removed. */
  readonly #forgotten = new WeakSet<ChangedSkill>()
  /** What the commit that has not ended writes. */
  #inCommit: readonly ChangedSkill[] = []
  #operations: WaitingOperation[] = []
  #needsSync = false
  #next: Promise<void> | undefined
  #writing: Promise<unknown> = Promise.resolve()
  #unsynced: ChangedSkill | undefined
  #syncing: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(components: SkillWriterComponents) {
    this.#components = components
  }

  /** Joins the next write. `of`: the skill that the values belong to, with which they are removed. */
  add(of: ChangedSkill | undefined, ...operations: readonly Operation[]): void {
    for (const operation of operations) this.#operations.push({ of, operation })
  }

  /** As `add`, and calls back when it is written, also where that fails at first. */
  addFollowed(of: ChangedSkill, operation: Operation, onWritten: () => void): void {
    this.#operations.push({ of, operation, onWritten })
  }

  /** Resolves when the state is written; after a failure it is written with the next one. */
  write(changing: ChangedSkill, sync: boolean): Promise<void> {
    if (this.#forgotten.has(changing)) return Promise.resolve()
    this.#changed.add(changing)
    this.#needsSync ||= sync
    return (this.#next ??= this.#commit())
  }

  /** Writes the state in a second, or with the next change. */
  writeLater(changing: ChangedSkill): void {
    if (this.#forgotten.has(changing)) return
    this.#changed.add(changing)
    this.#needsSync = true
    this.#syncLater()
  }

  /** Resolves when the state as it is now is written. */
  async written(changing: ChangedSkill): Promise<void> {
    if (!this.#changed.has(changing) && !this.#inCommit.includes(changing)) return
    await this.write(changing, true)
  }

  /** Resolves when no write is pending, whether it succeeded or not. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => undefined)
    await this.#writing
  }

  /** Writes nothing more of this skill, unless it is `kept`. */
  forget(changing: ChangedSkill): void {
    this.#forgotten.add(changing)
    this.#changed.delete(changing)
    if (this.#unsynced === changing) this.#unsynced = undefined
  }

  /** It is removed from the disk: what waits of it is dropped. */
  removed(changing: ChangedSkill): void {
    this.#operations = this.#operations.filter(({ of }) => of !== changing)
  }

  /** It could not be removed: what was not written of it is written later. */
  kept(changing: ChangedSkill): void {
    this.#forgotten.delete(changing)
    this.writeLater(changing)
  }

  /** Writes acknowledged changes to disk. What changes later is written at once, with fsync, or fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.settled()
    try {
      await this.#sync()
    } finally {
      clearTimeout(this.#syncing)
      this.#syncing = undefined
    }
  }

  async #commit(): Promise<void> {
    await this.#writing
    this.#next = undefined
    const { store, records } = this.#components
    // A write that failed may have brought a forgotten one back.
    const changed = [...this.#changed].filter((each) => !this.#forgotten.has(each))
    const { ready = [], waiting = [] } = Object.groupBy(this.#operations, ({ of }) =>
      of !== undefined && this.#forgotten.has(of) ? 'waiting' : 'ready'
    )
    const sync = this.#needsSync || this.#isClosed
    this.#changed.clear()
    this.#operations = waiting
    this.#needsSync = false
    const states = changed.map(({ id, state }) => records.putState(id, state))
    const operations = ready.map(({ operation }) => operation)
    const written = store.commit([...operations, ...states], { sync })
    this.#writing = written.catch(() => undefined)
    this.#inCommit = changed
    try {
      await written
    } catch (error) {
      for (const changing of changed) this.#changed.add(changing)
      this.#operations = [...ready, ...this.#operations].slice(-MAX_UNWRITTEN)
      this.#needsSync = true
      this.#syncLater()
      throw error
    } finally {
      this.#inCommit = []
    }
    for (const { onWritten } of ready) onWritten?.()
    if (!sync) {
      this.#unsynced = changed.at(-1)
      this.#syncLater()
    }
  }

  #syncLater(): void {
    if (this.#isClosed) return
    this.#syncing ??= setTimeout(() => {
      this.#sync().catch((error: unknown) => this.#components.onError?.(error))
    }, SYNC_INTERVAL).unref()
  }

  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    if (this.#changed.size > 0 || this.#operations.length > 0) {
      this.#needsSync = true
      await (this.#next ??= this.#commit())
      return
    }
    const changing = this.#unsynced
    if (changing === undefined) return
    this.#unsynced = undefined
    const { store, records } = this.#components
    try {
      await store.commit([records.putState(changing.id, changing.state)])
    } catch (error) {
      this.writeLater(changing)
      throw error
    }
  }
}
