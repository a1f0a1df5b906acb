/** `cortex.knowledge`: takes facts in, once each, and keeps them. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { canonicalText, Serial } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { digestOfId, parse } from '../arguments/index.ts'
import { nameFact, factOf, prepareFact } from '../facts/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock } from '../../transport/index.ts'
import type { Candidates } from './candidates.ts'
import type { Echoes } from './echoes.ts'
import type { Claim, History } from './history.ts'
import type { NearDuplicates } from './near-duplicates.ts'
import type {
  Quota,
  DistillOptions,
  Fact,
  FactInput,
  NamedFact,
  PreparedFact,
  FactStore
} from '../facts/index.ts'
import type { Recall, Recalled, RecallOptions } from './recall.ts'
import type { Corroboration } from './corroboration.ts'

export interface Distilled {
  /** SHA-256 of the fact, in hex. */
  readonly id: string
  /**
   * `new`: stored, and nobody seems to know it. `duplicate`: this node had it, or it came out of
   * `recall`. `corroborated`: stored, and a peer seems to know it too (only with
   * `enableBloomHeuristic`). `merged`: kept as a variant of the fact whose id is given (only
   * without). `superseded`: stored, and another value of the attribute began later.
   */
  readonly status: 'new' | 'duplicate' | 'corroborated' | 'merged' | 'superseded'
  /** How the status was found: by Bloom filters alone, by the fact's digest, or by its text. */
  readonly path: 'bloom' | 'exact' | 'semantic'
}

export interface DistillManyOptions extends AbortOptions {
  /** Called after each batch with the totals so far. */
  readonly onProgress?: (progress: DistillProgress) => void
}

export interface DistillProgress {
  readonly read: number
  readonly new: number
  readonly duplicate: number
  readonly corroborated: number
}

export interface DistillReport extends DistillProgress {
  /** What was refused, by its position from 1 (a line, in JSON Lines), and why. */
  readonly rejected: readonly { readonly line: number; readonly reason: string }[]
  readonly seconds: number
}

export interface Forgotten {
  /** Whether the fact was on this node. */
  readonly forgotten: boolean
  /** Whether this node's vote on the published record was taken back. */
  readonly retracted: boolean
}

export interface KnowledgeComponents {
  readonly facts: FactStore
  readonly candidates: Candidates
  readonly corroboration: Corroboration
  readonly nearDuplicates: NearDuplicates
  readonly recall: Recall
  readonly history: History
  readonly echoes: Echoes
  readonly quota: Quota
  readonly clock: Clock
  /** Takes back the vote on a published record; false when there is none. */
  readonly retract: (digest: Uint8Array) => Promise<boolean>
  readonly agent: string
}

/** Facts per durable write: large enough to make the fsync cheap, small enough for steady progress. */
const BATCH_FACTS = 1_000

/** Batches that are being written while the next one is read and hashed. */
const BATCHES_UNDER_WAY = 2

/** The latest time a Date can hold: what began last, whenever that is. */
const FOREVER = new Date(8.64e15)

const RecallArguments = z.strictObject({
  limit: z.int().min(1).max(1000).optional(),
  entity: z.string().min(1).optional(),
  tags: z.array(z.string()).optional(),
  asOf: z.date().optional(),
  scope: z.enum(['local', 'hive', 'all']).optional(),
  signal: z.instanceof(AbortSignal).optional()
})

export class Knowledge {
  readonly #components: KnowledgeComponents
  /** Of two variants that come at once the second must see the first. */
  readonly #merging = new Serial()

  constructor(components: KnowledgeComponents) {
    this.#components = components
  }

  /**
   * Stores a fact unless this node has it; resolves when it is on disk. A repetition keeps the
   * higher confidence and the tags of both. Without `enableBloomHeuristic` a variant of a fact is
   * merged into it; with it, that search is spared, and what peers seem to know comes back as
   * `corroborated`. Throws `HiveError` (ARGUMENT_INVALID) or `LimitError`.
   */
  async distill(
    entity: string,
    content: string,
    confidence: number,
    { signal, ...options }: DistillOptions & AbortOptions = {}
  ): Promise<Distilled> {
    signal?.throwIfAborted()
    const input = { entity, content, confidence, ...options }
    const named = nameFact(input)
    const id = Buffer.from(named.name, 'latin1').toString('hex')
    const echo = this.#components.echoes.find(named.record.entity, named.record.content)
    if (echo !== undefined) return { id: echo, ...DUPLICATE }
    const fact = this.#prepare(input, named)
    if (fact === undefined) return { id, ...DUPLICATE }
    const merged = fact.heuristic ? undefined : await this.#mergeVariant(fact)
    if (merged !== undefined) return { id: toHex(merged), status: 'merged', path: 'semantic' }
    const [distilled = DUPLICATE] = await this.#add([fact])
    const isOvertaken = distilled.status !== 'duplicate' && (await this.#isSuperseded(id, named))
    const status = isOvertaken ? 'superseded' : distilled.status
    const searched = !fact.heuristic && distilled.status === 'new'
    return { id, status, path: searched ? 'semantic' : distilled.path }
  }

  /**
   * Stores many facts, a batch at a time, taking no more from `items` than it can write, with
   * `enableBloomHeuristic` unless an item says otherwise: nothing is searched for. An item
   * that is refused costs that item; an `Error` in place of an item counts as refused. Aborting
   * stops between batches: what was counted is stored.
   */
  async distillMany(
    items: Iterable<FactInput | Error> | AsyncIterable<FactInput | Error>,
    { signal, onProgress }: DistillManyOptions = {}
  ): Promise<DistillReport> {
    const started = performance.now()
    const totals = { read: 0, new: 0, duplicate: 0, corroborated: 0 }
    const rejected: { line: number; reason: string }[] = []
    let batch: PreparedFact[] = []
    let lastTurn = 0
    const writing: Promise<void>[] = []
    const write = async (facts: readonly PreparedFact[], read: number): Promise<void> => {
      for (const { status } of await this.#add(facts)) totals[status] += 1
      onProgress?.({ ...totals, read })
    }
    /** Hands a batch on, and waits while more than `allowed` are on their way to disk. */
    const flush = async (allowed: number): Promise<void> => {
      const written = write(batch, totals.read)
      // Awaited in order: a failure must not be reported as unhandled meanwhile.
      written.catch(() => undefined)
      writing.push(written)
      batch = []
      while (writing.length > allowed) await writing.shift()
    }
    const take = (item: FactInput | Error): void => {
      const fact = this.#take(item)
      if (fact === undefined) totals.duplicate += 1
      else batch.push(fact)
    }
    const refuse = (error: unknown): void => {
      rejected.push({ line: totals.read, reason: messageOf(error) })
    }
    signal?.throwIfAborted()
    for await (const some of chunksOf(items)) {
      for (const item of some) {
        totals.read += 1
        try {
          take(item)
        } catch (error) {
          if (!this.#mayHaveRoom(error)) {
            refuse(error)
            continue
          }
          await flush(0)
          try {
            take(item)
          } catch (again) {
            refuse(again)
          }
        }
      }
      // Repetitions fill no batch; the event loop must have its turn all the same.
      if (totals.read - lastTurn >= BATCH_FACTS) {
        lastTurn = totals.read
        await nextTurn()
        if (signal?.aborted === true) break
      }
      if (batch.length < BATCH_FACTS) continue
      await flush(BATCHES_UNDER_WAY)
      if (signal?.aborted === true) break
    }
    await flush(0)
    signal?.throwIfAborted()
    return { ...totals, rejected, seconds: (performance.now() - started) / 1000 }
  }

  /** A fact of this node, or the one that a merged variant repeats. Throws `HiveError` when `id` is not an id. */
  async get(id: string): Promise<Fact | undefined> {
    const { facts, nearDuplicates } = this.#components
    const digest = digestOfId(id)
    const stored = await facts.get(digest)
    if (stored !== undefined) return factOf(stored)
    const canonical = await nearDuplicates.canonical(digest)
    const repeated = canonical === undefined ? undefined : await facts.get(canonical)
    return repeated === undefined ? undefined : factOf(repeated)
  }

  /** What this node and the hive know about a question, best first. Throws `HiveError` for bad options. */
  recall(query: string, options: RecallOptions = {}): Promise<Recalled[]> {
    const text = parse(z.string(), query, 'recall')
    return this.#components.recall.recall(text, parse(RecallArguments, options, 'recall'))
  }

  /**
   * What is claimed of an entity's attribute, or of all of them, as of a time: each with whether it
   * stands, was superseded or is disputed.
   */
  history(
    entity: string,
    attribute?: string,
    { asOf = new Date() }: { readonly asOf?: Date } = {}
  ): Promise<Claim[]> {
    parse(z.string().min(1), entity, 'history')
    return this.#components.history.of(canonicalText(entity), attribute, asOf)
  }

  /** Variants that were merged into a fact, as they were said. */
  async variants(id: string): Promise<Fact[]> {
    const variants = await this.#components.nearDuplicates.variantsOf(digestOfId(id))
    return variants.map(factOf)
  }

  /** Makes a merged variant a fact of its own again, for good; false when it is none. */
  split(id: string): Promise<boolean> {
    return this.#components.nearDuplicates.split(digestOfId(id))
  }

  /** All facts of this node, as `import` and `distillMany` take them. */
  async *export({ signal }: AbortOptions = {}): AsyncGenerator<FactInput> {
    for await (const batch of this.#components.facts.all()) {
      signal?.throwIfAborted()
      for (const stored of batch) {
        const { id: _, agent: _agent, recordedAt: _at, ...fact } = factOf(stored)
        yield fact
      }
    }
  }

  /** Takes in what `export` gave; the same as `distillMany`. */
  import(
    facts: Iterable<FactInput | Error> | AsyncIterable<FactInput | Error>,
    options: DistillManyOptions = {}
  ): Promise<DistillReport> {
    return this.distillMany(facts, options)
  }

  /**
   * Removes a fact from this node, and from search; it is not published later. Of what was published
   * the vote is taken back; copies that other nodes hold, and votes of others, stay.
   */
  async forget(id: string): Promise<Forgotten> {
    const digest = digestOfId(id)
    const { facts, candidates } = this.#components
    const published = await candidates.promotedAs(digest)
    const forgotten = await facts.remove(digest, candidates.forget(digest))
    const retracted = published !== undefined && (await this.#components.retract(published))
    return { forgotten, retracted }
  }

  /** Digest of the fact that this one was merged into. */
  async #mergeVariant(fact: PreparedFact): Promise<Uint8Array | undefined> {
    const { facts, nearDuplicates } = this.#components
    let isRoomNeeded = false
    try {
      return await this.#merging.run(async () => {
        isRoomNeeded = await facts.has(fact.digest)
        const canonical = isRoomNeeded ? undefined : await nearDuplicates.find(fact)
        isRoomNeeded = canonical === undefined || !(await nearDuplicates.merge(fact, canonical))
        return isRoomNeeded ? undefined : canonical
      })
    } finally {
      if (!isRoomNeeded) this.#release([fact])
    }
  }

  async #isSuperseded(id: string, { record }: NamedFact): Promise<boolean> {
    if (record.attribute === undefined) return false
    const claims = await this.#components.history.of(record.entity, record.attribute, FOREVER)
    return claims.find((claim) => claim.id === id)?.state === 'superseded'
  }

  /** An item of a stream; undefined when it adds nothing. */
  #take(item: FactInput | Error): PreparedFact | undefined {
    if (item instanceof Error) throw item
    const named = nameFact(item)
    const { entity, content } = named.record
    if (this.#components.echoes.find(entity, content) !== undefined) return undefined
    return this.#prepare(item, named, true)
  }

  /** Whether what was refused may fit once everything under way has landed. */
  #mayHaveRoom(error: unknown): boolean {
    const isFull = error instanceof HiveError && error.code === 'QUOTA_EXCEEDED'
    return isFull && this.#components.quota.isUncertain
  }

  /** Undefined for a fact that is on disk and to which this adds nothing. */
  #prepare(input: FactInput, named: NamedFact, heuristic = false): PreparedFact | undefined {
    const { agent, clock, facts, quota } = this.#components
    if (facts.covers(named.name, input)) return undefined
    const fact = prepareFact(input, named, { agent, heuristic, now: clock.now() })
    quota.take(fact.bytes.length)
    return fact
  }

  #release(facts: readonly PreparedFact[]): void {
    let bytes = 0
    for (const fact of facts) bytes += fact.bytes.length
    this.#components.quota.release(facts.length, bytes)
  }

  async #add(facts: readonly PreparedFact[]): Promise<readonly Stored[]> {
    const added = await this.#components.facts.add(facts).finally(() => this.#release(facts))
    this.#components.recall.follow()
    const { corroboration } = this.#components
    const { isPossible } = corroboration
    const distilled: Stored[] = []
    for (const [i, { status, lookedUp }] of added.entries()) {
      const fact = facts[i]
      if (status === 'duplicate' || fact?.heuristic !== true) {
        distilled.push(status === 'new' ? NEW : DUPLICATE)
        continue
      }
      const known = isPossible && (await corroboration.find(fact.digest))
      if (known) distilled.push(lookedUp ? KNOWN_AFTER_LOOKUP : KNOWN)
      else distilled.push(lookedUp ? NEW : NEW_BY_FILTER)
    }
    return distilled
  }
}

/** What storing a fact says of it. */
interface Stored {
  readonly status: 'new' | 'duplicate' | 'corroborated'
  readonly path: 'bloom' | 'exact'
}

const NEW = { status: 'new', path: 'exact' } as const
const NEW_BY_FILTER = { status: 'new', path: 'bloom' } as const
const DUPLICATE = { status: 'duplicate', path: 'exact' } as const
const KNOWN = { status: 'corroborated', path: 'bloom' } as const
const KNOWN_AFTER_LOOKUP = { status: 'corroborated', path: 'exact' } as const

/** Items in arrays, so that those which are there already cost no turn of the event loop each. */
async function* chunksOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T[]> {
  if (Symbol.asyncIterator in items) {
    for await (const item of items) yield [item]
    return
  }
  let chunk: T[] = []
  for (const item of items) {
    chunk.push(item)
    if (chunk.length < BATCH_FACTS) continue
    yield chunk
    chunk = []
  }
  yield chunk
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
