/**
 * The evidence of a case: the values that hold at one time for an attribute of an entity, and what is
 * hidden of them. It is read again at each call, so it shows the present votes and facts.
 *
 * Records in quarantine are left out, unless a decision changed their votes: they influence nothing,
 * and anyone can publish them. Each list is read up to a bound.
 */
import { readAll, sha256, toHex } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { displayText } from '../foreign-text/index.ts'
import { displayRecord } from '../judgement/index.ts'
import { MAX_CLAIMS, MAX_DAYS_READ, MAX_RECORDS, MAX_ROWS, MAX_SIDES } from './constants.ts'
import type { AttestedRecord, HiveRecord, Replica } from '../../crdt/index.ts'
import type { FactStore, StoredFact } from '../facts/index.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { Judge, Judgement } from '../judgement/index.ts'
import type { Claim, ClaimHistory } from '../knowledge/index.ts'
import type { CaseSide, StoredCase } from './case.ts'
import type { CaseEvidence, RecordEvidence, RuleTrial } from './evidence-row.ts'

export interface EvidenceComponents {
  readonly history: Pick<ClaimHistory, 'of'>
  readonly facts: Pick<FactStore, 'getMany'>
  readonly replica: Pick<Replica, 'claims' | 'getMany' | 'voteOn' | 'votes'>
  readonly judge: Pick<Judge, 'judge'>
  /** Trials of an agent that are over, the latest first, with the rules that they tested. */
  readonly trialsOf: (agent: string) => Promise<readonly RuleTrial[]>
  readonly now: () => number
}

/** What a case is about. */
export type EvidenceSubject = Pick<StoredCase, 'attribute' | 'changes' | 'entity' | 'rule'>

export interface CollectedEvidence {
  readonly sides: readonly CaseSide[]
  readonly truncated: boolean
  /** Whether values differ, or authors or trials speak against one of them. */
  readonly isDisputed: boolean
}

interface Row {
  readonly value: DisplayText
  readonly evidence: CaseEvidence
}

/** The choice of no side. */
export const NONE = 'none'

/** Hexadecimal digits of the id of a side. */
const SIDE_DIGITS = 8

const DAY = 86_400_000

export class Evidence {
  readonly #components: EvidenceComponents

  constructor(components: EvidenceComponents) {
    this.#components = components
  }

  async collect(subject: EvidenceSubject, signal?: AbortSignal): Promise<CollectedEvidence> {
    const { entity, attribute, rule } = subject
    const claims = await this.#components.history.of(entity, attribute, {
      asOf: new Date(this.#components.now()),
      limit: MAX_CLAIMS,
      signal
    })
    const holding = claims.filter(({ state }) => state === 'current' || state === 'disputed')
    const tested = rule === undefined ? [] : await this.#trials(rule.agent, subject)
    const rows = [
      ...(await this.#facts(holding, subject, tested)),
      ...(await this.#records(holding, subject)),
      ...tested.map(trialRow)
    ]
    const { sides, truncated } = sidesOf(rows)
    return {
      sides,
      truncated: truncated || claims.length === MAX_CLAIMS,
      isDisputed:
        holding.some(({ state }) => state === 'disputed') ||
        rows.some(({ evidence }) => isContradicted(evidence))
    }
  }

  async #trials(
    agent: string,
    { entity, attribute }: EvidenceSubject
  ): Promise<readonly RuleTrial[]> {
    const trials = await this.#components.trialsOf(agent)
    return trials
      .filter((trial) => trial.entity === entity && trial.attribute === attribute)
      .slice(0, MAX_ROWS)
  }

  /** Facts of this node: those that hold, and those that a decision or a trial names. */
  async #facts(
    holding: readonly Claim[],
    { changes }: EvidenceSubject,
    tested: readonly RuleTrial[]
  ): Promise<Row[]> {
    const held = holding.filter(({ origin }) => origin === 'local').map(({ id }) => id)
    const changed = changes.filter(({ of }) => of === 'fact').map(({ id }) => id)
    const ids = new Set([...held, ...changed, ...tested.map(({ fact }) => toHex(fact))])
    const facts = await this.#components.facts.getMany([...ids].map(digestOfId))
    return facts.map((fact) => factRow(fact))
  }

  async #records(holding: readonly Claim[], subject: EvidenceSubject): Promise<Row[]> {
    const { replica, judge } = this.#components
    const { entity, attribute, changes, rule } = subject
    const held = new Set(holding.map(({ id }) => id))
    const changed = new Set(changes.filter(({ of }) => of === 'record').map(({ id }) => id))
    const begin = Math.max(...holding.map(beginOf), Number.NEGATIVE_INFINITY)
    const stored = await replica.claims(entity, attribute, MAX_RECORDS)
    const ids = new Set([...held, ...changed, ...stored.map(toHex)])
    const rows: Row[] = []
    for (const attested of await replica.getMany([...ids].map(digestOfId))) {
      const judgement = await judge.judge(attested)
      const id = toHex(attested.digest)
      const isHidden =
        judgement !== undefined &&
        (judgement.state === 'disputed' ||
          (rule !== undefined && judgement.state === 'released')) &&
        this.#holds(judgement, begin)
      const isShown =
        held.has(id) || (isSameClaim(attested.record, subject) && (changed.has(id) || isHidden))
      if (isShown) rows.push(await this.#recordRow(attested, judgement))
    }
    return rows.toSorted((a, b) => rankOf(b.evidence) - rankOf(a.evidence))
  }

  async #recordRow(
    { digest, record: body, standing: { vouches, disputes, stales, day } }: AttestedRecord,
    judgement: Judgement | undefined
  ): Promise<Row> {
    const { content, value = displayText('') } = displayRecord(body)
    const record = toHex(digest)
    const own = await this.#components.replica.voteOn(digest)
    const evidence: RecordEvidence = {
      id: `hive:${record}`,
      origin: 'hive',
      record,
      content,
      confidence: judgement?.confidence ?? 0,
      // Nobody vouches any longer for a record without a judgement.
      state: judgement?.state ?? 'disputed',
      vouches,
      disputes,
      stale: stales,
      ...(own === undefined ? {} : { own }),
      ...(day === undefined
        ? {}
        : { days: { from: dateOf(day), to: dateOf(await this.#lastDay(digest, day)) } })
    }
    return { value, evidence }
  }

  async #lastDay(digest: Uint8Array, first: number): Promise<number> {
    let last = first
    let left = MAX_DAYS_READ
    for await (const { register } of this.#components.replica.votes(digest)) {
      if (register.vote !== 'none') last = Math.max(last, register.day)
      left -= 1
      if (left === 0) break
    }
    return last
  }

  /** Whether a hidden record would be among the claims that are current now. */
  #holds(judgement: Judgement, begin: number): boolean {
    const now = this.#components.now()
    const { validFrom, validTo, validAgainFrom = validFrom } = judgement
    const from = validAgainFrom?.getTime() ?? Number.NEGATIVE_INFINITY
    return from >= begin && from <= now && (validTo === undefined || now < validTo.getTime())
  }
}

/** The id of the side of a value. */
export function sideIdOf(value: string): string {
  return toHex(sha256(Buffer.from(value))).slice(0, SIDE_DIGITS)
}

/** Sides with facts and votes of this node first, then by their best row. */
function sidesOf(rows: readonly Row[]): Pick<CollectedEvidence, 'sides' | 'truncated'> {
  const byValue = [...Map.groupBy(rows, ({ value }) => value)].map(([value, of]) => ({
    id: sideIdOf(value),
    value,
    evidence: of.map(({ evidence }) => evidence),
    rank: Math.max(...of.map(({ evidence }) => rankOf(evidence)))
  }))
  const sorted = byValue.toSorted((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1))
  return {
    sides: sorted.slice(0, MAX_SIDES).map(({ id, value, evidence }) => {
      return { id, value, evidence: evidence.slice(0, MAX_ROWS) }
    }),
    truncated:
      sorted.length > MAX_SIDES || sorted.some(({ evidence }) => evidence.length > MAX_ROWS)
  }
}

/** Own facts, own votes, then vouches. */
function rankOf(evidence: CaseEvidence): number {
  if (evidence.origin !== 'hive') return Number.MAX_SAFE_INTEGER
  const { own, vouches } = evidence
  return own === undefined ? vouches : Number.MAX_SAFE_INTEGER / 2
}

function isContradicted(evidence: CaseEvidence): boolean {
  switch (evidence.origin) {
    case 'hive':
      return evidence.disputes > 0 || evidence.stale > 0
    case 'local':
      return evidence.stale
    case 'trial':
      return evidence.status === 'inverted' && evidence.reason === 'worse'
  }
}

function factRow({ digest, record, confidence, agent, recordedAt, ...fact }: StoredFact): Row {
  const { content, value = displayText('') } = displayRecord(readAll(record, readRecord))
  const id = toHex(digest)
  return {
    value,
    evidence: {
      id: `local:${id}`,
      origin: 'local',
      fact: id,
      content,
      confidence,
      agent,
      recordedAt,
      private: fact.private,
      stale: fact.stale === true
    }
  }
}

function trialRow({
  entity: _entity,
  attribute: _attribute,
  fact: _fact,
  value,
  ...trial
}: RuleTrial): Row {
  const id = `trial:${trial.agent}/${trial.trial}`
  return { value: displayText(value), evidence: { id, origin: 'trial', ...trial } }
}

function isSameClaim(
  { entity, attribute }: HiveRecord,
  subject: Pick<EvidenceSubject, 'attribute' | 'entity'>
): boolean {
  return (
    entity.toLowerCase() === subject.entity.toLowerCase() &&
    attribute?.toLowerCase() === subject.attribute.toLowerCase()
  )
}

function beginOf({ validFrom }: Claim): number {
  return validFrom?.getTime() ?? Number.NEGATIVE_INFINITY
}

function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}
