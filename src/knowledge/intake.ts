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
import type { SearchOrigin } from '../search/index.ts'

export interface IntakeComponents {
  readonly facts: Pick<FactStore, 'add' | 'isRedundant'>
  readonly corroboration: Pick<Corroboration, 'isKnownElsewhere' | 'isAvailable'>
  readonly recall: Pick<RecallSearch, 'follow'>
  readonly echoes: Pick<Echoes, 'find'>
  readonly quota: Pick<Quota, 'hasPending' | 'release' | 'take'>
  readonly clock: Clock
  readonly agent: string
  /** Whether a fact is stored, or an insight of the hive is released, and still holds now. */
  readonly isKnown: (id: string, origin: SearchOrigin) => Promise<boolean>
}

type RecalledEcho = ReturnType<Echoes['find']>[number]

/** A fact of a stream, and what was recalled that it may repeat. */
export interface AcceptedFact {
  readonly fact: PreparedFact
  readonly echoes: readonly RecalledEcho[]
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
  accept(item: FactInput | Error): AcceptedFact | undefined {
    if (item instanceof Error) throw item
    return this.acceptNamed(item, identifyFact(item), true)
  }

  /** Undefined if the fact is on disk and the repetition adds nothing. */
  acceptNamed(
    input: FactInput,
    named: IdentifiedFact,
    heuristic = false
  ): AcceptedFact | undefined {
    const echoes = this.#components.echoes.find(input, named)
    // Before anything is awaited: `named` is valid until the next fact is identified.
    const fact = this.#prepare(input, named, heuristic)
    return fact === undefined ? undefined : { fact, echoes }
  }

  /**
   * The id of what was recalled, is still known, and that the fact repeats without adding to it. The
   * fact's room is returned then.
   */
  async echoOf({ fact, echoes }: AcceptedFact): Promise<string | undefined> {
    const known = await this.#stillKnown(echoes)
    if (known !== undefined) this.release([fact])
    return known
  }

  async #stillKnown(echoes: readonly RecalledEcho[]): Promise<string | undefined> {
    for (const { id, origin } of echoes) {
      if (await this.#components.isKnown(id, origin)) return id
    }
    return undefined
  }

  /** Leaves out what repeats something recalled that is still known. */
  async withoutEchoes(accepted: readonly AcceptedFact[]): Promise<readonly PreparedFact[]> {
    const facts: PreparedFact[] = []
    for (const each of accepted) {
      const echo = each.echoes.length === 0 ? undefined : await this.echoOf(each)
      if (echo === undefined) facts.push(each.fact)
    }
    return facts
  }

  /** Returns undefined if the fact is on disk and the repetition adds nothing. */
  #prepare(input: FactInput, named: IdentifiedFact, heuristic: boolean): PreparedFact | undefined {
    const { agent, clock, facts, quota } = this.#components
    if (facts.isRedundant(named.digestKey, input)) return undefined
    const fact = prepareFact(input, named, { agent, heuristic, now: clock.now() })
    quota.take(fact.bytes.length)
    return fact
  }

  /** Whether a refused fact may fit after pending writes have landed. */
  mayFitLater(error: unknown): boolean {
    const isFull =
      error instanceof HiveError &&
      (error.code === 'QUOTA_EXCEEDED' || error.code === 'LIMIT_EXCEEDED')
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
