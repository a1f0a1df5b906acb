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
  RecordCount,
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
      | 'counts'
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
  /** The last ones of the digests with their stored bytes, by `packItems`. */
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

/** The index as a view uses it. */
export interface IndexState {
  /** Whether all items known at the question are indexed. */
  readonly isComplete: boolean
  readonly ask: <Q extends Question>(question: Q) => Promise<AnswerTo<Q>>
  readonly readRecent: () => Promise<readonly RecentItems[]>
  /** The state to ask again after a failed question; rejects if there is none. */
  readonly afterFailure: (error: unknown) => Promise<IndexState>
}

export class IndexView {
  #state: IndexState
  #read: Promise<readonly RecentItems[]> | undefined

  constructor(state: IndexState) {
    this.#state = state
  }

  /** Known for sure after the last answer: a failure makes the view incomplete. */
  get isComplete(): boolean {
    return this.#state.isComplete
  }

  /** The best matches. */
  search(query: SearchQuery): Promise<SearchAnswer> {
    return this.#ask((recent) => ({ type: 'search', query, recent }))
  }

  /** Records by vouches, then confidence. */
  async list(query: ListQuery): Promise<Listed> {
    const digests = await this.#ask(() => ({ type: 'list', query }))
    return { digests, recent: await this.#recentRecords() }
  }

  /** How many records are indexed, by kind and state. */
  counts(): Promise<readonly RecordCount[]> {
    return this.#ask(() => ({ type: 'counts' }))
  }

  /** Offered skills by support, then head start. */
  async offers(query: OfferQuery): Promise<Listed> {
    const digests = await this.#ask(() => ({ type: 'offers', query }))
    return { digests, recent: await this.#recentRecords() }
  }

  /** Claims on an attribute of an entity, or on all of them; those not indexed yet come last. */
  claims(query: ClaimQuery): Promise<readonly ClaimHit[]> {
    return this.#ask((recent) => ({ type: 'claims', query, recent }))
  }

  /** Claims that hold at a time; the ones that began last are current, if they are valid. */
  current(query: CurrentQuery): Promise<readonly ClaimHit[]> {
    return this.#ask((recent) => ({ type: 'current', query, recent }))
  }

  /** Goals: this node's own first, then by vouches. */
  async goals(query: GoalQuery): Promise<ListedGoals> {
    const nodes = await this.#ask(() => ({ type: 'goals', query }))
    return { nodes, recent: await this.#recentRecords() }
  }

  /** The first goal that is called so, and its place; undefined if none is indexed. */
  goal(query: GoalName): Promise<GoalNode | undefined> {
    return this.#ask(() => ({ type: 'goal', query }))
  }

  /** The goal and those that it is part of, the nearest first. */
  ancestors(digest: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#ask(() => ({ type: 'ancestors', query: { digest } }))
  }

  /** Asks again if the index fails; the items that are not indexed are read before. */
  async #ask<Q extends Question>(
    question: (recent: readonly RecentItems[]) => Q
  ): Promise<AnswerTo<Q>> {
    for (;;) {
      const state = this.#state
      try {
        return await state.ask(question(await this.#recent()))
      } catch (error) {
        if (this.#state !== state) continue
        const next = await state.afterFailure(error)
        // Another question may have failed too.
        if (this.#state !== state) continue
        this.#state = next
        this.#read = undefined
      }
    }
  }

  /** Read once, before the first answer. */
  async #recent(): Promise<readonly RecentItems[]> {
    if (this.isComplete) return []
    this.#read ??= this.#state.readRecent()
    return this.#read
  }

  async #recentRecords(): Promise<readonly Uint8Array[]> {
    const recent = await this.#recent()
    return recent.flatMap(({ origin, digests }) => (origin === 'hive' ? digests : []))
  }
}
