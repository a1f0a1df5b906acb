/**
 * Writes changes of skills. Changes during a write join the next write, and each skill's state is
 * written once. Outcomes are written without fsync: they survive the process at once, and a loss of
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

  /** Joins the next write. */
  add(...operations: readonly Operation[]): void {
    this.#operations.push(...operations)
  }

  /** Resolves when the state is written; after a failure it is written with the next one. */
  write(changing: ChangedSkill, sync: boolean): Promise<void> {
    this.#changed.add(changing)
    this.#needsSync ||= sync
    return (this.#next ??= this.#commit())
  }

  /** Resolves when no write is pending, whether it succeeded or not. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => undefined)
    await this.#writing
  }

  /** Writes nothing more of this skill. */
  forget(changing: ChangedSkill): void {
    this.#changed.delete(changing)
    if (this.#unsynced === changing) this.#unsynced = undefined
  }

  /** Writes acknowledged changes to disk. */
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
