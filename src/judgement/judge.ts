/**
 * The judge: what a record of the hive is worth to this node. One place, which listing, recall,
 * history and contexts all ask, so that what is not released influences nothing.
 *
 * Released is what `k` distinct authors vouch for, or this node itself, unless it reads like
 * instructions: then only this node's own vote releases it. As many disputes as vouches, and at
 * least `k`, hide a record. What nobody vouches for is not there.
 */
import { detectInstruction } from './instructions.ts'
import { poolOpinions } from './opinion-pool.ts'
import type { OwnVote, Register, AttestedRecord } from '../../crdt/index.ts'
import type { InstructionKind } from './instructions.ts'

/** Whether an insight may influence an agent of this node. */
export type InsightState =
  /** Received, and not to influence an agent: too few vouch for it, or it reads like instructions. */
  | 'quarantined'
  | 'released'
  /** Hidden: too many dispute it. */
  | 'disputed'

export interface Judgement {
  readonly state: InsightState
  /** What keeps it in quarantine although enough vouch for it. */
  readonly flag?: InstructionKind
  /** What the voting authors claim, pooled; 0 to 1. */
  readonly confidence: number
  /** Distinct authors that vouch for it, and that dispute it. */
  readonly corroboration: number
  readonly disputes: number
  readonly tags: readonly string[]
  /** Since when it holds, going by who says it did first, and until when. */
  readonly validFrom?: Date
  readonly validTo?: Date
  /** What authors counted of it (uses, successes ...), summed over authors. */
  readonly evidence: Readonly<Record<string, number>>
  /** The first day any author published it, UTC. */
  readonly day: string
}

export interface JudgeInit {
  /** Authors that must vouch before a record is released. */
  readonly k: number
  readonly weightOf: (author: Uint8Array) => number
  /** What this node has said of a record itself. */
  readonly voteOn: (digest: Uint8Array) => Promise<OwnVote | undefined>
}

const DAY = 24 * 60 * 60 * 1000

export class Judge {
  readonly #init: JudgeInit

  constructor(init: JudgeInit) {
    this.#init = init
  }

  /** Undefined for a record that no author vouches for. */
  async judge(state: AttestedRecord): Promise<Judgement | undefined> {
    const registers = state.registers.map(({ register }) => register)
    const vouches = registers.filter(({ vote }) => vote === 'vouch')
    if (vouches.length === 0) return undefined
    const disputes = registers.filter(({ vote }) => vote === 'dispute').length
    const from = vouches.flatMap(({ validFrom }) => validFrom ?? [])
    const to = vouches.flatMap(({ validTo }) => validTo ?? [])
    const { weightOf } = this.#init
    return {
      ...(await this.#release(state, vouches.length, disputes)),
      confidence: poolOpinions(
        state.registers.flatMap(({ author, register: { vote, confidence } }) =>
          vote === 'none' ? [] : [{ vote, confidence, weight: weightOf(author) }]
        )
      ),
      corroboration: vouches.length,
      disputes,
      tags: [...new Set(vouches.flatMap(({ tags }) => tags))].toSorted(),
      ...(from.length === 0 ? {} : { validFrom: new Date(Math.min(...from)) }),
      ...(to.length === 0 ? {} : { validTo: new Date(Math.max(...to)) }),
      evidence: sumCounters(registers),
      day: new Date(Math.min(...vouches.map(({ day }) => day)) * DAY).toISOString().slice(0, 10)
    }
  }

  async #release(
    { digest, record }: AttestedRecord,
    vouches: number,
    disputes: number
  ): Promise<Pick<Judgement, 'state' | 'flag'>> {
    const { k, voteOn } = this.#init
    if (disputes >= k && disputes >= vouches) return { state: 'disputed' }
    const isCorroborated = vouches >= k
    const flag = isCorroborated ? flagOf(record) : undefined
    if (isCorroborated && flag === undefined) return { state: 'released' }
    if ((await voteOn(digest)) === 'vouch') return { state: 'released' }
    return flag === undefined ? { state: 'quarantined' } : { state: 'quarantined', flag }
  }
}

function flagOf({
  entity,
  content,
  attribute = '',
  value = ''
}: AttestedRecord['record']): InstructionKind | undefined {
  return detectInstruction([entity, content, attribute, value].join('\n'))
}

/** Each author once: its register carries the sum of what it reported. */
function sumCounters(registers: readonly Register[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const [name, count] of registers.flatMap(({ counters }) => counters)) {
    sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return Object.fromEntries([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
