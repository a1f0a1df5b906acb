/**
 * The events of a running node, for callers outside of its process. The newest are kept, numbered;
 * each reader follows them at its own pace, and learns how many it missed if it is too slow. So a
 * reader costs the node nothing.
 */
import { EventEmitter, once } from 'node:events'
import { jsonify } from './jsonify.ts'
import type { HiveEvents } from '../../src/index.ts'

export interface FeedEvent {
  /** Counts from 1 since the node started. */
  readonly id: number
  readonly event: string
  readonly at: string
  readonly data: unknown
}

/** Events that are kept for readers. */
const KEPT = 1_024

/** Events without content come together; one is passed on for all within this time, in milliseconds. */
const QUIET_DELAY = 100

/** Said to a reader that was too slow, with `{count}`. */
export const MISSED = 'events:missed'

/** What each event carries: `nothing`, an `object`, or one value of this name. */
const FORMS: Readonly<Record<keyof HiveEvents, string>> = {
  'address:change': 'object',
  'author:distrust': 'object',
  'bootstrap:fail': 'object',
  'embedding:fail': 'error',
  'filter:change': 'object',
  'gossip:change': 'nothing',
  'hive:change': 'nothing',
  'hive:warn': 'text',
  'index:rebuild': 'object',
  'lan:find': 'object',
  'model:call': 'object',
  'model:warn': 'text',
  'peer:connect': 'peer',
  'peer:disconnect': 'peer',
  'peer:duplicate': 'object',
  'member:admit': 'object',
  'member:refuse': 'object',
  'peer:offend': 'object',
  'peer:refuse': 'object',
  'skill:cool': 'object',
  'skill:fail': 'object',
  'skill:remove': 'object',
  'skill:transition': 'object',
  'skill:use': 'nothing',
  'skill:warm': 'object',
  'skill:warm-fail': 'object',
  'stem:wait': 'object',
  'store:damage': 'object',
  'sync:receive': 'object',
  'upkeep:consolidate': 'object',
  'upkeep:fail': 'error'
}

export class EventFeed {
  readonly #kept: FeedEvent[] = []
  readonly #added = new EventEmitter<{ add: [] }>().setMaxListeners(0)
  readonly #pending = new Map<string, NodeJS.Timeout>()
  readonly #stopFollowing: () => void
  #last = 0
  #isClosed = false

  constructor(db: Pick<EventEmitter<HiveEvents>, 'off' | 'on'>) {
    const names = Object.keys(FORMS)
    const followed = names.map((name) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of FORMS
      const event = name as keyof HiveEvents
      const listener = (...args: unknown[]): void => this.#onEvent(event, args)
      db.on(event, listener)
      return () => db.off(event, listener)
    })
    this.#stopFollowing = () => {
      for (const stop of followed) stop()
    }
  }

  /** The number of the newest event. */
  get last(): number {
    return this.#last
  }

  /**
   * Events after `after`, then those to come, until the signal aborts or the feed closes. A number
   * that was not reached yet is of a run before: its reader knows no event of this one.
   */
  async *follow(after: number, signal?: AbortSignal): AsyncGenerator<FeedEvent> {
    let next = (after > this.#last ? 0 : Math.max(0, after)) + 1
    while (!this.#isClosed) {
      const first = this.#kept[0]?.id ?? next
      if (next < first) {
        yield { id: first - 1, event: MISSED, at: now(), data: { count: first - next } }
        next = first
      }
      const event = this.#kept[next - first]
      if (event !== undefined) {
        yield event
        next += 1
      } else if (!(await this.#waitForMore(signal))) return
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stopFollowing()
    for (const timer of this.#pending.values()) clearTimeout(timer)
    this.#pending.clear()
    this.#added.emit('add')
  }

  async #waitForMore(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return false
    try {
      await once(this.#added, 'add', { signal })
      return true
    } catch {
      return false
    }
  }

  #onEvent(event: keyof HiveEvents, args: readonly unknown[]): void {
    const form = FORMS[event]
    if (form !== 'nothing') {
      this.#add(event, form === 'object' ? jsonify(args[0] ?? {}) : { [form]: textOf(args[0]) })
    } else if (!this.#pending.has(event)) {
      const pass = (): void => {
        this.#pending.delete(event)
        this.#add(event, {})
      }
      this.#pending.set(event, setTimeout(pass, QUIET_DELAY).unref())
    }
  }

  #add(event: string, data: unknown): void {
    this.#last += 1
    this.#kept.push({ id: this.#last, event, at: now(), data })
    if (this.#kept.length > KEPT) this.#kept.shift()
    this.#added.emit('add')
  }
}

function now(): string {
  return new Date().toISOString()
}

function textOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value)
}
