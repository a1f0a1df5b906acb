/**
 * Subscriptions: agents receive insights when they are released, by whatever: votes that come or go,
 * a body that comes later, an author that is void. Quarantined records are never delivered. Each
 * subscription receives an insight once. Insights that were released before the subscription are
 * found by `recall` and `context`; so are records that this node is the first to publish. What cannot
 * be read is read again later.
 */
import { Retry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { insightOf } from '../judgement/index.ts'
import { isReceipts } from '../skills/index.ts'
import type { AttestedRecord, Replica, StandingChange } from '../../crdt/index.ts'
import type { Insight, Judge, Judgement } from '../judgement/index.ts'

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
  /** Aborted when the node stops: nothing is read or tried again then. */
  readonly closing: AbortSignal
  readonly onError: (error: unknown) => void
}

interface Subscriber {
  readonly filter: SubscriptionFilter
  readonly entities: ReadonlySet<string>
  readonly listener: (insight: Insight) => void
  readonly delivered: Set<string>
  /** Ids of the records attached to its goals; undefined until they are read, and where they may have changed. */
  templates: Promise<ReadonlySet<string>> | undefined
}

/** A record to be judged again. */
interface Recheck {
  readonly digest: Uint8Array
  /**
   * How many voted how before the first change since it was judged. Undefined after a vote of this node,
   * or where its body came: it is delivered also if it was released before.
   */
  readonly before: StandingChange['before'] | undefined
}

/**
 * Ids that one subscription remembers as delivered: 10 MB. Beyond it the oldest may be delivered
 * again.
 */
const MAX_DELIVERED = 100_000

/** Records that wait to be judged: many more than come at a time. The oldest go, 0.3 kB each. */
const MAX_RECHECKS = 500_000

/** Records that were judged without their body, and are remembered as such: 10 MB. */
const MAX_UNREAD = 100_000

export class Subscriptions {
  readonly #components: SubscriptionsComponents
  readonly #subscribers = new Set<Subscriber>()
  /** By the digest in hex, the oldest first. */
  readonly #rechecks = new Map<string, Recheck>()
  /** By the digest in hex: votes came, and no body yet. */
  readonly #unread = new Map<string, true>()
  /** While there are subscribers. */
  #work: { readonly ended: AbortController; readonly retry: Retry } | undefined

  constructor(components: SubscriptionsComponents) {
    this.#components = components
  }

  add(filter: SubscriptionFilter, listener: (insight: Insight) => void): Subscription {
    const entities = new Set(filter.entities?.map((entity) => entity.toLowerCase()))
    const delivered = new Set<string>()
    const subscriber = { filter, entities, listener, delivered, templates: undefined }
    if (this.#work === undefined) this.#start()
    this.#subscribers.add(subscriber)
    return {
      filter,
      [Symbol.dispose]: () => {
        this.#subscribers.delete(subscriber)
        if (this.#subscribers.size === 0) this.#stop()
      }
    }
  }

  /** Judges a record again after a vote of this node. */
  recheck(digest: Uint8Array): void {
    // A copy: it may be in a buffer of its own.
    this.#add({ digest: digest.slice(), before: undefined })
  }

  #add(recheck: Recheck): void {
    if (this.#work === undefined) return
    const name = toHex(recheck.digest)
    const isCertain = recheck.before === undefined
    const first = isCertain ? recheck : (this.#rechecks.get(name) ?? recheck)
    keepLatest(this.#rechecks, name, first, MAX_RECHECKS)
    this.#work.retry.now()
  }

  #start(): void {
    const { replica, closing: stopped, onError: onFailure } = this.#components
    const ended = new AbortController()
    const closing = AbortSignal.any([ended.signal, stopped])
    const task = (): Promise<void> => this.#recheckAll()
    this.#work = { ended, retry: new Retry({ closing, task, onFailure }) }
    replica.on('standing:change', this.#onChanges)
    replica.on('body:store', this.#onBodies)
  }

  #stop(): void {
    this.#work?.ended.abort()
    this.#work = undefined
    this.#rechecks.clear()
    this.#unread.clear()
    const { replica } = this.#components
    replica.off('standing:change', this.#onChanges)
    replica.off('body:store', this.#onBodies)
  }

  readonly #onChanges = (changes: readonly StandingChange[]): void => {
    for (const { digest, before } of changes) this.#add({ digest: digest.slice(), before })
  }

  readonly #onBodies = (digests: readonly Uint8Array[]): void => {
    for (const digest of digests) this.recheck(digest)
  }

  /** Throws the first error; what failed waits for the next call. */
  async #recheckAll(): Promise<void> {
    const errors: unknown[] = []
    // What fails is added again behind them.
    const waiting = Array.from(this.#rechecks)
    for (const [name, recheck] of waiting) {
      this.#rechecks.delete(name)
      try {
        await this.#recheck(recheck)
      } catch (error) {
        errors.push(error)
        this.#again(name, recheck)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** What has come meanwhile is later. */
  #again(name: string, recheck: Recheck): void {
    if (this.#work === undefined) return
    const isCertain = this.#rechecks.has(name) && this.#rechecks.get(name)?.before === undefined
    if (!isCertain) keepLatest(this.#rechecks, name, recheck, MAX_RECHECKS)
  }

  async #recheck({ digest, before }: Recheck): Promise<void> {
    const { replica, judge } = this.#components
    const name = toHex(digest)
    const attested = await replica.get(digest)
    if (attested === undefined) return keepLatest(this.#unread, name, true, MAX_UNREAD)
    if (attested.record.kind === 'goal') return this.#recheckGoals()
    if (isReceipts(attested.record)) return
    // Judged once: a vote of this node may change what is judged next.
    const judgement = await judge.judge(attested)
    if (judgement !== undefined && isReleased(judgement)) {
      const wasRead = !this.#unread.has(name)
      const wasReleased = wasRead && (await this.#wasReleased(attested, before))
      if (!wasReleased) await this.#deliver(insightOf(attested, judgement))
    }
    // Not before: what fails is judged again.
    this.#unread.delete(name)
  }

  /** Whether the record was released when so many voted so; never where that is undefined. */
  async #wasReleased(attested: AttestedRecord, before: Recheck['before']): Promise<boolean> {
    if (before === undefined) return false
    const standing = { ...attested.standing, ...before }
    const judgement = await this.#components.judge.judge({ ...attested, standing })
    return judgement !== undefined && isReleased(judgement)
  }

  /** Attachments of goals may have changed; the attached record may have been released long ago. */
  async #recheckGoals(): Promise<void> {
    const { replica, judge } = this.#components
    for (const subscriber of this.#subscribers) subscriber.templates = undefined
    for (const subscriber of this.#subscribers) {
      for (const id of await this.#templatesOf(subscriber)) {
        const attested = await replica.get(digestOfId(id))
        const judgement = attested === undefined ? undefined : await judge.judge(attested)
        if (attested === undefined || judgement === undefined) continue
        if (!isReleased(judgement)) continue
        deliverOnce(subscriber, insightOf(attested, judgement), this.#components.onError)
      }
    }
  }

  /** Read once until goals change, and again where that failed. */
  #templatesOf(subscriber: Subscriber): Promise<ReadonlySet<string>> {
    const { goals = [] } = subscriber.filter
    const known = subscriber.templates
    if (known !== undefined) return known
    const ids = Promise.all(goals.map((goal) => this.#components.templatesOf(goal)))
    const templates = ids.then((each) => new Set(each.flat()))
    subscriber.templates = templates
    templates.catch(() => {
      if (subscriber.templates === templates) subscriber.templates = undefined
    })
    return templates
  }

  async #deliver(insight: Insight): Promise<void> {
    for (const subscriber of this.#subscribers) {
      if (await this.#matches(insight, subscriber))
        deliverOnce(subscriber, insight, this.#components.onError)
    }
  }

  async #matches(insight: Insight, subscriber: Subscriber): Promise<boolean> {
    const { filter, entities } = subscriber
    const { tags, goals } = filter
    if (tags === undefined && filter.entities === undefined && goals === undefined) return true
    return (
      tags?.some((tag) => insight.tags.includes(tag)) === true ||
      entities.has(insight.entity.toLowerCase()) ||
      (await this.#templatesOf(subscriber)).has(insight.id)
    )
  }
}

function isReleased({ state, isStale }: Judgement): boolean {
  return state === 'released' && isStale !== true
}

/** Sets a value as the latest one, and forgets the oldest beyond `most`. */
function keepLatest<Value>(
  map: Map<string, Value>,
  name: string,
  value: Value,
  most: number
): void {
  map.delete(name)
  map.set(name, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
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
