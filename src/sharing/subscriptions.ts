/**
 * Subscriptions: agents receive insights when they are released. Quarantined records are never
 * delivered. Each subscription receives an insight once. Insights that were released before the
 * subscription are found by `recall` and `context`. What cannot be read is read again later.
 */
import { Retry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
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
  /** Ids of the records attached to its goals; undefined until they are read, and where they may have changed. */
  templates: Promise<ReadonlySet<string>> | undefined
}

/** A record to be judged again. */
interface Recheck {
  readonly digest: Uint8Array
  /** Of the votes that are new, by the author in hex: without them it was not released before. */
  readonly authors: ReadonlyMap<string, Uint8Array>
  /** By a vote of this node: it is delivered also if it was released before. */
  readonly isOwn: boolean
}

/**
 * Ids that one subscription remembers as delivered: 10 MB. Beyond it the oldest may be delivered
 * again.
 */
const MAX_DELIVERED = 100_000

/** Records that wait to be judged: many more than come at a time. The oldest go, 0.3 kB each. */
const MAX_RECHECKS = 500_000

/** Records that were judged last: for a moment, the authors of their new votes are remembered. */
const MAX_RECENT = 1_000

export class Subscriptions {
  readonly #components: SubscriptionsComponents
  readonly #subscribers = new Set<Subscriber>()
  /** By the digest in hex, the oldest first. */
  readonly #rechecks = new Map<string, Recheck>()
  /** Those that were judged last: two votes may both be stored before either is heard of. */
  readonly #recent = new Map<string, Recheck>()
  /** While there are subscribers. */
  #work: { readonly closing: AbortController; readonly retry: Retry } | undefined

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

  /** Judges a record again after a new vote of the author, or of this node. */
  recheck(digest: Uint8Array, author?: Uint8Array): void {
    if (this.#work === undefined) return
    const name = toHex(digest)
    const known = this.#rechecks.get(name)
    const authors = new Map((known ?? this.#recent.get(name))?.authors)
    // Copies: the entry is in a buffer of its own.
    if (author !== undefined) authors.set(toHex(author), author.slice())
    const isOwn = author === undefined || known?.isOwn === true
    keepLatest(this.#rechecks, name, { digest: digest.slice(), authors, isOwn }, MAX_RECHECKS)
    this.#work.retry.now()
  }

  #start(): void {
    const { replica, onError: onFailure } = this.#components
    const closing = new AbortController()
    const task = (): Promise<void> => this.#recheckAll()
    this.#work = { closing, retry: new Retry({ closing: closing.signal, task, onFailure }) }
    replica.on('entry:admit', this.#onEntry)
  }

  #stop(): void {
    this.#work?.closing.abort()
    this.#work = undefined
    this.#rechecks.clear()
    this.#recent.clear()
    this.#components.replica.off('entry:admit', this.#onEntry)
  }

  readonly #onEntry = ({ author }: Entry, digests: readonly Uint8Array[]): void => {
    for (const digest of digests) this.recheck(digest, author)
  }

  /** Throws the first error; what failed waits for the next call. */
  async #recheckAll(): Promise<void> {
    const errors: unknown[] = []
    // What fails is added again behind them.
    const waiting = Array.from(this.#rechecks)
    for (const [name, recheck] of waiting) {
      this.#rechecks.delete(name)
      keepLatest(this.#recent, name, recheck, MAX_RECENT)
      try {
        await this.#recheck(recheck)
      } catch (error) {
        errors.push(error)
        this.#again(name, recheck)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** With what has come meanwhile. */
  #again(name: string, { digest, authors, isOwn }: Recheck): void {
    if (this.#work === undefined) return
    const newer = this.#rechecks.get(name)
    const both = {
      digest,
      authors: new Map([...authors, ...(newer?.authors ?? [])]),
      isOwn: isOwn || newer?.isOwn === true
    }
    keepLatest(this.#rechecks, name, both, MAX_RECHECKS)
  }

  async #recheck({ digest, authors, isOwn }: Recheck): Promise<void> {
    const { replica, judge } = this.#components
    const attested = await replica.get(digest)
    if (attested?.record.kind === 'goal') return this.#recheckGoals()
    if (attested === undefined || isReceipts(attested.record)) return
    if (!(await this.#isReleased(attested))) return
    if (!isOwn) {
      const before = await replica.get(digest, [...authors.values()])
      if (before !== undefined && (await this.#isReleased(before))) return
    }
    const judgement = await judge.judge(attested)
    if (judgement !== undefined) await this.#deliver(insightOf(attested, judgement))
  }

  /** Attachments of goals may have changed; the attached record may have been released long ago. */
  async #recheckGoals(): Promise<void> {
    const { replica, judge } = this.#components
    for (const subscriber of this.#subscribers) subscriber.templates = undefined
    for (const subscriber of this.#subscribers) {
      for (const id of await this.#templatesOf(subscriber)) {
        const attested = await replica.get(digestOfId(id))
        const judgement = attested === undefined ? undefined : await judge.judge(attested)
        if (attested === undefined || judgement?.state !== 'released') continue
        if (judgement.isStale === true) continue
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

  async #isReleased(attested: AttestedRecord): Promise<boolean> {
    const judgement = await this.#components.judge.judge(attested)
    return judgement?.state === 'released' && judgement.isStale !== true
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
