/** What is indexed, asked and answered. */

/** Facts of this node, or records of the hive. */
export type SearchOrigin = 'local' | 'hive'

export const ORIGINS: readonly SearchOrigin[] = ['local', 'hive']

/** What is indexed, or, without a text, no longer is. */
export interface SearchItem {
  readonly digest: Uint8Array
  readonly text?: SearchText
}

export interface SearchText {
  readonly entity: string
  readonly content: string
  readonly tags: readonly string[]
  /** Words of where and when it was said: found, but counted for little. */
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
  /** Exact, whatever the case. */
  readonly entity?: string
  /** All of them. */
  readonly tags?: readonly string[]
  /** Only what has every term of the text. */
  readonly all?: boolean
  /** Only content of at least, and at most, so many characters. */
  readonly length?: readonly [least: number, most: number]
}

export interface SearchHit {
  readonly digest: Uint8Array
  readonly origin: SearchOrigin
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}
