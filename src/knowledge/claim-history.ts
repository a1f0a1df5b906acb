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
import { BEGINNING, FOREVER, slotOf } from '../search/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Replica } from '../../crdt/index.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { DisplayRecord, Judge } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { ClaimHit, IndexView, SearchIndex } from '../search/index.ts'

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
  /** Milliseconds to wait for an index that is behind; default 2,000. Infinity: until it is complete. */
  readonly maxWait?: number
}

export interface HistoryComponents {
  readonly index: Pick<SearchIndex, 'view'>
  readonly facts: Pick<FactStore, 'getMany'>
  readonly replica: Pick<Replica, 'getMany'>
  readonly judge: Judge
}

/** When the current claims of an attribute began, and whether their values differ. */
export interface CurrentClaims {
  readonly begin: number
  readonly isDisputed: boolean
}

type UnplacedClaim = Omit<Claim, 'state' | 'validFrom' | 'validTo'>

/** A claim and its place in the index: one begin of an attribute, as hex. */
interface PlacedClaim extends Omit<Claim, 'state'> {
  readonly slot: string
}

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
   * first. A claim that began again after another one is listed once for each begin.
   */
  async of(
    entity: string,
    attribute: string | undefined,
    { asOf = new Date(), limit = DEFAULT_LIMIT, maxWait, signal }: HistoryOptions = {}
  ): Promise<Claim[]> {
    const slot = slotOf(entity, attribute)
    const claims = new Map<string, PlacedClaim>()
    const view = await this.#components.index.view({ maxWait })
    for (let page = 0; page < MAX_PAGES && claims.size < limit; page++) {
      signal?.throwIfAborted()
      const query = { slot, offset: page * limit, limit }
      const hits = await view.claims(query)
      for (const claim of await this.#valid(hits)) claims.set(nameOf(claim), claim)
      if (hits.length < limit) break
    }
    const ordered: Claim[] = []
    for (const [name, found] of Map.groupBy(claims.values(), (claim) => claim.slot)) {
      const current = await this.#currentIn(Buffer.from(name, 'hex'), asOf, view)
      for (const run of runsOf(found)) {
        const { slot: _, ...claim } = run[0]
        // A claim that goes on is in the state of its latest begin until then.
        const latest = run.findLast((each) => isValidAt(each, asOf)) ?? claim
        ordered.push({ ...claim, state: stateOf(latest, current, asOf) })
      }
    }
    return ordered.toSorted(byAttribute).slice(0, limit)
  }

  /** Of the claims on the attribute that hold at the time, those that began last. */
  async current(
    entity: string,
    attribute: string,
    asOf: Date,
    view?: IndexView
  ): Promise<CurrentClaims> {
    const at = view ?? (await this.#components.index.view())
    return this.#currentIn(slotOf(entity, attribute), asOf, at)
  }

  async #currentIn(slot: Uint8Array, asOf: Date, view: IndexView): Promise<CurrentClaims> {
    const hits = await view.current({ slot, asOf: asOf.getTime() })
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

  /**
   * The claims as they are now, without those that were removed or are held back. A claim that is
   * stored here and in the hive is this node's, and began at the earlier time.
   */
  async #valid(hits: readonly ClaimHit[]): Promise<PlacedClaim[]> {
    const of = (origin: ClaimHit['origin']): Uint8Array[] =>
      uniqueBytes(hits.filter((hit) => hit.origin === origin).map(({ digest }) => digest))
    const hive = await this.#hiveClaims(of('hive'))
    const local = await this.#localClaims(of('local'))
    const claims = new Map<string, PlacedClaim>()
    for (const hit of hits) {
      const id = toHex(hit.digest)
      const isKnown = (hit.origin === 'hive' ? hive : local).has(id)
      const shown = local.get(id) ?? hive.get(id)
      const isRepeat = hit.begin > hit.earliest && (hive.has(id) || hit.origin === 'hive')
      if (!isKnown || shown === undefined || isRepeat) continue
      const claim = {
        ...shown,
        slot: toHex(hit.slot),
        ...(hit.begin === BEGINNING ? {} : { validFrom: new Date(hit.begin) }),
        ...(hit.until === FOREVER ? {} : { validTo: new Date(hit.until) })
      }
      claims.set(nameOf(claim), claim)
    }
    return [...claims.values()]
  }

  async #localClaims(digests: readonly Uint8Array[]): Promise<Map<string, UnplacedClaim>> {
    const claims = new Map<string, UnplacedClaim>()
    for (const fact of await this.#components.facts.getMany(digests)) {
      const { digest, record, confidence } = fact
      if (fact.stale === true) continue
      const shown = displayRecord(readAll(record, readRecord))
      const id = toHex(digest)
      const claim = claimOf(shown, { id, confidence, origin: 'local' })
      if (claim !== undefined) claims.set(id, claim)
    }
    return claims
  }

  async #hiveClaims(digests: readonly Uint8Array[]): Promise<Map<string, UnplacedClaim>> {
    const { replica, judge } = this.#components
    const claims = new Map<string, UnplacedClaim>()
    for (const attested of await replica.getMany(digests)) {
      const judgement = await judge.judge(attested)
      if (judgement?.state !== 'released' || judgement.isStale === true) continue
      const { confidence } = judgement
      const id = toHex(attested.digest)
      const claim = claimOf(displayRecord(attested.record), { id, confidence, origin: 'hive' })
      if (claim !== undefined) claims.set(id, claim)
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
  rest: Pick<Claim, 'confidence' | 'id' | 'origin'>
): UnplacedClaim | undefined {
  return attribute === undefined ? undefined : { entity, attribute, value, content, ...rest }
}

/** The begins of each claim until another one begins, ascending; the latest claim first. */
function runsOf(claims: readonly PlacedClaim[]): [PlacedClaim, ...PlacedClaim[]][] {
  const runs: [PlacedClaim, ...PlacedClaim[]][] = []
  const ascending = claims.toSorted((a, b) => validFromOf(a) - validFromOf(b) || -byId(a, b))
  for (const claim of ascending) {
    const last = runs.at(-1)
    if (last?.[0].id === claim.id) last.push(claim)
    else runs.push([claim])
  }
  return runs.toReversed()
}

function nameOf({ id, validFrom }: Pick<Claim, 'id' | 'validFrom'>): string {
  return `${id} ${validFrom?.getTime() ?? ''}`
}

function uniqueBytes(digests: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(digests.map((digest) => [toHex(digest), digest])).values()]
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

function byId(a: Pick<Claim, 'id'>, b: Pick<Claim, 'id'>): number {
  return a.id < b.id ? -1 : 1
}
