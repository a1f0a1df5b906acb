/**
 * The intake of facts of one agent: identifies and prepares them within the quota, stores them, and
 * reports which are new.
 */
import { HiveError } from '../errors.ts'
import { identifyFact, prepareFact } from '../facts/index.ts'
import type { Clock } from '../../transport/index.ts'
import type { FactInput, FactStore, IdentifiedFact, PreparedFact, Quota } from '../facts/index.ts'
import type { Corroboration } from './corroboration.ts'
import type { Echoes } from './echoes.ts'
import type { RecallSearch } from './recall-search.ts'

export interface IntakeComponents {
  readonly facts: Pick<FactStore, 'add' | 'isRedundant'>
  readonly corroboration: Pick<Corroboration, 'isKnownElsewhere' | 'isAvailable'>
  readonly recall: Pick<RecallSearch, 'follow'>
  readonly echoes: Pick<Echoes, 'find' | 'forget'>
  readonly quota: Pick<Quota, 'hasPending' | 'release' | 'take'>
  readonly clock: Clock
  readonly agent: string
}

/** The result of storing one fact. */
export interface IntakeOutcome {
  readonly status: 'new' | 'duplicate' | 'corroborated'
  readonly path: 'bloom' | 'exact'
}

const NEW = { status: 'new', path: 'exact' } as const
const NEW_BY_FILTER = { status: 'new', path: 'bloom' } as const
export const DUPLICATE = { status: 'duplicate', path: 'exact' } as const
const CORROBORATED = { status: 'corroborated', path: 'bloom' } as const
const CORROBORATED_AFTER_LOOKUP = { status: 'corroborated', path: 'exact' } as const

export class Intake {
  readonly #components: IntakeComponents

  constructor(components: IntakeComponents) {
    this.#components = components
  }

  /** Prepares an item of a stream; undefined if it adds nothing. */
  accept(item: FactInput | Error): PreparedFact | undefined {
    if (item instanceof Error) throw item
    const named = identifyFact(item)
    return this.echoOf(named) === undefined ? this.prepare(item, named, true) : undefined
  }

  /** The id of the recalled fact that this one repeats. */
  echoOf({ record }: IdentifiedFact): string | undefined {
    return this.#components.echoes.find(record.entity, record.content)
  }

  /** Returns undefined if the fact is on disk and the repetition adds nothing. */
  prepare(input: FactInput, named: IdentifiedFact, heuristic = false): PreparedFact | undefined {
    const { agent, clock, facts, quota } = this.#components
    if (facts.isRedundant(named.digestKey, input)) return undefined
    const fact = prepareFact(input, named, { agent, heuristic, now: clock.now() })
    quota.take(fact.bytes.length)
    return fact
  }

  /** Whether a refused fact may fit after pending writes have landed. */
  mayFitLater(error: unknown): boolean {
    const isFull = error instanceof HiveError && error.code === 'QUOTA_EXCEEDED'
    return isFull && this.#components.quota.hasPending
  }

  /** Returns the reserved room of prepared facts that are not added. */
  release(facts: readonly PreparedFact[]): void {
    let bytes = 0
    for (const fact of facts) bytes += fact.bytes.length
    this.#components.quota.release(facts.length, bytes)
  }

  /** Stores prepared facts; resolves when they are on disk. */
  async add(facts: readonly PreparedFact[]): Promise<readonly IntakeOutcome[]> {
    const added = await this.#components.facts.add(facts).finally(() => this.release(facts))
    this.#components.recall.follow()
    const { corroboration } = this.#components
    const { isAvailable } = corroboration
    const distilled: IntakeOutcome[] = []
    for (const [i, { status, lookedUp }] of added.entries()) {
      const fact = facts[i]
      if (status === 'duplicate' || fact?.heuristic !== true) {
        distilled.push(status === 'new' ? NEW : DUPLICATE)
        continue
      }
      const known = isAvailable && (await corroboration.isKnownElsewhere(fact.digest))
      if (known) distilled.push(lookedUp ? CORROBORATED_AFTER_LOOKUP : CORROBORATED)
      else distilled.push(lookedUp ? NEW : NEW_BY_FILTER)
    }
    return distilled
  }
}
