/**
 * Subscriptions: what is released reaches the agents that asked for such things, as it is released.
 * Nothing in quarantine ever does. Each subscription hears of an insight once; what was released
 * while nobody was subscribed is found by `recall` and `context`.
 */
import { equalBytes } from '../../crdt/index.ts'
import { insightOf } from './insights.ts'
import type { Entry, Replica, Standing } from '../../crdt/index.ts'
import type { Judge } from '../judgement/index.ts'
import type { Insight } from './insights.ts'

export interface SubscriptionFilter {
  /** Insights with any of these tags; a goal's id is a tag of what was attached to it. */
  readonly tags?: readonly string[]
  /** Insights about any of these entities, whatever the case. */
  readonly entities?: readonly string[]
}

/** Ends when it is disposed. */
export interface Subscription extends Disposable {
  readonly filter: SubscriptionFilter
}

export interface SubscriptionsComponents {
  readonly replica: Pick<Replica, 'get' | 'off' | 'on'>
  readonly judge: Judge
  readonly onFailed: (error: unknown) => void
}

interface Subscriber {
  readonly filter: SubscriptionFilter
  readonly entities: ReadonlySet<string>
  readonly listener: (insight: Insight) => void
  readonly heard: Set<string>
}

/** Ids that one subscription remembers to have heard: 10 MB; beyond it the oldest may come again. */
const MAX_HEARD = 100_000

export class Subscriptions {
  readonly #components: SubscriptionsComponents
  readonly #subscribers = new Set<Subscriber>()

  constructor(components: SubscriptionsComponents) {
    this.#components = components
  }

  add(filter: SubscriptionFilter, listener: (insight: Insight) => void): Subscription {
    const entities = new Set(filter.entities?.map((entity) => entity.toLowerCase()))
    const subscriber = { filter, entities, listener, heard: new Set<string>() }
    if (this.#subscribers.size === 0) this.#components.replica.on('entry:admitted', this.#onEntry)
    this.#subscribers.add(subscriber)
    return {
      filter,
      [Symbol.dispose]: () => {
        this.#subscribers.delete(subscriber)
        if (this.#subscribers.size === 0) {
          this.#components.replica.off('entry:admitted', this.#onEntry)
        }
      }
    }
  }

  /** Looks at a record again: what the author, or this node itself, said of it is new. */
  async consider(digest: Uint8Array, author?: Uint8Array): Promise<void> {
    if (this.#subscribers.size === 0) return
    const standing = await this.#components.replica.get(digest)
    if (standing === undefined || !(await this.#isReleased(standing))) return
    if (author !== undefined && (await this.#isReleased(without(standing, author)))) return
    const judgement = await this.#components.judge.judge(standing)
    if (judgement !== undefined) this.#deliver(insightOf(standing, judgement))
  }

  readonly #onEntry = ({ author }: Entry, digests: readonly Uint8Array[]): void => {
    void this.#considerAll(digests, author)
  }

  async #considerAll(digests: readonly Uint8Array[], author: Uint8Array): Promise<void> {
    try {
      for (const digest of digests) await this.consider(digest, author)
    } catch (error) {
      this.#components.onFailed(error)
    }
  }

  async #isReleased(standing: Standing): Promise<boolean> {
    return (await this.#components.judge.judge(standing))?.state === 'released'
  }

  #deliver(insight: Insight): void {
    for (const { filter, entities, listener, heard } of this.#subscribers) {
      const isTagged = filter.tags?.some((tag) => insight.tags.includes(tag)) === true
      const isAll = filter.tags === undefined && filter.entities === undefined
      if (!isAll && !isTagged && !entities.has(insight.entity.toLowerCase())) continue
      if (heard.has(insight.id)) continue
      heard.add(insight.id)
      if (heard.size > MAX_HEARD)
        for (const oldest of heard.values()) {
          heard.delete(oldest)
          break
        }
      // What a listener throws is its own, as with any event.
      queueMicrotask(() => listener(insight))
    }
  }
}

function without({ registers, ...standing }: Standing, author: Uint8Array): Standing {
  return { ...standing, registers: registers.filter((each) => !equalBytes(each.author, author)) }
}
