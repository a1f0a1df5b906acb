/**
 * Claims on the attributes of an entity, and which claim is current. Two claims conflict if they
 * give one attribute different values. Of the claims that hold at a time the one with the latest
 * `validFrom` is current; claims with the same `validFrom` are disputed. The result does not depend
 * on the order in which claims arrived.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import { displayText } from '../foreign-text/index.ts'
import { displayRecord } from '../judgement/index.ts'
import type { Replica } from '../../crdt/index.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { DisplayRecord, Judge } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'

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

export interface HistoryComponents {
  readonly facts: Pick<FactStore, 'claims' | 'getMany'>
  readonly replica: Pick<Replica, 'claims' | 'getMany'>
  readonly judge: Judge
}

/** Claims that are judged in one turn of the event loop. */
const TURN = 128

type UnjudgedClaim = Omit<Claim, 'state'>

export class ClaimHistory {
  readonly #components: HistoryComponents

  constructor(components: HistoryComponents) {
    this.#components = components
  }

  /**
   * Claims on one attribute, or on all attributes of the entity; of each attribute the latest
   * first.
   */
  async of(entity: string, attribute: string | undefined, asOf: Date): Promise<Claim[]> {
    const claims = new Map<string, UnjudgedClaim>()
    for (const claim of await this.#hiveClaims(entity, attribute)) claims.set(claim.id, claim)
    for (const claim of await this.#localClaims(entity, attribute)) {
      claims.set(claim.id, earliest(claim, claims.get(claim.id)))
    }
    const byAttribute = Map.groupBy(claims.values(), (claim) => claim.attribute.toLowerCase())
    return [...byAttribute.keys()]
      .toSorted()
      .flatMap((name) => withStates(byAttribute.get(name) ?? [], asOf))
  }

  async #localClaims(entity: string, attribute: string | undefined): Promise<UnjudgedClaim[]> {
    const { facts } = this.#components
    const found = await facts.getMany(await facts.claims.find(entity, attribute))
    return found.flatMap(({ digest, record, confidence, validFrom }) =>
      claimOf(displayRecord(readAll(record, readRecord)), {
        id: toHex(digest),
        confidence,
        origin: 'local',
        ...(validFrom === undefined ? {} : { validFrom })
      })
    )
  }

  async #hiveClaims(entity: string, attribute: string | undefined): Promise<UnjudgedClaim[]> {
    const { replica } = this.#components
    const claims: UnjudgedClaim[] = []
    const found = await replica.getMany(await replica.claims(entity, attribute))
    for (const [i, attested] of found.entries()) {
      if (i % TURN === TURN - 1) await nextTurn()
      const judgement = await this.#components.judge.judge(attested)
      if (judgement?.state !== 'released') continue
      const { confidence, validFrom, validTo } = judgement
      const from = validFrom === undefined ? {} : { validFrom }
      const to = validTo === undefined ? {} : { validTo }
      const id = toHex(attested.digest)
      claims.push(
        ...claimOf(displayRecord(attested.record), {
          id,
          confidence,
          origin: 'hive',
          ...from,
          ...to
        })
      )
    }
    return claims
  }
}

function claimOf(
  { entity, attribute, value = displayText(''), content }: DisplayRecord,
  rest: Omit<UnjudgedClaim, 'entity' | 'attribute' | 'value' | 'content'>
): UnjudgedClaim[] {
  return attribute === undefined ? [] : [{ entity, attribute, value, content, ...rest }]
}

/** A claim that is stored here and in the hive began at the earlier of both times. */
function earliest(local: UnjudgedClaim, hive: UnjudgedClaim | undefined): UnjudgedClaim {
  if (hive?.validFrom === undefined) return local
  if (local.validFrom !== undefined && local.validFrom <= hive.validFrom) return local
  return { ...local, validFrom: hive.validFrom }
}

function withStates(claims: readonly UnjudgedClaim[], asOf: Date): Claim[] {
  const current = currentOf(claims, asOf)
  return claims
    .map((claim) => ({ ...claim, state: stateIn(current, claim) }))
    .toSorted((a, b) => validFromOf(b) - validFromOf(a) || (a.id < b.id ? -1 : 1))
}

/** When the current claims of an attribute began, and whether they differ. */
interface CurrentClaims {
  readonly asOf: Date
  readonly begin: number
  readonly isDisputed: boolean
}

function currentOf(claims: Iterable<UnjudgedClaim>, asOf: Date): CurrentClaims {
  let begin = Number.NEGATIVE_INFINITY
  let values = new Set<string>()
  for (const claim of claims) {
    const from = validFromOf(claim)
    if (from < begin || !isValidAt(claim, asOf)) continue
    if (from > begin) values = new Set()
    begin = from
    values.add(claim.value)
  }
  return { asOf, begin, isDisputed: values.size > 1 }
}

function stateIn({ asOf, begin, isDisputed }: CurrentClaims, claim: UnjudgedClaim): ClaimState {
  if (!isValidAt(claim, asOf)) return 'outside'
  if (validFromOf(claim) < begin) return 'superseded'
  return isDisputed ? 'disputed' : 'current'
}

function isValidAt({ validFrom, validTo }: UnjudgedClaim, asOf: Date): boolean {
  return (validFrom === undefined || validFrom <= asOf) && (validTo === undefined || asOf < validTo)
}

function validFromOf({ validFrom }: UnjudgedClaim): number {
  return validFrom?.getTime() ?? Number.NEGATIVE_INFINITY
}
