/**
 * Writes what changes of skills. Changes made while a write is under way go with the next one, each
 * skill's standing once. What outlives the process at once, and a loss of power a second later, is
 * written without fsync; commits land in their order, so one with it makes all before it durable.
 */
import { MAX_UNWRITTEN, SYNC_INTERVAL } from '../constants.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import type { SkillRecords } from './skill-records.ts'
import type { SkillState } from './skill-values.ts'

/** Read when it is written, as it is by then. */
export interface ChangedSkill {
  readonly id: string
  readonly state: SkillState
}

export interface SkillWriterComponents {
  readonly store: Pick<Store, 'commit'>
  readonly records: SkillRecords
  /** What was acknowledged could not be put on disk for good. */
  readonly onError?: (error: unknown) => void
}

export class SkillWriter {
  readonly #components: SkillWriterComponents
  readonly #changed = new Set<ChangedSkill>()
  #operations: Operation[] = []
  #needsSync = false
  #next: Promise<void> | undefined
  #writing: Promise<unknown> = Promise.resolve()
  #unsynced: ChangedSkill | undefined
  #syncing: NodeJS.Timeout | undefined

  constructor(components: SkillWriterComponents) {
    this.#components = components
  }

  /** Goes with the next write. */
  add(...operations: readonly Operation[]): void {
    this.#operations.push(...operations)
  }

  /** Resolves when the state is written; when that fails it is written with the next. */
  write(changing: ChangedSkill, sync: boolean): Promise<void> {
    this.#changed.add(changing)
    this.#needsSync ||= sync
    return (this.#next ??= this.#commit())
  }

  /** Resolves when nothing waits to be written, whether that worked or not. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => undefined)
    await this.#writing
  }

  /** Writes nothing more of it. */
  forget(changing: ChangedSkill): void {
    this.#changed.delete(changing)
    if (this.#unsynced === changing) this.#unsynced = undefined
  }

  /** Puts on disk what was acknowledged. */
  async close(): Promise<void> {
    await this.#next
    await this.#writing
    await this.#sync()
  }

  async #commit(): Promise<void> {
    await this.#writing
    this.#next = undefined
    const { store, records } = this.#components
    const changed = [...this.#changed]
    const operations = this.#operations
    const sync = this.#needsSync
    this.#changed.clear()
    this.#operations = []
    this.#needsSync = false
    const states = changed.map(({ id, state }) => records.putState(id, state))
    const written = store.commit([...operations, ...states], { sync })
    this.#writing = written.catch(() => undefined)
    try {
      await written
    } catch (error) {
      for (const changing of changed) this.#changed.add(changing)
      this.#operations = [...operations, ...this.#operations].slice(-MAX_UNWRITTEN)
      this.#needsSync = true
      throw error
    }
    if (!sync) this.#syncLater(changed.at(-1))
  }

  #syncLater(changing: ChangedSkill | undefined): void {
    this.#unsynced = changing
    this.#syncing ??= setTimeout(() => {
      this.#sync().catch((error: unknown) => this.#components.onError?.(error))
    }, SYNC_INTERVAL).unref()
  }

  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    const changing = this.#unsynced
    if (changing === undefined) return
    this.#unsynced = undefined
    const { store, records } = this.#components
    await store.commit([records.putState(changing.id, changing.state)])
  }
}
