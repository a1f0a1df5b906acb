/**
 * Claims that return: an own fact whose claim began again behind a claim with another value. A register
 * has one begin, so the record has the latest one from which the claim is current here; otherwise other
 * nodes take the value in between for current.
 *
 * Guarantees: the node has one vote on the record. Its begin only moves on, at most once a broadcast,
 * and only while the claim is current here, other nodes may know a claim in between, and fewer than `k`
 * authors state a later begin. Lost is the begin before, unless others state it. Where the vote has an
 * earlier author key, it is retracted and leaves again hours later, as each changed vote.
 */
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import { dayOf } from '../judgement/index.ts'
import { isOfProject, reasonToStay } from './drafts.ts'
import type { Entry, Register, Replica } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'
import type { FactStore, StoredFact } from '../facts/index.ts'
import type { Judge } from '../judgement/index.ts'
import type { Claim, ClaimHistory, PromotedClaim } from '../knowledge/index.ts'

export interface ReturnedClaimsComponents {
  readonly replica: Pick<Replica, 'get' | 'has' | 'hasHeardPeers' | 'ownRegister' | 'revise'>
  readonly facts: Pick<FactStore, 'getMany'>
  readonly history: Pick<ClaimHistory, 'of'>
  readonly judge: Pick<Judge, 'judge'>
  readonly clock: Clock
  /** Whether there are peers to hear. */
  readonly hasSwarm: boolean
}

/** When a claim began again, and when the claim that it follows began; milliseconds since 1970. */
interface Return {
  readonly begin: number
  readonly before: number
}

export class ReturnedClaims {
  readonly #components: ReturnedClaimsComponents

  constructor(components: ReturnedClaimsComponents) {
    this.#components = components
  }

  /** The fact with the begin that it is published with. */
  async dated(fact: StoredFact): Promise<StoredFact> {
    if (fact.validAgainFrom === undefined) return fact
    const found = await this.#returnOf(fact, timeOf(fact))
    return found === undefined ? fact : { ...fact, validFrom: new Date(found.begin) }
  }

  /** Whether nothing is left to state of a claim until its fact changes. */
  async isSettled({ fact, record }: PromotedClaim): Promise<boolean> {
    const own = await this.#components.replica.ownRegister(record)
    const last = beginsOf(fact).at(-1)
    return own?.vote !== 'vouch' || last === undefined || timeOf(own) >= last
  }

  /**
   * The begin that the vote of this node is to give; undefined if it may stay as it is. Before a peer has
   * told its heads the author of the last run is not in use, and would be given up.
   */
  async laterBegin({ fact, record }: PromotedClaim): Promise<number | undefined> {
    const { replica, judge, hasSwarm } = this.#components
    if (hasSwarm && !replica.hasHeardPeers) return undefined
    const own = await replica.ownRegister(record)
    if (own?.vote !== 'vouch') return undefined
    const found = await this.#returnOf(fact, timeOf(own))
    const attested = found === undefined ? undefined : await replica.get(record)
    if (found === undefined || attested === undefined) return undefined
    const again = (await judge.judge(attested))?.validAgainFrom
    // Enough authors state it: one more changes nothing.
    const isKnown = again !== undefined && again.getTime() > found.before
    return isKnown || found.begin <= timeOf(own) ? undefined : found.begin
  }

  /** States the begin of a record, in the vote of this node. Returns the new entries. */
  async state(record: Uint8Array, begin: number): Promise<readonly Entry[]> {
    const { replica, clock } = this.#components
    const [attested, own] = await Promise.all([replica.get(record), replica.ownRegister(record)])
    if (attested === undefined || own?.vote !== 'vouch' || timeOf(own) >= begin) return []
    const { vote, confidence, tags, validTo } = own
    const stated = { vote, confidence, tags, validTo, validFrom: begin, day: dayOf(clock.now()) }
    // A vote that changed meanwhile stays.
    return replica.revise({ record: attested.record, ...stated }, own)
  }

  /** Undefined unless the claim is current, and another value that peers may know began since `from`. */
  async #returnOf(fact: StoredFact, from: number): Promise<Return | undefined> {
    const { history, clock } = this.#components
    const { entity, attribute } = readAll(fact.record, readRecord)
    if (attribute === undefined) return undefined
    const listed = await history.of(entity, attribute, { asOf: new Date(clock.now()) })
    const claims = listed.filter(({ state }) => state !== 'outside')
    const [latest] = claims
    const own = claims.find(({ id }) => id === toHex(fact.digest))
    if (latest?.state !== 'current' || own?.value !== latest.value) return undefined
    const others = claims.filter(({ value }) => value !== latest.value)
    const later = others.filter((claim) => timeOf(claim) >= from)
    const isShared = await this.#areShared(later)
    const last = later.find((_, i) => isShared[i] === true)
    if (last === undefined) return undefined
    const before = timeOf(last)
    const begin = beginsOf(fact).find((time) => time > before && time <= clock.now())
    return begin === undefined ? undefined : { begin, before }
  }

  /** Whether peers may know each claim. */
  async #areShared(claims: readonly Claim[]): Promise<boolean[]> {
    const { facts, replica } = this.#components
    const digests = claims.map(({ id }) => Buffer.from(id, 'hex'))
    const [stored, areInHive] = await Promise.all([facts.getMany(digests), replica.has(digests)])
    const leaving = stored.filter((fact) => reasonToStay(fact) === undefined && !isOfProject(fact))
    const ids = new Set(leaving.map(({ digest }) => toHex(digest)))
    return claims.map(({ id }, i) => areInHive[i] === true || ids.has(id))
  }
}

/** Ascending. */
function beginsOf({ validFrom, validAgainFrom = [] }: StoredFact): number[] {
  return validFrom === undefined ? [] : [validFrom, ...validAgainFrom].map(Number)
}

/** A claim without a time has always held. */
function timeOf({ validFrom }: Pick<Claim | StoredFact, 'validFrom'> | Register): number {
  return validFrom === undefined ? Number.NEGATIVE_INFINITY : Number(validFrom)
}
