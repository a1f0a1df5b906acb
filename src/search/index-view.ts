/**
 * The index at one moment. While it is behind the logs, the newest items that it lacks are compared
 * directly, in the thread that answers.
 */
import type {
  ClaimHit,
  ClaimQuery,
  CurrentQuery,
  GoalName,
  GoalNode,
  GoalQuery,
  ListQuery,
  OfferQuery,
  SearchAnswer,
  SearchOrigin,
  SearchQuery
} from './search-query.ts'
import type { AnswerTo, SearchRequest } from './search-thread.ts'

/** Requests that change nothing. */
export type Question = Extract<
  SearchRequest,
  {
    readonly type:
      | 'ancestors'
      | 'claims'
      | 'current'
      | 'goal'
      | 'goals'
      | 'list'
      | 'offers'
      | 'search'
  }
>

/** Items that are not indexed yet. */
export interface RecentItems {
  readonly origin: SearchOrigin
  readonly digests: readonly Uint8Array[]
  /** The digests with their stored bytes, by `packItems`. */
  readonly packed: Uint8Array
}

/** Digests in the order of the list; `recent`: items that are not indexed yet, in any order. */
export interface Listed {
  readonly digests: readonly Uint8Array[]
  readonly recent: readonly Uint8Array[]
}

export interface ListedGoals {
  readonly nodes: readonly GoalNode[]
  /** Records that are not indexed yet; some of them may be goals. */
  readonly recent: readonly Uint8Array[]
}

export interface IndexViewInit {
  /** Whether all items known at the question are indexed. */
  readonly isComplete: boolean
  readonly ask: <Q extends Question>(question: Q) => Promise<AnswerTo<Q>>
  readonly readRecent: () => Promise<readonly RecentItems[]>
}

export class IndexView {
  readonly #init: IndexViewInit
  #read: Promise<readonly RecentItems[]> | undefined

  constructor(init: IndexViewInit) {
    this.#init = init
  }

  get isComplete(): boolean {
    return this.#init.isComplete
  }

  /** The best matches. */
  async search(query: SearchQuery): Promise<SearchAnswer> {
    return this.#init.ask({ type: 'search', query, recent: await this.#recent() })
  }

  /** Records by vouches, then confidence. */
  async list(query: ListQuery): Promise<Listed> {
    const recent = await this.#recentRecords()
    return { digests: await this.#init.ask({ type: 'list', query }), recent }
  }

  /** Offered skills by support, then head start. */
  async offers(query: OfferQuery): Promise<Listed> {
    const recent = await this.#recentRecords()
    return { digests: await this.#init.ask({ type: 'offers', query }), recent }
  }

  /** Claims on an attribute of an entity, or on all of them; those not indexed yet come last. */
  async claims(query: ClaimQuery): Promise<readonly ClaimHit[]> {
    return this.#init.ask({ type: 'claims', query, recent: await this.#recent() })
  }

  /** Claims that hold at a time; the ones that began last are current, if they are valid. */
  async current(query: CurrentQuery): Promise<readonly ClaimHit[]> {
    return this.#init.ask({ type: 'current', query, recent: await this.#recent() })
  }

  /** Goals: this node's own first, then by vouches. */
  async goals(query: GoalQuery): Promise<ListedGoals> {
    const recent = await this.#recentRecords()
    return { nodes: await this.#init.ask({ type: 'goals', query }), recent }
  }

  /** The first goal that is called so, and its place; undefined if none is indexed. */
  goal(query: GoalName): Promise<GoalNode | undefined> {
    return this.#init.ask({ type: 'goal', query })
  }

  /** The goal and those that it is part of, the nearest first. */
  ancestors(digest: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#init.ask({ type: 'ancestors', query: { digest } })
  }

  /** Read once, before the first answer. */
  async #recent(): Promise<readonly RecentItems[]> {
    if (this.isComplete) return []
    this.#read ??= this.#init.readRecent()
    return this.#read
  }

  async #recentRecords(): Promise<readonly Uint8Array[]> {
    const recent = await this.#recent()
    return recent.flatMap(({ origin, digests }) => (origin === 'hive' ? digests : []))
  }
}
