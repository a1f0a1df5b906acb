/** `cortex.knowledge`: stores facts once each, and finds them again. */
import { z } from 'zod'
import { Serial } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { digestOfId, FilterName, parse, resolveId } from '../arguments/index.ts'
import { factIds, factOf, identifyFact } from '../facts/index.ts'
import { distillMany } from './distill-many.ts'
import { distillOne } from './distill-one.ts'
import { forget } from './forget.ts'
import { Intake } from './intake.ts'
import {
  AnnotationName,
  HistoryArguments,
  Lesson,
  PageArguments,
  RecallArguments
} from './knowledge-options.ts'
import { learn } from './learn.ts'
import { knownIds, variantIds } from './known-ids.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Annotations, AnnotationValue } from '../facts/index.ts'
import type { DistillOptions, Fact, FactInput, FactStore, StoredFact } from '../facts/index.ts'
import type { Candidates } from './candidates.ts'
import type { DistillManyOptions, DistillReport } from './distill-many.ts'
import type { DistillComponents, Distilled } from './distill-one.ts'
import type { Claim, ClaimHistory, HistoryOptions } from './claim-history.ts'
import type { Echoes } from './echoes.ts'
import type { Learned, LessonInput } from './learn.ts'
import type { ForgetComponents, Forgotten } from './forget.ts'
import type { IntakeComponents } from './intake.ts'
import type { FactPage, FactPageOptions } from './knowledge-options.ts'
import type { NearDuplicates } from './near-duplicates.ts'
import type {
  ConsideredResult,
  RecallOptions,
  RecallResult,
  RecallSearch
} from './recall-search.ts'

export interface KnowledgeComponents extends ForgetComponents, IntakeComponents {
  readonly facts: Pick<
    FactStore,
    | 'add'
    | 'all'
    | 'forget'
    | 'get'
    | 'getMany'
    | 'has'
    | 'idsFrom'
    | 'isRedundant'
    | 'markStale'
    | 'newestFacts'
    | 'giveUp'
    | 'stored'
  >
  readonly annotations: Pick<Annotations, 'forget' | 'get' | 'put'>
  readonly candidates: Pick<Candidates, 'forget' | 'promotedAs' | 'publications' | 'recordsOf'>
  readonly nearDuplicates: NearDuplicates
  readonly echoes: Pick<Echoes, 'find' | 'forget'>
  readonly recall: Pick<RecallSearch, 'consider' | 'find' | 'follow' | 'recall'>
  readonly history: Pick<ClaimHistory, 'current' | 'of'>
  /** Throws if the agent is frozen. */
  readonly assertActive: () => void
}

/**
 * The facts of this node. A fact is stored once; its id is the SHA-256 of its record, so that equal
 * facts have equal ids on every node. Nothing leaves the node before `cortex.hive` publishes it.
 *
 * @example
 * ```ts
 * const { knowledge } = db.agent.cortex
 * const { id, status } = await knowledge.distill('build server', 'It runs Node 24.', 0.9, {
 *   attribute: 'runtime',
 *   value: 'Node 24',
 *   validFrom: new Date('2026-03-02')
 * })
 * const { items } = await knowledge.recall('Which Node does the build server run?', { limit: 1 })
 * const claims = await knowledge.history('build server', 'runtime')
 * await knowledge.forget(id)
 * ```
 */
export class Knowledge {
  readonly #components: DistillComponents & KnowledgeComponents

  constructor(components: KnowledgeComponents) {
    this.#components = { ...components, intake: new Intake(components), merging: new Serial() }
  }

  /**
   * Stores a fact unless this node has it; resolves when it is on disk. A repetition keeps the
   * higher confidence and the tags of both. Without `enableBloomHeuristic` a variant is merged into
   * the fact that it repeats. With it, no near-duplicates are searched for, and a fact that a peer
   * seems to know is `corroborated`. Throws `HiveError` (AGENT_FROZEN, ARGUMENT_INVALID,
   * LIMIT_EXCEEDED, QUOTA_EXCEEDED) or `LimitError`.
   */
  async distill(
    entity: string,
    content: string,
    confidence: number,
    { signal, ...options }: DistillOptions & AbortOptions = {}
  ): Promise<Distilled> {
    signal?.throwIfAborted()
    this.#components.assertActive()
    return distillOne(this.#components, { entity, content, confidence, ...options })
  }

  /**
   * Stores a lesson: a summary, what happened, and what to do, each with its line breaks. If a lesson
   * about the same is known here, nothing is stored, and that one is returned. Throws `HiveError`
   * (ARGUMENT_INVALID) or `LimitError`.
   */
  async learn(lesson: LessonInput): Promise<Learned> {
    const input = parse(Lesson, lesson, 'learn')
    input.signal?.throwIfAborted()
    this.#components.assertActive()
    return learn(this.#components, input)
  }

  /**
   * Marks a fact or a lesson of this node as one that no longer holds: it is not recalled unless
   * asked for, and not published. Storing it again ends that. Returns false if it is not stored, or is
   * marked already. Records of the hive: `hive.stale`.
   */
  async stale(id: string): Promise<boolean> {
    const { facts } = this.#components
    const digest = await resolveId(id, factIds(facts))
    return digest !== undefined && facts.markStale(digest)
  }

  /**
   * Stores many facts, a batch at a time, and reads no more from `items` than it can write.
   * `enableBloomHeuristic` is on unless an item turns it off. A refused item does not stop the
   * others; an `Error` in place of an item counts as refused. Aborting stops between batches;
   * counted facts are stored. Throws `HiveError` (ARGUMENT_INVALID) if `items` is no iterable object.
   */
  async distillMany(
    items: Iterable<FactInput | Error> | AsyncIterable<FactInput | Error>,
    options: DistillManyOptions = {}
  ): Promise<DistillReport> {
    this.#components.assertActive()
    return distillMany(this.#components.intake, items, options)
  }

  /**
   * A fact of this node, or the fact that a merged variant repeats; undefined for an unknown id.
   * Throws `HiveError` (ARGUMENT_INVALID, ID_AMBIGUOUS).
   */
  async get(id: string): Promise<Fact | undefined> {
    const { facts, nearDuplicates } = this.#components
    const digest = await this.#digestOf(id)
    if (digest === undefined) return undefined
    const stored = await facts.get(digest)
    if (stored !== undefined) return factOf(stored)
    const canonical = await nearDuplicates.canonical(digest)
    const repeated = canonical === undefined ? undefined : await facts.get(canonical)
    return repeated === undefined ? undefined : factOf(repeated)
  }

  /**
   * Knowledge of this node and of the hive about a question, best first. A raw error, the output of a
   * tool or a long prompt is reduced to the words that tell. Throws `HiveError` for bad options.
   */
  recall(query: string, options: RecallOptions = {}): Promise<RecallResult> {
    const text = parse(z.string(), query, 'recall')
    return this.#components.recall.recall(text, parse(RecallArguments, options, 'recall'))
  }

  /**
   * As `recall`, for a caller that shows only some of the items.
   *
   * @internal
   */
  consider(query: string, options: RecallOptions = {}): Promise<ConsideredResult> {
    return this.#components.recall.consider(query, parse(RecallArguments, options, 'recall'))
  }

  /**
   * Claims on one attribute of an entity, or on all of them, at a time: each is current,
   * superseded, disputed or outside. Of each attribute the latest first, at most `limit`.
   */
  history(entity: string, attribute?: string, options: HistoryOptions = {}): Promise<Claim[]> {
    const name = parse(FilterName, entity, 'history')
    const property = parse(FilterName.optional(), attribute, 'history')
    const checked = parse(HistoryArguments, options, 'history')
    return this.#components.history.of(name, property, checked)
  }

  /**
   * Keeps JSON of the caller's with facts of this node, by their whole ids, under a name. It replaces
   * what is there under that name; unknown ids are left out. It never leaves the node, and is
   * forgotten with its fact. Resolves when it is on disk. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async annotate(name: string, values: ReadonlyMap<string, AnnotationValue>): Promise<void> {
    const { facts, annotations, nearDuplicates } = this.#components
    parse(AnnotationName, name, 'annotate')
    const given = [...parse(z.map(z.string(), z.json()), values, 'annotate')]
    const digests = given.map(([id]) => digestOfId(id))
    // No fact is forgotten meanwhile.
    await nearDuplicates.runExclusive(async () => {
      const stored = await facts.stored(digests)
      const known: [Uint8Array, AnnotationValue][] = []
      for (const [i, digest] of digests.entries()) {
        const isKnown =
          stored[i] !== undefined || (await nearDuplicates.canonical(digest)) !== undefined
        if (isKnown) known.push([digest, given[i]?.[1] ?? null])
      }
      await annotations.put(name, known)
    })
  }

  /** What is kept with a fact under a name. Throws `HiveError` (ARGUMENT_INVALID, ID_AMBIGUOUS). */
  async annotation(name: string, id: string): Promise<AnnotationValue | undefined> {
    parse(AnnotationName, name, 'annotation')
    const digest = await this.#digestOf(id)
    return digest === undefined ? undefined : this.#components.annotations.get(name, digest)
  }

  /**
   * The facts of this node, the newest first. A fact that changed is listed again where it was added.
   * A page may have fewer facts than its limit. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async newest(options: FactPageOptions = {}): Promise<FactPage> {
    const { facts, candidates } = this.#components
    const { limit, before } = parse(PageArguments, options, 'newest')
    const page = await facts.newestFacts(limit, before)
    const records = await candidates.recordsOf(page.facts.map(({ digest }) => digest))
    return {
      ...page,
      facts: page.facts.map((fact, i) => {
        const record = records[i]
        return { ...factOf(fact), ...(record === undefined ? {} : { record: toHex(record) }) }
      })
    }
  }

  /** Variants that were merged into a fact, in their own words. */
  async variants(id: string): Promise<Fact[]> {
    const { facts, nearDuplicates } = this.#components
    const digest = await resolveId(id, factIds(facts))
    const variants = digest === undefined ? [] : await nearDuplicates.variantsOf(digest)
    return variants.map(factOf)
  }

  /**
   * Makes a merged variant a fact of its own, permanently; false if there is no such variant. The fact
   * counts towards the quota. Throws `HiveError` (QUOTA_EXCEEDED, LIMIT_EXCEEDED, AGENT_FROZEN); then
   * it stays a variant.
   */
  async split(id: string): Promise<boolean> {
    const { nearDuplicates, assertActive, quota } = this.#components
    assertActive()
    const digest = await resolveId(id, variantIds(nearDuplicates))
    const bytes = digest === undefined ? undefined : await nearDuplicates.bytesApart(digest)
    if (digest === undefined || bytes === undefined) return false
    quota.take(bytes)
    try {
      return await nearDuplicates.split(digest)
    } finally {
      quota.release(1, bytes)
    }
  }

  /**
   * All facts of this node, as `import` and `distillMany` take them: also the merged variants, in
   * their own words, and a claim that began again once for each begin.
   */
  async *export({ signal }: AbortOptions = {}): AsyncGenerator<FactInput> {
    for await (const batch of this.#components.facts.all()) {
      signal?.throwIfAborted()
      for (const stored of batch) {
        yield* exportedFacts(stored)
      }
    }
    for await (const variant of this.#components.nearDuplicates.variants()) {
      signal?.throwIfAborted()
      yield* exportedFacts(variant)
    }
  }

  /**
   * The id that a fact has once it is stored. Nothing is stored. Throws `HiveError`
   * (ARGUMENT_INVALID) or `LimitError`.
   */
  identify(fact: FactInput): string {
    return Buffer.from(identifyFact(fact).digestKey, 'latin1').toString('hex')
  }

  /** Stores the facts of an `export`; the same as `distillMany`. */
  import(
    facts: Iterable<FactInput | Error> | AsyncIterable<FactInput | Error>,
    options: DistillManyOptions = {}
  ): Promise<DistillReport> {
    return this.distillMany(facts, options)
  }

  /**
   * Removes a fact and the variants merged into it from this node and from search; they are not
   * published later. The id of a variant removes that variant alone. Votes on what was published of
   * them are retracted in the same commit, so that a crash leaves both or neither; copies on other
   * nodes and votes of others stay.
   */
  async forget(id: string): Promise<Forgotten> {
    const digest = await this.#digestOf(id)
    if (digest === undefined) return { forgotten: false, retracted: false }
    return forget(this.#components, digest)
  }

  /** Of a fact or a merged variant. */
  #digestOf(id: string): Promise<Uint8Array | undefined> {
    const { facts, nearDuplicates } = this.#components
    return resolveId(id, knownIds(facts, nearDuplicates))
  }
}

function* exportedFacts(stored: StoredFact): Generator<FactInput> {
  const { id: _, agent: _agent, recordedAt: _at, validAgainFrom = [], ...fact } = factOf(stored)
  yield fact
  for (const validFrom of validAgainFrom) yield { ...fact, validFrom }
}
