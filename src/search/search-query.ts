/** The items, queries and hits of search. */

import type { ClaimFields } from './claim-slot.ts'
import type { StaleState } from './item-marks.ts'
import type { RecordRow, RowKind, RowState } from './record-row.ts'

/** Facts of this node, or records of the hive. */
export type SearchOrigin = 'local' | 'hive'

export const ORIGINS: readonly SearchOrigin[] = ['local', 'hive']

/** A fact to index, or, without a text, to remove. */
export interface FactItem {
  readonly digest: Uint8Array
  readonly text?: SearchText
}

/** A record of the hive to index, or, without a row, to remove. */
export interface RecordItem {
  readonly digest: Uint8Array
  readonly row?: RecordRow
}

export interface SearchText {
  readonly entity: string
  readonly content: string
  readonly tags: readonly string[]
  /** Words of a fact's context; they match with a low weight. */
  readonly context: string
  /** Undefined for what is no turn of a conversation. */
  readonly turn?: TurnPlace
  /** 0 to 1. */
  readonly confidence: number
  /** Milliseconds since 1970. */
  readonly recordedAt: number
  /** The attribute that it gives a value, as hashes; undefined for a note. */
  readonly claim?: ClaimFields
  /** When it begins to hold, ascending, and ceases to, in milliseconds since 1970. */
  readonly begins: readonly [number, ...number[]]
  readonly until: number
  /** Of a fact of this node: the projects that it was learned in; empty for the node as a whole. */
  readonly projects: readonly string[]
  readonly stale: StaleState
}

/** The place of a fact in a conversation. */
export interface TurnPlace {
  /** 48 bits of a hash of its name. */
  readonly conversation: number
  readonly number: number
}

export interface SearchQuery {
  readonly text: string
  readonly limit: number
  readonly origins: readonly SearchOrigin[]
  /** Exact, without regard to case. */
  readonly entity?: string
  /** Only items with all of these tags. */
  readonly tags?: readonly string[]
  /** Only items of this project and of none; null: only those of none. Default: of all projects. */
  readonly project?: string | null
  /** Of these, only items of the project. */
  readonly onlyProject?: boolean
  /** Also items that are not recalled since they no longer hold. */
  readonly includeStale?: boolean
  /** Only items with every term of the text. */
  readonly all?: boolean
  /** Only claims that hold at this time and are not superseded; milliseconds since 1970. */
  readonly asOf?: number
  /** Only content whose number of characters is in this range. */
  readonly length?: readonly [least: number, most: number]
}

export interface SearchHit {
  readonly digest: Uint8Array
  readonly origin: SearchOrigin
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}

/** Matches that are held back, up to 100. */
export interface HeldMatches {
  readonly quarantined: number
  readonly disputed: number
  /** The most authors that vouch for one in quarantine. */
  readonly vouches: number
}

export interface SearchAnswer {
  /** Best first. */
  readonly hits: readonly SearchHit[]
  readonly withheld: HeldMatches
  /** Undefined with `all`, and without words. */
  readonly counts?: TermCounts
}

/** How many items have each word of a question. */
export interface TermCounts {
  readonly items: number
  /** Words in more items than this are common; they are not counted further. */
  readonly bound: number
  /** In the order of `queryWords`. */
  readonly counts: readonly number[]
}

/** Which records to list: by vouches, then confidence, both descending. */
export interface ListQuery {
  readonly kinds: readonly RowKind[]
  readonly states: readonly RowState[]
  /** Only records with all of these tags. */
  readonly tags: readonly string[]
  /** Records to skip, and the most to return. */
  readonly offset: number
  readonly limit: number
}

/** Records of one kind in one state. */
export interface RecordCount {
  readonly kind: RowKind
  readonly state: RowState
  readonly count: number
}

/** Which offered skills to list. */
export interface OfferQuery extends Pick<ListQuery, 'limit' | 'offset'> {
  /** Those that read like an order, or the others. */
  readonly isFlagged: boolean
}

/** Which goals to list: this node's own first, then by vouches. Of variants one. */
export interface GoalQuery extends Pick<ListQuery, 'limit' | 'offset' | 'tags'> {
  readonly isFlagged: boolean
  readonly status?: number
  /** Digest of a goal, for its subgoals; null for goals without a parent. */
  readonly parent?: Uint8Array | null
}

/** A goal and its place among others. */
export interface GoalNode {
  readonly digest: Uint8Array
  /** The parent that counts: it is stored, it is no variant, and it is not its own subgoal. */
  readonly parent?: Uint8Array
  /** The variant with the least digest, if that is another. */
  readonly variantOf?: Uint8Array
  /** At most 100. */
  readonly children: readonly Uint8Array[]
}

/** Goals by what they are called. */
export type GoalName =
  | { readonly digest: Uint8Array }
  | { readonly title: Uint8Array }
  | { readonly variant: Uint8Array }

/** A claim of the index. */
export interface ClaimHit {
  readonly digest: Uint8Array
  readonly origin: SearchOrigin
  readonly slot: Uint8Array
  readonly value: Uint8Array
  readonly begin: number
  readonly until: number
  /** Before `begin` where the same claim is a fact of this node and in the hive, and began earlier. */
  readonly earliest: number
}

/** Claims on an attribute of an entity, or on all of them: by attribute, then the latest first. */
export interface ClaimQuery {
  /** `slotOf` of the entity, and of the attribute. */
  readonly slot: Uint8Array
  readonly offset: number
  readonly limit: number
}

/** The claims that hold at a time, of which the first ones are current. */
export interface CurrentQuery {
  readonly slot: Uint8Array
  readonly asOf: number
}
