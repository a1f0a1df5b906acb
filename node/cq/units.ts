/**
 * What cq's clients ask of a store, over the operations of a node. A unit stands for a fact of this
 * node or an insight of the hive; its id is the beginning of theirs.
 *
 * Not as in a server of cq: a node is one author, so that its second confirmation of an insight adds
 * nothing; and peers see a proposal after anonymisation only. As there, fields and parameters that are
 * not known are ignored.
 */
import {
  CqContext,
  CqInsight,
  Domains,
  Extensions,
  fittingTags,
  FlagReason,
  idOfUnit,
  insightOf,
  tagsOfDomain,
  UnitId,
  unitIdOf,
  wordsOf
} from '../operations/index.ts'
import { z } from 'zod'
import type { Call, CallOptions, CqUnit, ResultOf } from '../operations/index.ts'

/** cq: the confidence of a proposal, and what a confirmation adds. */
const INITIAL_CONFIDENCE = 0.5
const BOOST = 0.1

export const MAX_UNITS = 50
export const DEFAULT_UNITS = 5

/** Items that a query finds for each unit that it returns; some are no lessons. */
const FOUND_FOR_ONE = 4

/** Facts that are read together. */
const PAGE = 1_000

const Words = z.array(z.string()).optional()

export const Query = z.object({
  domains: Domains,
  languages: Words,
  frameworks: Words,
  pattern: z.string().optional(),
  limit: z.coerce.number().int().positive().default(DEFAULT_UNITS)
})

export const Proposal = z.object({
  domains: Domains,
  insight: CqInsight,
  context: CqContext.optional(),
  extensions: Extensions.optional(),
  created_by: z.string().optional()
})

/** cq's clients name no original of a duplicate over HTTP. */
export const Flag = z.object({
  reason: FlagReason,
  detail: z.string().max(1_000).optional(),
  duplicate_of: UnitId.optional()
})

const Counts = z.record(z.string(), z.int())

/** cq's statistics of a store. */
export const Stats = z.strictObject({
  total_count: z.int(),
  domain_counts: Counts,
  tier_counts: Counts,
  confidence_distribution: Counts
})
export type Stats = z.output<typeof Stats>

/** Thrown when no fact and no insight has the id of a unit. */
export class UnitUnknownError extends Error {
  override readonly name = 'UnitUnknownError'
  readonly code = 'RECORD_UNKNOWN'
}

type Fact = ResultOf<'open'>['facts'][number]
type Insight = ResultOf<'open'>['insights'][number]
type Recalled = ResultOf<'recall'>['items'][number]

/** A unit, what it stands for, and whether that is in the hive. */
interface Found {
  readonly unit: CqUnit
  readonly fact?: Fact
  readonly insight?: Insight
}

export class CqUnits {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  /**
   * Units of the domains, those of most of them first, and then units whose texts have the words of
   * the query.
   */
  async query(query: z.output<typeof Query>, options?: CallOptions): Promise<CqUnit[]> {
    const { domains, languages, frameworks, pattern, limit } = query
    const wanted = Math.min(limit, MAX_UNITS)
    const words = [...domains, ...(languages ?? []), ...(frameworks ?? []), pattern ?? '']
    const questions = [
      { query: words.join(' ') },
      ...domains.flatMap(tagsOfDomain).map((tag) => ({ query: '', tags: [tag] }))
    ]
    const found = new Map<string, Recalled>()
    for (const question of questions) {
      const input = { ...question, limit: wanted * FOUND_FOR_ONE }
      const { items } = await this.#call('recall', input, options)
      for (const item of items) {
        if (item.fact.kind === 'lesson' && !found.has(item.fact.id)) found.set(item.fact.id, item)
      }
    }
    const shared = ({ fact }: Recalled): number =>
      domains.filter((word) => tagsOfDomain(word).some((tag) => fact.tags.includes(tag))).length
    const best = [...found.values()].toSorted((a, b) => shared(b) - shared(a)).slice(0, wanted)
    const units = await Promise.all(best.map((item) => this.#unitOfItem(item, options)))
    return units.filter((unit) => unit !== undefined)
  }

  async #unitOfItem(
    { fact, origin }: Recalled,
    options?: CallOptions
  ): Promise<CqUnit | undefined> {
    const { recordedAt, corroboration, ...text } = fact
    const published = origin === 'hive' ? undefined : await this.#published(fact, options)
    const confirmations = Math.max(1, corroboration ?? published?.corroboration ?? 1)
    const isPublic = origin === 'hive' || published !== undefined
    return unitOf(text, { confirmations, at: recordedAt }, isPublic ? 'public' : 'private')
  }

  /**
   * Stores a proposal as a lesson and shares its anonymised form; one that may disclose too much stays
   * here. A lesson about the same that is known is returned instead.
   */
  async propose(proposal: z.output<typeof Proposal>, options?: CallOptions): Promise<CqUnit> {
    const { domains, insight, context, created_by: author } = proposal
    const { summary, detail, action } = insight
    const tags = fittingTags({ domains, context })
    const lesson = {
      summary,
      detail,
      ...(action.trim() === '' ? {} : { action }),
      tags,
      confidence: INITIAL_CONFIDENCE,
      source: author ? `cq, by ${author}`.slice(0, 80) : 'cq'
    }
    const { id, similar } = await this.#call('learn', lesson, options)
    if (similar !== undefined) return (await this.#find(unitIdOf(similar.id), options)).unit
    try {
      await this.#call('promote', { id }, options)
    } catch (error) {
      if (!isWithheld(error)) throw error
    }
    return (await this.#find(unitIdOf(id), options)).unit
  }

  /** Vouches for the unit in the hive, and raises the confidence of this node in its own lesson. */
  async confirm(unitId: string, options?: CallOptions): Promise<CqUnit> {
    const { fact, insight } = await this.#find(unitId, options)
    if (fact !== undefined) await this.#strengthen(fact, options)
    if (insight !== undefined) {
      await this.#call('report', { id: insight.id, outcome: 'worked' }, options)
    }
    return (await this.#find(unitId, options)).unit
  }

  /** Disputes the unit in the hive, or calls it stale; a lesson of this node is recalled no longer. */
  async flag(
    unitId: string,
    { reason, duplicate_of: original }: z.output<typeof Flag>,
    options?: CallOptions
  ): Promise<CqUnit> {
    const { unit, fact, insight } = await this.#find(unitId, options)
    if (reason === 'incorrect' && insight !== undefined) {
      await this.#call('report', { id: insight.id, outcome: 'failed' }, options)
    }
    if (reason === 'stale' || (reason === 'incorrect' && insight === undefined)) {
      await this.#call('stale', { id: (fact ?? insight)?.id ?? '' }, options)
    }
    const timestamp = new Date().toISOString()
    // cq's clients refuse a flag "duplicate" that names no original.
    const isWhole = reason !== 'duplicate' || original !== undefined
    const flags = isWhole ? [{ reason, timestamp, duplicate_of: original }] : []
    const after = await this.#find(unitId, options).catch(() => undefined)
    return { ...unit, evidence: after?.unit.evidence ?? unit.evidence, flags }
  }

  /** Counts of the lessons of this node, and of what the hive has released beside them. */
  async stats(options?: CallOptions): Promise<Stats> {
    const insights = await this.#call('insights', { state: 'released' }, options)
    const published = new Map(
      insights.flatMap((insight) =>
        insight.kind === 'lesson' ? [[insight.id, unitOfInsight(insight)]] : []
      )
    )
    const units: CqUnit[] = []
    // A lesson and its published form are one unit.
    const own = new Set<string>()
    for await (const fact of this.#lessons(options)) {
      const preview = await this.#call('preview', { id: fact.id }, options)
      const id = preview?.insight?.id ?? fact.id
      const unit = unitOf(fact, { confirmations: 1 }, published.has(id) ? 'public' : 'private')
      if (unit === undefined || own.has(id)) continue
      own.add(id)
      units.push(unit)
    }
    for (const [id, unit] of published) {
      if (unit !== undefined && !own.has(id)) units.push(unit)
    }
    return statsOf(units)
  }

  /** The lessons of this node that still hold. */
  async *#lessons(options?: CallOptions): AsyncGenerator<Fact> {
    let before: number | undefined
    do {
      const { facts, next } = await this.#call('facts', { limit: PAGE, before }, options)
      yield* facts.filter(({ kind, stale }) => kind === 'lesson' && stale !== true)
      before = next
    } while (before !== undefined)
  }

  /** Throws `UnitUnknownError`. */
  async #find(unitId: string, options?: CallOptions): Promise<Found> {
    const parsed = UnitId.safeParse(unitId)
    const id = parsed.success ? idOfUnit(parsed.data) : undefined
    const { facts, insights } =
      id === undefined
        ? { facts: [], insights: [] }
        : await this.#call('open', { ids: [id] }, options)
    const [fact] = facts
    const insight = insights[0] ?? (fact && (await this.#published(fact, options)))
    const unit =
      fact === undefined
        ? insight && unitOfInsight(insight)
        : unitOf(
            fact,
            { confirmations: Math.max(1, insight?.corroboration ?? 1), at: fact.recordedAt },
            insight === undefined ? 'private' : 'public'
          )
    if (unit === undefined) throw new UnitUnknownError('Knowledge unit not found')
    return { unit, fact, insight }
  }

  /** The insight that a fact has become: its anonymised text has another id. */
  async #published({ id }: Pick<Fact, 'id'>, options?: CallOptions): Promise<Insight | undefined> {
    const preview = await this.#call('preview', { id }, options)
    if (preview?.insight === undefined) return undefined
    const { insights } = await this.#call('open', { ids: [preview.insight.id] }, options)
    return insights[0]
  }

  async #strengthen(fact: Fact, options?: CallOptions): Promise<void> {
    const { id: _, agent: _agent, recordedAt: _at, validAgainFrom: _again, ...input } = fact
    const confidence = Math.min(1, fact.confidence + BOOST)
    await this.#call('distill', { facts: [{ ...input, confidence }] }, options)
  }
}

interface Text {
  readonly id: string
  readonly entity: string
  readonly content: string
  readonly action?: string
  readonly tags: readonly string[]
  readonly confidence: number
}

function unitOf(
  text: Text,
  { confirmations, at }: { readonly confirmations: number; readonly at?: string },
  tier: 'private' | 'public'
): CqUnit | undefined {
  const insight = insightOf(text)
  if (insight === undefined) return undefined
  const { domains, languages, frameworks, pattern } = wordsOf(text.tags)
  const observed = at ?? new Date().toISOString()
  return {
    id: unitIdOf(text.id),
    version: 1,
    domains: [...domains],
    insight,
    context: { languages: [...languages], frameworks: [...frameworks], pattern },
    evidence: {
      confidence: text.confidence,
      confirmations,
      first_observed: observed,
      last_confirmed: observed
    },
    tier,
    flags: []
  }
}

function unitOfInsight(insight: Insight): CqUnit | undefined {
  const { corroboration, day, disputes, isStale = false } = insight
  const unit = unitOf(
    insight,
    { confirmations: corroboration, at: `${day.slice(0, 10)}T00:00:00Z` },
    'public'
  )
  return (
    unit && {
      ...unit,
      flags: [
        ...(disputes > 0 ? [{ reason: 'incorrect' as const }] : []),
        ...(isStale ? [{ reason: 'stale' as const }] : [])
      ]
    }
  )
}

/** cq: the upper bounds of its buckets of confidence, and their names. */
const BUCKETS = [
  [0.3, '0.0-0.3'],
  [0.5, '0.3-0.5'],
  [0.7, '0.5-0.7'],
  [Infinity, '0.7-1.0']
] as const

function statsOf(units: readonly CqUnit[]): Stats {
  const domains: Record<string, number> = {}
  const tiers: Record<string, number> = { private: 0, public: 0 }
  const buckets: Record<string, number> = Object.fromEntries(BUCKETS.map(([, name]) => [name, 0]))
  for (const { domains: words, tier = 'private', evidence } of units) {
    for (const word of words) count(domains, word)
    count(tiers, tier)
    count(buckets, BUCKETS.find(([bound]) => evidence.confidence < bound)?.[1] ?? '0.7-1.0')
  }
  return {
    total_count: units.length,
    domain_counts: domains,
    tier_counts: tiers,
    confidence_distribution: buckets
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function isWithheld(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'WITHHELD'
}
