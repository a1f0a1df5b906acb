/**
 * Subscriptions: agents receive insights when they are released. Quarantined records are never
 * delivered. Each subscription receives an insight once. Insights that were released before the
 * subscription are found by `recall` and `context`.
 */
import { digestOfId } from '../arguments/index.ts'
import { insightOf } from '../judgement/index.ts'
import { isReceipts } from '../skills/index.ts'
import type { Entry, Replica, AttestedRecord } from '../../crdt/index.ts'
import type { Judge, Insight } from '../judgement/index.ts'

/**
 * Which insights a subscriber receives. An insight matches if it matches any of the lists; without
 * a list, all match.
 */
export interface SubscriptionFilter {
  /** Insights with any of these tags. */
  readonly tags?: readonly string[]
  /** Insights about any of these entities, without regard to case. */
  readonly entities?: readonly string[]
  /** Insights attached to any of these goals, by id. */
  readonly goals?: readonly string[]
}

/** Ends when it is disposed. */
export interface Subscription extends Disposable {
  readonly filter: SubscriptionFilter
}

export interface SubscriptionsComponents {
  readonly replica: Pick<Replica, 'get' | 'off' | 'on'>
  readonly judge: Judge
  /** Ids of the records attached to a goal. */
  readonly templatesOf: (goal: string) => Promise<readonly string[]>
  readonly onError: (error: unknown) => void
}

interface Subscriber {
  readonly filter: SubscriptionFilter
  readonly entities: ReadonlySet<string>
  readonly listener: (insight: Insight) => void
  readonly delivered: Set<string>
  /** Ids of the records attached to its goals. */
  templates: Promise<ReadonlySet<string>>
}

/**
 * Ids that one subscription remembers as delivered: 10 MB. Beyond it the oldest may be delivered
 * again.
 */
const MAX_DELIVERED = 100_000

export class Subscriptions {
  readonly #components: SubscriptionsComponents
  readonly #subscribers = new Set<Subscriber>()

  constructor(components: SubscriptionsComponents) {
    this.#components = components
  }

  add(filter: SubscriptionFilter, listener: (insight: Insight) => void): Subscription {
    const entities = new Set(filter.entities?.map((entity) => entity.toLowerCase()))
    const templates = this.#templatesOf(filter)
    const subscriber = { filter, entities, listener, delivered: new Set<string>(), templates }
    if (this.#subscribers.size === 0) this.#components.replica.on('entry:admit', this.#onEntry)
    this.#subscribers.add(subscriber)
    return {
      filter,
      [Symbol.dispose]: () => {
        this.#subscribers.delete(subscriber)
        if (this.#subscribers.size === 0) {
          this.#components.replica.off('entry:admit', this.#onEntry)
        }
      }
    }
  }

  /** Judges a record again after a new vote of the author, or of this node. */
  async recheck(digest: Uint8Array, author?: Uint8Array): Promise<void> {
    if (this.#subscribers.size === 0) return
    const attested = await this.#components.replica.get(digest)
    if (attested?.record.kind === 'goal') return this.#recheckGoals()
    if (attested === undefined || isReceipts(attested.record)) return
    if (!(await this.#isReleased(attested))) return
    if (author !== undefined) {
      const before = await this.#components.replica.get(digest, [author])
      if (before !== undefined && (await this.#isReleased(before))) return
    }
    const judgement = await this.#components.judge.judge(attested)
    if (judgement !== undefined) await this.#deliver(insightOf(attested, judgement))
  }

  /** Attachments of goals may have changed; the attached record may have been released long ago. */
  async #recheckGoals(): Promise<void> {
    const { replica, judge } = this.#components
    for (const subscriber of this.#subscribers) {
      if (subscriber.filter.goals === undefined) continue
      subscriber.templates = this.#templatesOf(subscriber.filter)
      for (const id of await subscriber.templates) {
        const attested = await replica.get(digestOfId(id))
        const judgement = attested === undefined ? undefined : await judge.judge(attested)
        if (attested === undefined || judgement?.state !== 'released') continue
        if (judgement.isStale === true) continue
        deliverOnce(subscriber, insightOf(attested, judgement), this.#components.onError)
      }
    }
  }

  #templatesOf({ goals = [] }: SubscriptionFilter): Promise<ReadonlySet<string>> {
    const ids = Promise.all(goals.map((goal) => this.#components.templatesOf(goal)))
    return ids.then(
      (templates) => new Set(templates.flat()),
      (error: unknown) => {
        this.#components.onError(error)
        return new Set()
      }
    )
  }

  readonly #onEntry = ({ author }: Entry, digests: readonly Uint8Array[]): void => {
    void this.#recheckAll(digests, author)
  }

  async #recheckAll(digests: readonly Uint8Array[], author: Uint8Array): Promise<void> {
    try {
      for (const digest of digests) await this.recheck(digest, author)
    } catch (error) {
      this.#components.onError(error)
    }
  }

  async #isReleased(attested: AttestedRecord): Promise<boolean> {
    const judgement = await this.#components.judge.judge(attested)
    return judgement?.state === 'released' && judgement.isStale !== true
  }

  async #deliver(insight: Insight): Promise<void> {
    for (const subscriber of this.#subscribers) {
      if (await matchesSubscriber(insight, subscriber))
        deliverOnce(subscriber, insight, this.#components.onError)
    }
  }
}

async function matchesSubscriber(
  insight: Insight,
  { filter, entities, templates }: Subscriber
): Promise<boolean> {
  const { tags, goals } = filter
  if (tags === undefined && filter.entities === undefined && goals === undefined) return true
  return (
    tags?.some((tag) => insight.tags.includes(tag)) === true ||
    entities.has(insight.entity.toLowerCase()) ||
    (await templates).has(insight.id)
  )
}

/** Other work does not wait for a listener, and does not see its errors. */
function deliverOnce(
  { delivered, listener }: Subscriber,
  insight: Insight,
  onError: (error: unknown) => void
): void {
  if (delivered.has(insight.id)) return
  delivered.add(insight.id)
  const [oldest] = delivered
  if (delivered.size > MAX_DELIVERED && oldest !== undefined) delivered.delete(oldest)
  queueMicrotask(() => {
    try {
      listener(insight)
    } catch (error) {
      onError(error)
    }
  })
}
