/**
 * Recall: knowledge of this node and of the hive about a question, best first, each result with its
 * origin.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { displayText, displayTexts } from '../foreign-text/index.ts'
import { fuse } from '../search/index.ts'
import { factOf } from '../facts/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Replica } from '../../crdt/index.ts'
import type { DisplayText, DisplayTexts } from '../foreign-text/index.ts'
import type { Judge } from '../judgement/index.ts'
import type {
  SearchHit,
  SearchIndex,
  SearchOrigin,
  SearchQuery,
  VectorIndex
} from '../search/index.ts'
import type { Echoes } from './echoes.ts'
import type { Fact, FactStore } from '../facts/index.ts'
import type { ClaimState, ClaimHistory } from './claim-history.ts'

/** Options of `recall`. */
export interface RecallOptions extends AbortOptions {
  /** At most this many results; default 10, at most 1,000. */
  readonly limit?: number
  /** Only results about this entity. */
  readonly entity?: string
  /** Only results with all of these tags. */
  readonly tags?: readonly string[]
  /** Only results that held at this time. Default: now. */
  readonly asOf?: Date
  /** Facts of this node, released insights of the hive, or both. Default: both. */
  readonly scope?: 'local' | 'hive' | 'all'
}

/**
 * A fact of this node or an insight of the hive, as `recall` found it. Only a fact of this node has
 * `agent`, `source`, `context` and `recordedAt`.
 */
export interface RecalledFact
  extends
    Pick<Fact, 'confidence' | 'id'>,
    Partial<Pick<Fact, 'agent' | 'context' | 'recordedAt' | 'source' | 'validFrom'>> {
  readonly entity: DisplayText
  readonly content: DisplayText
  readonly attribute?: DisplayText
  readonly value?: DisplayText
  readonly tags: DisplayTexts
  /** The state of a claim. Superseded claims are not recalled. */
  readonly state?: ClaimState
  /** Of an insight of the hive: number of authors that vouch for it. */
  readonly corroboration?: number
}

/** One result of `recall`. */
export interface Recalled {
  readonly fact: RecalledFact
  /** Larger is better; comparable within one answer only. */
  readonly score: number
  readonly origin: SearchOrigin
}

export interface RecallComponents {
  readonly index: SearchIndex
  /** Undefined without an embedding provider. */
  readonly vectors?: VectorIndex
  readonly facts: FactStore
  readonly replica: Pick<Replica, 'get'>
  readonly history: ClaimHistory
  readonly echoes: Echoes
  readonly judge: Judge
}

const DEFAULT_LIMIT = 10

/** Hits read at first for each result, since some are superseded or removed. */
const OVERFETCH = 3

/** How many times more hits are read when the answer is not full, and the most that are. */
const PAGE_GROWTH = 4
const MAX_EXAMINED = 4_000

const SCOPES = { local: ['local'], hive: ['hive'], all: ['local', 'hive'] } as const

export class RecallSearch {
  readonly #components: RecallComponents

  constructor(components: RecallComponents) {
    this.#components = components
  }

  /** Embeds new items in the background if there is a provider. */
  follow(): void {
    this.#components.vectors?.follow()
  }

  async recall(
    text: string,
    { limit = DEFAULT_LIMIT, entity, tags, asOf, scope = 'all', signal }: RecallOptions
  ): Promise<Recalled[]> {
    const { echoes } = this.#components
    const query = { text, origins: SCOPES[scope], entity, tags }
    const states = new ClaimStates(this.#components.history, asOf)
    const recalled = new Map<string, Recalled>()
    const examined = new Set<string>()
    // Hits that are superseded or were removed take no place: more are read until the answer is full.
    for (let count = limit * OVERFETCH; ; count *= PAGE_GROWTH) {
      const hits = await this.#search({ ...query, limit: Math.min(count, MAX_EXAMINED) }, signal)
      const fresh = hits.filter(({ origin, digest }) =>
        isNew(examined, `${origin} ${toHex(digest)}`)
      )
      await this.#resolveAll(fresh, { query, states, limit, recalled, signal })
      const isEnd = hits.length < count || count >= MAX_EXAMINED
      if (recalled.size >= limit || isEnd) break
    }
    for (const { fact } of recalled.values()) echoes.remember(fact)
    return [...recalled.values()]
  }

  /** Adds the facts of the hits, best first, up to the limit. */
  async #resolveAll(
    hits: readonly SearchHit[],
    { query, states, limit, recalled, signal }: RecallRun
  ): Promise<void> {
    for (let from = 0; from < hits.length && recalled.size < limit; from += limit) {
      signal?.throwIfAborted()
      const part = hits.slice(from, from + limit)
      const facts = await Promise.all(part.map((hit) => this.#resolve(hit, states)))
      for (const [i, { score, origin }] of part.entries()) {
        const fact = facts[i]
        // A fact of this node and its published form are one result.
        if (fact === undefined || recalled.has(fact.id) || !matchesQuery(fact, query)) continue
        if (recalled.size < limit) recalled.set(fact.id, { fact, score, origin })
      }
    }
  }

  /** By words; also by meaning if there is a provider and it answers. */
  async #search(query: SearchQuery, signal?: AbortSignal): Promise<readonly SearchHit[]> {
    const { index, vectors } = this.#components
    if (vectors === undefined || query.text.trim() === '') return index.search(query)
    const [words, meaning] = await Promise.all([index.search(query), vectors.search(query, signal)])
    return meaning === undefined ? words : fuse([words, meaning])
  }

  async #resolve(hit: SearchHit, states: ClaimStates): Promise<RecalledFact | undefined> {
    const fact =
      hit.origin === 'local' ? await this.#fact(hit.digest) : await this.#insight(hit.digest)
    if (fact === undefined) return undefined
    if (fact.attribute === undefined) return states.holds(fact) ? displayFact(fact) : undefined
    const state = await states.of(fact.id, fact.entity, fact.attribute)
    return state === 'superseded' || state === 'outside'
      ? undefined
      : displayFact({ ...fact, state })
  }

  async #fact(digest: Uint8Array): Promise<StoredText | undefined> {
    const stored = await this.#components.facts.get(digest)
    if (stored === undefined) return undefined
    const { private: _, ...fact } = factOf(stored)
    return fact
  }

  async #insight(digest: Uint8Array): Promise<StoredText | undefined> {
    const { replica, judge } = this.#components
    const attested = await replica.get(digest)
    const judgement = attested === undefined ? undefined : await judge.judge(attested)
    if (attested === undefined || judgement?.state !== 'released') return undefined
    const { kind: _, ...fields } = attested.record
    const { confidence, corroboration, tags, validFrom } = judgement
    const since = validFrom === undefined ? {} : { validFrom }
    return { id: toHex(digest), ...fields, confidence, tags, corroboration, ...since }
  }
}

type TextField = 'attribute' | 'content' | 'entity' | 'tags' | 'value'

/** A result with its text as it is stored: claims are found by that text. */
type StoredText = Omit<RecalledFact, TextField> & Pick<Fact, TextField>

function displayFact({
  entity,
  content,
  attribute,
  value,
  tags,
  ...rest
}: StoredText): RecalledFact {
  return {
    ...rest,
    entity: displayText(entity),
    content: displayText(content),
    ...(attribute === undefined ? {} : { attribute: displayText(attribute) }),
    ...(value === undefined ? {} : { value: displayText(value) }),
    tags: displayTexts(tags)
  }
}

/** One call of `recall`. */
interface RecallRun {
  readonly query: Pick<SearchQuery, 'entity' | 'tags'>
  readonly states: ClaimStates
  readonly limit: number
  readonly recalled: Map<string, Recalled>
  readonly signal: AbortSignal | undefined
}

function isNew(known: Set<string>, name: string): boolean {
  const { size } = known
  return known.add(name).size > size
}

/** The states of claims for one question: those of an attribute are read once for all hits. */
class ClaimStates {
  readonly #history: ClaimHistory
  readonly #asOf: Date
  /** Whether the question is about now: then a note that begins later is recalled too. */
  readonly #isNow: boolean
  readonly #read = new Map<string, Promise<ReadonlyMap<string, ClaimState>>>()

  constructor(history: ClaimHistory, asOf: Date | undefined) {
    this.#history = history
    this.#asOf = asOf ?? new Date()
    this.#isNow = asOf === undefined
  }

  holds({ validFrom }: Pick<RecalledFact, 'validFrom'>): boolean {
    return this.#isNow || validFrom === undefined || validFrom <= this.#asOf
  }

  async of(id: string, entity: string, attribute: string): Promise<ClaimState | undefined> {
    const key = JSON.stringify([entity.toLowerCase(), attribute.toLowerCase()])
    const read = this.#read.get(key) ?? this.#readStates(entity, attribute)
    this.#read.set(key, read)
    return (await read).get(id)
  }

  async #readStates(entity: string, attribute: string): Promise<ReadonlyMap<string, ClaimState>> {
    const claims = await this.#history.of(entity, attribute, this.#asOf)
    return new Map(claims.map(({ id, state }) => [id, state]))
  }
}

/** The vector index knows neither entities nor tags. */
function matchesQuery(
  fact: RecalledFact,
  { entity, tags = [] }: Pick<SearchQuery, 'entity' | 'tags'>
): boolean {
  const isOfEntity = entity === undefined || fact.entity.toLowerCase() === entity.toLowerCase()
  return isOfEntity && tags.every((tag) => fact.tags.includes(tag))
}
