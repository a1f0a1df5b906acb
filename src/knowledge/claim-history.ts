/**
 * Claims on the attributes of an entity, and which claim is current. Two claims conflict if they
 * give one attribute different values. Of the claims that hold at a time the one with the latest
 * `validFrom` is current; claims with the same `validFrom` are disputed. The result does not depend
 * on the order in which claims arrived.
 *
 * The index finds the claims, so that a question reads those that it asks for. Each one is judged
 * again, since the index may be older than the votes.
 */
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/records/index.ts'
import { displayText } from '../foreign-text/index.ts'
import { displayRecord } from '../judgement/index.ts'
import { slotOf } from '../search/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Replica } from '../../crdt/index.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { DisplayRecord, Judge } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { ClaimHit, SearchIndex, WaitOptions } from '../search/index.ts'

/** The state of a claim at the time of the question. */
export type ClaimState =
  /** No other claim began later. */
  | 'current'
  /** Another claim began later. */
  | 'superseded'
  /** Claims with other values began at the same time, or none has a time. */
  | 'disputed'
  /** The claim does not hold yet, or no longer. */
  | 'outside'

/** One value of one attribute of an entity, stated by a fact or an insight. */
export interface Claim {
  /** Id of the fact or insight. */
  readonly id: string
  readonly entity: DisplayText
  readonly attribute: DisplayText
  readonly value: DisplayText
  readonly content: DisplayText
  /** Default: the claim has held from the beginning of time. */
  readonly validFrom?: Date
  readonly validTo?: Date
  readonly confidence: number
  readonly origin: 'local' | 'hive'
  readonly state: ClaimState
}

/** Options of `history`. */
export interface HistoryOptions extends AbortOptions {
  /** Default: now. */
  readonly asOf?: Date
  /** At most this many claims; default 100, at most 10,000. */
  readonly limit?: number
  /** Milliseconds to wait for an index that is behind; default: until it is complete. */
  readonly maxWait?: number
}

export interface HistoryComponents {
  readonly index: Pick<SearchIndex, 'claims' | 'current'>
  readonly facts: Pick<FactStore, 'getMany'>
  readonly replica: Pick<Replica, 'getMany'>
  readonly judge: Judge
}

/** When the current claims of an attribute began, and whether their values differ. */
export interface CurrentClaims {
  readonly begin: number
  readonly isDisputed: boolean
}

type UnjudgedClaim = Omit<Claim, 'state'>

const DEFAULT_LIMIT = 100

/** Pages of claims that are read while claims of the index turn out to be gone. */
const MAX_PAGES = 5

export class ClaimHistory {
  readonly #components: HistoryComponents

  constructor(components: HistoryComponents) {
    this.#components = components
  }

  /**
   * Claims on one attribute, or on all attributes of the entity; of each attribute the latest
   * first.
   */
  async of(
    entity: string,
    attribute: string | undefined,
    { asOf = new Date(), limit = DEFAULT_LIMIT, maxWait, signal }: HistoryOptions = {}
  ): Promise<Claim[]> {
    const slot = slotOf(entity, attribute)
    const claims = new Map<string, UnjudgedClaim>()
    /** The text of an attribute is displayed; the slot is that of the stored text. */
    const slots = new Map<string, string>()
    for (let page = 0; page < MAX_PAGES && claims.size < limit; page++) {
      signal?.throwIfAborted()
      const query = { slot, offset: page * limit, limit }
      const hits = await this.#components.index.claims(query, { maxWait })
      for (const hit of hits) slots.set(toHex(hit.digest), toHex(hit.slot))
      for (const claim of await this.#valid(hits)) {
        claims.set(claim.id, merged(claim, claims.get(claim.id)))
      }
      if (hits.length < limit) break
    }
    const bySlot = Map.groupBy(claims.values(), ({ id }) => slots.get(id) ?? '')
    const ordered: Claim[] = []
    for (const [name, found] of bySlot) {
      const current = await this.#currentIn(Buffer.from(name, 'hex'), asOf, { maxWait })
      const states = found.map((claim) => ({ ...claim, state: stateOf(claim, current, asOf) }))
      ordered.push(...states.toSorted((a, b) => validFromOf(b) - validFromOf(a) || byId(a, b)))
    }
    return ordered.toSorted(byAttribute).slice(0, limit)
  }

  /** Of the claims on the attribute that hold at the time, those that began last. */
  current(
    entity: string,
    attribute: string,
    asOf: Date,
    wait?: WaitOptions
  ): Promise<CurrentClaims> {
    return this.#currentIn(slotOf(entity, attribute), asOf, wait)
  }

  async #currentIn(slot: Uint8Array, asOf: Date, wait?: WaitOptions): Promise<CurrentClaims> {
    const query = { slot, asOf: asOf.getTime() }
    const hits = await this.#components.index.current(query, wait)
    const valid = await this.#valid(hits)
    let begin = Number.NEGATIVE_INFINITY
    let values = new Set<string>()
    for (const claim of valid) {
      const from = validFromOf(claim)
      if (from < begin || !isValidAt(claim, asOf)) continue
      if (from > begin) values = new Set()
      begin = from
      values.add(claim.value)
    }
    return { begin, isDisputed: values.size > 1 }
  }

  /** The claims as they are now, without those that were removed or are held back. */
  async #valid(hits: readonly ClaimHit[]): Promise<UnjudgedClaim[]> {
    const local = hits.filter(({ origin }) => origin === 'local').map(({ digest }) => digest)
    const hive = hits.filter(({ origin }) => origin === 'hive').map(({ digest }) => digest)
    const claims = new Map<string, UnjudgedClaim>()
    for (const claim of [...(await this.#hiveClaims(hive)), ...(await this.#localClaims(local))]) {
      claims.set(claim.id, merged(claim, claims.get(claim.id)))
    }
    // In the order of the index.
    const ids = [...new Set(hits.map(({ digest }) => toHex(digest)))]
    return ids.flatMap((id) => claims.get(id) ?? [])
  }

  async #localClaims(digests: readonly Uint8Array[]): Promise<UnjudgedClaim[]> {
    const found = await this.#components.facts.getMany(digests)
    return found.flatMap(({ digest, record, confidence, validFrom }) =>
      claimOf(displayRecord(readAll(record, readRecord)), {
        id: toHex(digest),
        confidence,
        origin: 'local',
        ...(validFrom === undefined ? {} : { validFrom })
      })
    )
  }

  async #hiveClaims(digests: readonly Uint8Array[]): Promise<UnjudgedClaim[]> {
    const { replica, judge } = this.#components
    const claims: UnjudgedClaim[] = []
    for (const attested of await replica.getMany(digests)) {
      const judgement = await judge.judge(attested)
      if (judgement?.state !== 'released') continue
      const { confidence, validFrom, validTo } = judgement
      const from = validFrom === undefined ? {} : { validFrom }
      const to = validTo === undefined ? {} : { validTo }
      const id = toHex(attested.digest)
      const rest = { id, confidence, origin: 'hive' as const, ...from, ...to }
      claims.push(...claimOf(displayRecord(attested.record), rest))
    }
    return claims
  }
}

/** The state of a claim among those that are current. */
export function stateOf(
  claim: Pick<Claim, 'validFrom' | 'validTo'>,
  { begin, isDisputed }: CurrentClaims,
  asOf: Date
): ClaimState {
  if (!isValidAt(claim, asOf)) return 'outside'
  if (validFromOf(claim) < begin) return 'superseded'
  return isDisputed ? 'disputed' : 'current'
}

function claimOf(
  { entity, attribute, value = displayText(''), content }: DisplayRecord,
  rest: Omit<UnjudgedClaim, 'entity' | 'attribute' | 'value' | 'content'>
): UnjudgedClaim[] {
  return attribute === undefined ? [] : [{ entity, attribute, value, content, ...rest }]
}

/** A claim that is stored here and in the hive is this node's, and began at the earlier time. */
function merged(one: UnjudgedClaim, other: UnjudgedClaim | undefined): UnjudgedClaim {
  if (other === undefined || other.origin === one.origin) return one
  const [local, hive] = one.origin === 'local' ? [one, other] : [other, one]
  if (hive.validFrom === undefined) return local
  if (local.validFrom !== undefined && local.validFrom <= hive.validFrom) return local
  return { ...local, validFrom: hive.validFrom }
}

function isValidAt(
  { validFrom, validTo }: Pick<Claim, 'validFrom' | 'validTo'>,
  at: Date
): boolean {
  return (validFrom === undefined || validFrom <= at) && (validTo === undefined || at < validTo)
}

function validFromOf({ validFrom }: Pick<Claim, 'validFrom'>): number {
  return validFrom?.getTime() ?? Number.NEGATIVE_INFINITY
}

function byAttribute(a: Claim, b: Claim): number {
  const [one, other] = [a.attribute.toLowerCase(), b.attribute.toLowerCase()]
  return one === other ? 0 : one < other ? -1 : 1
}

function byId(a: Claim, b: Claim): number {
  return a.id < b.id ? -1 : 1
}
