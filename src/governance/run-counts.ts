/**
 * Runs of skills of each agent on the current day, one value each (`r/<agent>`).
 *
 * Guarantees: a run under a limit begins when its count has left this process, so that the end of the
 * process loses none. No run waits for an fsync; one follows within a second, so a loss of power may
 * lose the counts of that second. A run whose process ended before its outcome stays counted.
 */
import { z } from 'zod'
import { putJson, readAll } from '../stored/index.ts'
import { dayOf, limitExceeded } from './limits.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { AgentLimits } from './limits.ts'

const CountValue = z.object({ day: z.int(), runs: z.int().min(0) })

type Count = z.output<typeof CountValue>

export interface RunCountsComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly now: () => number
  readonly limits: (agent: string) => AgentLimits
  readonly onError: (error: unknown) => void
}

const WITHOUT_SYNC = { sync: false } as const

/** Milliseconds after which counts are fsynced. */
const SYNC_INTERVAL = 1_000

export class RunCounts {
  readonly #components: RunCountsComponents
  readonly #section: Section
  readonly #counts = new Map<string, Count>()
  /** Agents whose counts are not on disk, or without an fsync. */
  readonly #unsynced = new Set<string>()
  #syncing: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(components: RunCountsComponents) {
    this.#components = components
    this.#section = components.store.section('governance')
  }

  async load(): Promise<void> {
    for await (const [agent, count] of readAll(this.#section, 'r/', CountValue)) {
      this.#counts.set(agent, count)
    }
  }

  /** Runs of this day. */
  runs(agent: string): number {
    return this.#current(agent).runs
  }

  /** Counts a run. Throws `HiveError` (LIMIT_EXCEEDED) or `StoreError`; then it is not counted. */
  async take(agent: string): Promise<void> {
    const count = this.#current(agent)
    const limit = this.#components.limits(agent).skillRunsPerDay
    if (limit !== undefined && count.runs >= limit) {
      throw limitExceeded(agent, 'runs of skills a day', {
        limit,
        used: count.runs,
        day: count.day
      })
    }
    count.runs += 1
    this.#counts.set(agent, count)
    this.#unsynced.add(agent)
    const written = this.#components.store.commit([this.#put(agent, count)], WITHOUT_SYNC)
    if (!this.#isClosed) {
      this.#syncing ??= setTimeout(() => void this.#sync(), SYNC_INTERVAL).unref()
    }
    // Without a limit nothing depends on the count; the next write has it, unless there is none.
    if (limit === undefined && !this.#isClosed)
      written.catch((error: unknown) => this.#components.onError(error))
    else {
      try {
        await written
      } catch (error) {
        count.runs -= 1
        throw error
      }
    }
  }

  /** Makes all counts durable. A run that comes later is refused with the store, or has its count written. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#unsynced.size > 0) await this.#sync()
  }

  #current(agent: string): Count {
    const day = dayOf(this.#components.now())
    const count = this.#counts.get(agent)
    return count?.day === day ? count : { day, runs: 0 }
  }

  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    const agents = [...this.#unsynced]
    this.#unsynced.clear()
    const operations = agents.flatMap((agent) => {
      const count = this.#counts.get(agent)
      return count === undefined ? [] : [this.#put(agent, count)]
    })
    try {
      await this.#components.store.commit(operations)
    } catch (error) {
      // With the next run.
      for (const agent of agents) this.#unsynced.add(agent)
      this.#components.onError(error)
    }
  }

  #put(agent: string, count: Count): Operation {
    return putJson(this.#section, `r/${agent}`, count)
  }
}
