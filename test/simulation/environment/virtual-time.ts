/**
 * The time of a simulation: a queue of what is due. Nothing else moves the clock. Between two events
 * all promises settle, so the order of everything follows from the seed.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { EventQueue } from './event-queue.ts'
import { settled } from './settled.ts'
import type { QueuedEvent } from './event-queue.ts'
import type { Owner } from './owner.ts'

/** 2026-01-01T00:00:00Z, the beginning of a simulation. A week of the Unix clock begins there. */
export const EPOCH = Date.UTC(2026, 0, 1)

/** Milliseconds that a look at the clock costs: work that is bounded by time ends. */
const LOOK = 0.001

const realNow = performance.now.bind(performance)

export class VirtualTime {
  readonly world: Owner = { name: 'world', isAlive: true, skew: 0 }
  readonly #owners = new AsyncLocalStorage<Owner>()
  readonly #queue = new EventQueue()
  /** Called with the time and the owner of each event. */
  onEvent: ((now: number, owner: Owner) => void) | undefined
  readonly #begin: number
  #now = 0
  #events = 0
  /** Milliseconds that all clocks have leapt. */
  #leapt = 0

  /** `begin`: milliseconds since 1970. */
  constructor(begin = EPOCH) {
    this.#begin = begin
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now
  }

  /** Events that have run. */
  get events(): number {
    return this.#events
  }

  get owner(): Owner {
    return this.#owners.getStore() ?? this.world
  }

  /** Milliseconds since 1970, by the clock of the current owner. */
  date(): number {
    this.#now += LOOK
    const { clock, skew } = this.owner
    return clock?.() ?? Math.floor(this.#begin + this.#leapt + this.#now + skew)
  }

  /** All clocks show a later time at once, as after a sleep of all machines. Timers stay. */
  leap(ms: number): void {
    this.#leapt += ms
  }

  /** Milliseconds, as `performance.now`. */
  monotonic(): number {
    this.#now += LOOK
    return this.#now
  }

  runAs<T>(owner: Owner, task: () => T): T {
    return this.#owners.run(owner, task)
  }

  /** Runs `task` after `delay` milliseconds as `owner`, unless it is dead by then. */
  schedule(delay: number, task: () => void, owner = this.owner): QueuedEvent {
    const event = { due: this.#now + Math.max(0, delay), owner, task, isCancelled: false, order: 0 }
    this.#queue.push(event)
    return event
  }

  /** Resolves after `delay` milliseconds, never in a dead owner. */
  wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delay, resolve)
    })
  }

  /** Timers that an owner has started and not cleared. */
  timersOf(owner: Owner): number {
    return this.#queue.count((event) => event.isTimer === true && event.owner === owner)
  }

  /** Runs what is due up to `until`; sooner to an end if `isDone`. */
  async run(until: number, isDone: () => boolean = () => false): Promise<void> {
    const started = realNow()
    for (;;) {
      await settled()
      if (isDone()) return
      const event = this.#queue.take(until)
      if (event === undefined) break
      if (event.isCancelled || !event.owner.isAlive) continue
      this.#now = Math.max(this.#now, event.due)
      this.#events += 1
      this.onEvent?.(this.#now, event.owner)
      this.runAs(event.owner, event.task)
      if (this.#events % 4096 === 0 && realNow() - started > MAX_REAL_MS) {
        throw new Error(`The simulation takes more than ${MAX_REAL_MS / 1000} s of real time.`)
      }
    }
    this.#now = Math.max(this.#now, until)
  }

  /** Runs until `promise` settles; throws when nothing is due before, or after `limit` ms. */
  async settle<T>(promise: Promise<T>, what: string, limit = 600_000): Promise<T> {
    let isSettled = false
    const end = (): void => {
      isSettled = true
    }
    promise.then(end, end)
    await this.run(this.#now + limit, () => isSettled)
    if (!isSettled) throw new Error(`${what} did not end within ${limit} ms.`)
    return promise
  }
}

/** A simulation that takes longer than this does not end. */
const MAX_REAL_MS = 300_000
