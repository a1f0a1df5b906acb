/** The items, queries and hits of search. */

/** Facts of this node, or records of the hive. */
export type SearchOrigin = 'local' | 'hive'

export const ORIGINS: readonly SearchOrigin[] = ['local', 'hive']

/** An item to index, or, without a text, to remove. */
export interface SearchItem {
  readonly digest: Uint8Array
  readonly text?: SearchText
}

export interface SearchText {
  readonly entity: string
  readonly content: string
  readonly tags: readonly string[]
  /** Words of a fact's context; they match with a low weight. */
  readonly context: string
  /** 0 to 1. */
  readonly confidence: number
  /** Milliseconds since 1970. */
  readonly recordedAt: number
}

export interface SearchQuery {
  readonly text: string
  readonly limit: number
  readonly origins: readonly SearchOrigin[]
  /** Exact, without regard to case. */
  readonly entity?: string
  /** Only items with all of these tags. */
  readonly tags?: readonly string[]
  /** Only items with every term of the text. */
  readonly all?: boolean
  /** Only content whose number of characters is in this range. */
  readonly length?: readonly [least: number, most: number]
}

export interface SearchHit {
  readonly digest: Uint8Array
  readonly origin: SearchOrigin
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}
