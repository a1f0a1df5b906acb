/**
 * Recall: knowledge of this node and of the hive about a question, best first, each result with its
 * origin.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import {
  fuse,
  MAX_SEARCH_WAIT,
  readQuestion,
  relevancesOf,
  searchedContent,
  SignedNames
} from '../search/index.ts'
import { stateOf } from './claim-history.ts'
import { HitTexts } from './hit-texts.ts'
import { displayFact, matchesQuery } from './recalled-fact.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Replica } from '../../crdt/index.ts'
import type { Judge } from '../judgement/index.ts'
import type {
  IndexView,
  SearchAnswer,
  SearchHit,
  SearchIndex,
  SearchOrigin,
  SearchQuery,
  VectorIndex
} from '../search/index.ts'
import type { DatedText } from './hit-texts.ts'
import type { Echoes } from './echoes.ts'
import type { FactStore } from '../facts/index.ts'
import type { ExactFilter, RecalledFact, StoredText } from './recalled-fact.ts'
import type { ClaimState, ClaimHistory, CurrentClaims } from './claim-history.ts'

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
  /** Facts of this node that were learned in this project or in none. Default: in none alone. */
  readonly project?: string
  /** Of the facts of `project`, only those that were learned in it. */
  readonly onlyProject?: boolean
  /** Facts of all projects. */
  readonly allProjects?: boolean
  /** Also what no longer holds. */
  readonly includeStale?: boolean
  /** Facts of this node, released insights of the hive, or both. Default: both. */
  readonly scope?: 'local' | 'hive' | 'all'
  /** Milliseconds to wait for an index that is behind; default 50. Infinity: until it is complete. */
  readonly maxWait?: number
  /**
   * Only results of at least this relevance, from 0 to 1; default 0. With `STRONG_RELEVANCE` the
   * answer is empty when nothing is known.
   */
  readonly minRelevance?: number
}

/** One result of `recall`. */
export interface Recalled {
  readonly fact: RecalledFact
  /** Larger is better; comparable within one answer only. */
  readonly score: number
  /**
   * 0 to 1: the estimated probability that the item is about the question, by its words and error
   * codes; comparable across questions. 1 for a question without words.
   */
  readonly relevance: number
  readonly origin: SearchOrigin
}

/** Records of the hive that match and are held back. */
export interface Withheld {
  /** Up to 100, as is `disputed`. */
  readonly quarantined: number
  readonly disputed: number
  /**
   * The fewest further authors that release one of those in quarantine; 0 if none would, since their
   * text reads like an order to a model.
   */
  readonly needs: number
}

/** The answer of `recall`. */
export interface RecallResult {
  /** Best first. */
  readonly items: readonly Recalled[]
  /**
   * Records of the hive that match and are held back: they wait for more authors, or too many
   * dispute them. Counted up to 100. `hive.getGlobalInsights({ state: 'quarantined' })` lists them,
   * `hive.vouch` releases one.
   */
  readonly withheld: Withheld
  /**
   * False while the index is behind: then older items may be missing. The newest are compared
   * directly.
   */
  readonly isComplete: boolean
}

export interface RecallComponents {
  readonly index: SearchIndex
  /** Undefined without an embedding provider. */
  readonly vectors?: VectorIndex
  readonly facts: Pick<FactStore, 'getMany'>
  readonly replica: Pick<Replica, 'getMany'>
  readonly history: Pick<ClaimHistory, 'current'>
  readonly echoes: Echoes
  readonly judge: Judge
}

const DEFAULT_LIMIT = 10

/** Hits read at first for each result, since some are superseded or removed. */
const OVERFETCH = 3

/** Results whose words are compared, also for a smaller limit: a result is relevant beside others. */
const MIN_COMPARED = 10

/** How many times more hits are read when the answer is not full, and the most that are. */
const PAGE_GROWTH = 4
const MAX_EXAMINED = 4_000

const SCOPES = { local: ['local'], hive: ['hive'], all: ['local', 'hive'] } as const

/** What was recalled, before some of it is shown. */
export interface ConsideredResult extends RecallResult {
  /** Remembers the items that an agent sees. */
  readonly remember: (shown: readonly Recalled[]) => void
}

export class RecallSearch {
  readonly #components: RecallComponents
  readonly #texts: HitTexts

  constructor(components: RecallComponents) {
    this.#components = components
    this.#texts = new HitTexts(components)
  }

  /** Embeds new items in the background if there is a provider. */
  follow(): void {
    this.#components.vectors?.follow()
  }

  /** Remembers what it returns: an agent that distils it again adds nothing. */
  async recall(text: string, options: RecallOptions): Promise<RecallResult> {
    const { remember, ...result } = await this.consider(text, options)
    remember(result.items)
    return result
  }

  /** As `recall`, for a caller that shows only some of the items, and tells which. */
  async consider(text: string, options: RecallOptions): Promise<ConsideredResult> {
    const { found, ...rest } = await this.#find(text, options)
    const items = found.map(recalledOf)
    const stored = new Map(items.map((item, i) => [item, found[i]]))
    const remember = (shown: readonly Recalled[]): void => {
      for (const item of shown) {
        const each = stored.get(item)
        if (each !== undefined)
          this.#components.echoes.remember({ ...each.text, origin: each.origin })
      }
    }
    return { items, ...rest, remember }
  }

  /** As `recall`, for a comparison that no agent reads. */
  async find(text: string, options: RecallOptions): Promise<readonly Recalled[]> {
    return (await this.#find(text, options)).found.map(recalledOf)
  }

  async #find(
    text: string,
    {
      limit = DEFAULT_LIMIT,
      entity,
      tags,
      asOf,
      project,
      onlyProject,
      allProjects = false,
      includeStale = false,
      scope = 'all',
      maxWait = MAX_SEARCH_WAIT,
      minRelevance = 0,
      signal
    }: RecallOptions
  ): Promise<FoundAnswer> {
    const at = asOf ?? new Date()
    const question = readQuestion(text)
    const query = {
      text: question.text,
      origins: SCOPES[scope],
      entity,
      tags,
      asOf: at.getTime(),
      project: allProjects ? undefined : (project ?? null),
      onlyProject,
      includeStale
    }
    const view = await this.#components.index.view({ maxWait })
    const states = new ClaimStates(this.#components.history, at, view)
    const names = new SignedNames(question.text)
    const recalled = new Map<string, FoundText>()
    const others = new Map<string, FoundText>()
    const examined = new Set<string>()
    let found: Found = NOTHING
    const wanted = Math.max(limit, MIN_COMPARED)
    // Hits that were removed or superseded take no place: more are read until the answer is full.
    for (let count = wanted * OVERFETCH; ; count *= PAGE_GROWTH) {
      const page = { ...query, limit: Math.min(count, MAX_EXAMINED) }
      found = await this.#search(page, view, signal)
      const fresh = found.hits.filter(({ origin, digest }) =>
        isNew(examined, `${origin} ${toHex(digest)}`)
      )
      await this.#resolveAll(fresh, {
        query,
        states,
        limit: wanted,
        recalled,
        others,
        names,
        signal
      })
      const isEnd = found.hits.length < count || count >= MAX_EXAMINED
      if (recalled.size >= wanted || isEnd) break
    }
    const texts = names.isAlone
      ? [...recalled.values()]
      : withOthers([...recalled.values()], [...others.values()]).slice(0, wanted)
    const relevances = await relevancesOf(question, texts.map(comparedText), found.counts)
    const shown = texts
      .map((each, i) => ({ ...each, relevance: relevances[i] ?? 0 }))
      .slice(0, limit)
      .filter(({ relevance }) => relevance >= minRelevance)
    const { quarantined, disputed, vouches } = found.withheld
    const needs = quarantined === 0 ? 0 : Math.max(0, this.#components.judge.k - vouches)
    const withheld = { quarantined, disputed, needs }
    return { found: shown, withheld, isComplete: view.isComplete }
  }

  /** Adds the facts of the hits, best first, up to the limit. */
  async #resolveAll(
    hits: readonly SearchHit[],
    { query, states, limit, recalled, others, names, signal }: RecallRun
  ): Promise<void> {
    for (let from = 0; from < hits.length && recalled.size < limit; from += limit) {
      signal?.throwIfAborted()
      const part = hits.slice(from, from + limit)
      const texts = await this.#texts.read(part, states.asOf)
      const facts = await Promise.all(texts.map((text) => this.#resolve(text, states)))
      for (const [i, { score, origin }] of part.entries()) {
        const fact = facts[i]
        // A fact of this node and its published form are one result.
        if (fact === undefined || recalled.has(fact.id) || !matchesQuery(fact, query)) continue
        const found = { text: fact, score, origin }
        // They take no place before what has the names of the question.
        const isOther = names.differFrom(namingText(found))
        const known = isOther ? others : recalled
        if (known.size < limit) known.set(fact.id, found)
      }
    }
  }

  /** By words; also by meaning if there is a provider and it answers. */
  async #search(query: SearchQuery, view: IndexView, signal?: AbortSignal): Promise<Found> {
    const { vectors } = this.#components
    const words = view.search(query)
    if (vectors === undefined || query.text.trim() === '') return words
    const [found, meaning] = await Promise.all([words, vectors.search(query, signal)])
    return meaning === undefined ? found : { ...found, hits: fuse([found.hits, meaning]) }
  }

  async #resolve(
    fact: DatedText | undefined,
    states: ClaimStates
  ): Promise<StoredText | undefined> {
    if (fact === undefined) return undefined
    const { validTo: _, ...rest } = fact
    const { attribute } = rest
    // What no longer holds is no claim among others.
    if (fact.stale === true) return rest
    if (attribute === undefined) return states.holds(fact) ? rest : undefined
    const state = await states.of({ ...fact, attribute })
    const isHidden = state === 'superseded' || state === 'outside'
    return isHidden ? undefined : { ...rest, state }
  }
}

type Found = SearchAnswer

const NOTHING: Found = { hits: [], withheld: { quarantined: 0, disputed: 0, vouches: 0 } }

interface FoundAnswer extends Omit<RecallResult, 'items'> {
  readonly found: readonly RelevantText[]
}

interface FoundText extends Pick<Recalled, 'origin' | 'score'> {
  readonly text: StoredText
}

interface RelevantText extends FoundText, Pick<Recalled, 'relevance'> {}

/** The others behind, with lower scores. */
function withOthers(named: readonly FoundText[], others: readonly FoundText[]): FoundText[] {
  const [least, most] = [named.at(-1)?.score, others[0]?.score]
  if (least === undefined || most === undefined || most < least) return [...named, ...others]
  const scale = least / (2 * most)
  return [...named, ...others.map((other) => ({ ...other, score: other.score * scale }))]
}

/** What a question is compared with: of a lesson all its parts. */
function comparedText({ text }: FoundText): StoredText {
  return text.kind === 'lesson'
    ? { ...text, content: searchedContent({ ...text, kind: text.kind }) }
    : text
}

/** Where names are read that signs tell apart. */
function namingText(found: FoundText): string {
  const { entity, content, attribute = '', value = '', tags } = comparedText(found)
  return [entity, content, attribute, value, ...tags].join('\n')
}

function recalledOf({ text, score, relevance, origin }: RelevantText): Recalled {
  return { fact: displayFact(text), score, relevance, origin }
}

/** One call of `recall`. */
interface RecallRun {
  readonly query: ExactFilter
  readonly states: ClaimStates
  readonly limit: number
  readonly recalled: Map<string, FoundText>
  /** What shares only letters with a name of the question. */
  readonly others: Map<string, FoundText>
  readonly names: SignedNames
  readonly signal: AbortSignal | undefined
}

function isNew(known: Set<string>, name: string): boolean {
  const { size } = known
  return known.add(name).size > size
}

/** The current claims for one question: those of an attribute are read once for all hits. */
class ClaimStates {
  readonly #history: Pick<ClaimHistory, 'current'>
  readonly asOf: Date
  readonly #view: IndexView
  readonly #read = new Map<string, Promise<CurrentClaims>>()

  constructor(history: Pick<ClaimHistory, 'current'>, asOf: Date, view: IndexView) {
    this.#history = history
    this.asOf = asOf
    this.#view = view
  }

  holds({ validFrom }: Pick<RecalledFact, 'validFrom'>): boolean {
    return validFrom === undefined || validFrom <= this.asOf
  }

  async of(claim: DatedText & { readonly attribute: string }): Promise<ClaimState> {
    const { entity, attribute } = claim
    const key = JSON.stringify([entity.toLowerCase(), attribute.toLowerCase()])
    const read =
      this.#read.get(key) ?? this.#history.current(entity, attribute, this.asOf, this.#view)
    this.#read.set(key, read)
    return stateOf(claim, await read, this.asOf)
  }
}
