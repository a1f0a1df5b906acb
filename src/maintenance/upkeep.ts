/**
 * Upkeep: background work of an idle node, which takes in and publishes little. It compares facts that were added without a search for
 * near-duplicates, a slice at a time. It drops repetitions from logs. It compacts the node's own feed when half of it is no longer
 * live. Slices take at most a third of the time.
 */
import { Activity } from './activity.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Replica } from '../../crdt/index.ts'
import type { ConsolidateReport, NearDuplicates } from '../knowledge/index.ts'
import type { FactStore } from '../facts/index.ts'

export interface UpkeepComponents {
  readonly facts: Pick<FactStore, 'compactLog' | 'isLogCompactionDue' | 'logEnd'>
  readonly nearDuplicates: Pick<NearDuplicates, 'consolidate' | 'isDue'>
  readonly replica: Pick<
    Replica,
    'compact' | 'compactLog' | 'isCompactionDue' | 'isLogCompactionDue' | 'recordLogEnd'
  >
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  readonly onConsolidate: (consolidated: ConsolidateReport) => void
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two looks at whether the node is idle. */
const IDLE_MS = 1_000

/** Facts compared in one slice: about a second of work at a million facts. */
const SLICE_FACTS = 100

/** The pause after a slice, as a multiple of the slice's duration. */
const PAUSE_FACTOR = 2

export class Upkeep {
  readonly #components: UpkeepComponents
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  readonly #activity = new Activity()

  constructor(components: UpkeepComponents) {
    this.#components = components
  }

  start(): void {
    this.#schedule(IDLE_MS)
  }

  /** Stops between two facts; resolves when no work is pending. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#timer)
    await this.#running
  }

  #schedule(delay: number): void {
    if (this.#abort.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#running = this.#turn()
    }, delay)
    this.#timer.unref()
  }

  async #turn(): Promise<void> {
    const started = performance.now()
    let hasWorked = false
    try {
      if (this.#activity.isIdle(this.#ends()))
        hasWorked = await this.#work({ signal: this.#abort.signal })
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#components.onError(error)
    }
    this.#schedule(hasWorked ? PAUSE_FACTOR * (performance.now() - started) : IDLE_MS)
  }

  #ends(): readonly number[] {
    const { facts, replica } = this.#components
    return [facts.logEnd, replica.recordLogEnd]
  }

  /** Runs one slice; returns whether there was work. */
  async #work(options: AbortOptions): Promise<boolean> {
    const { facts, nearDuplicates, replica, announce, onConsolidate } = this.#components
    if (replica.isCompactionDue) {
      const last = (await replica.compact(options.signal)).at(-1)
      if (last !== undefined) await announce([last])
      return true
    }
    const log = [facts, replica].find(({ isLogCompactionDue }) => isLogCompactionDue)
    if (log !== undefined) {
      await log.compactLog(options.signal)
      return true
    }
    if (!(await nearDuplicates.isDue())) return false
    const consolidated = await nearDuplicates.consolidate({ ...options, limit: SLICE_FACTS })
    // Log entries of its own merges do not end the idle time.
    this.#activity.leaveOut(this.#ends())
    if (consolidated.checked > 0) onConsolidate(consolidated)
    return true
  }
}
