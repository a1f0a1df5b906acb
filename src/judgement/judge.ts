/**
 * The judge decides the state and the confidence of a record on this node. Listing, recall, history
 * and contexts all ask the judge, so that a quarantined record influences nothing.
 *
 * A record is released if `k` distinct authors vouch for it, or if this node does. A record that
 * reads like instructions is released by this node's own vote alone. A record is disputed if at
 * least `k` authors dispute it, and at least as many as vouch for it, or if this node does. A record
 * that no author vouches for or calls stale has no judgement.
 *
 * An author that calls a record stale states that it held, so this counts for its release. The
 * record is stale, and not recalled unless asked for, if at least `k` authors call it stale, and at
 * least as many as vouch for it, or if this node does.
 */
import { detectInstruction, INSTRUCTION_RULES } from '../foreign-text/index.ts'
import { poolOpinions } from './opinion-pool.ts'
import type { OwnVote, AttestedRecord } from '../../crdt/index.ts'
import type { InstructionKind } from '../foreign-text/index.ts'

/** Whether an insight may influence an agent of this node. */
export type InsightState =
  /**
   * Received, but without influence on agents: too few authors vouch for it, or it reads like
   * instructions.
   */
  | 'quarantined'
  | 'released'
  /** Hidden: too many authors dispute it, or this node does. */
  | 'disputed'

export interface Judgement {
  readonly state: InsightState
  /** Why it stays in quarantine although enough authors vouch for it. */
  readonly flag?: InstructionKind
  /** The pooled confidence of the voting authors; 0 to 1. */
  readonly confidence: number
  /** Number of authors that vouch for it, and number that dispute it. */
  readonly corroboration: number
  readonly disputes: number
  /** Number of authors that call it stale; absent for none. */
  readonly stale?: number
  /** Present if enough authors call it stale, or this node does: recall then leaves it out. */
  readonly isStale?: true
  /** Those that most vouching authors give: at most 64. */
  readonly tags: readonly string[]
  /** The earliest `validFrom` and the latest `validTo` of the vouching authors. */
  readonly validFrom?: Date
  readonly validTo?: Date
  /**
   * When the record began again: `k` authors state this time or a later one. Fewer authors cannot
   * move it, as they cannot release a record.
   */
  readonly validAgainFrom?: Date
  /** Counters (uses, successes ...), summed over authors. */
  readonly evidence: Readonly<Record<string, number>>
  /** The first day of a publication, in UTC. */
  readonly day: string
}

export interface JudgeInit {
  /** Number of authors that must vouch before a record is released. */
  readonly k: number
  /** This node's own vote on a record. */
  readonly voteOn: (digest: Uint8Array) => Promise<OwnVote | undefined>
}

/** The own vote, where the caller has looked it up with those on other records. */
export interface KnownVote {
  readonly own: OwnVote | undefined
}

const DAY = 24 * 60 * 60 * 1000

const FIRST_TIME = Date.parse('0000-01-01T00:00:00Z')
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')

/** Values of `k` from here on count as one. */
const MAX_K = 1_024

/** Incremented when votes decide otherwise. Added to the rules for instructions, which grow too. */
const VOTE_RULES = 1

export class Judge {
  readonly #init: JudgeInit

  /** Number of authors that must vouch before a record is released. */
  get k(): number {
    return this.#init.k
  }

  constructor(init: JudgeInit) {
    this.#init = init
  }

  /** A number for the rules that this node releases records by, for what keeps judgements. */
  get rules(): number {
    return (INSTRUCTION_RULES + VOTE_RULES) * MAX_K + Math.min(this.#init.k, MAX_K - 1)
  }

  /** Returns undefined for a record that no author vouches for or calls stale. */
  async judge(attested: AttestedRecord, known?: KnownVote): Promise<Judgement | undefined> {
    const {
      vouches,
      disputes,
      stales,
      opinions,
      day = 0,
      validFrom,
      validTo,
      begins,
      tags,
      counters
    } = attested.standing
    if (vouches + stales === 0) return undefined
    const again = begins?.[this.k - 1]
    const isAgain = again !== undefined && validFrom !== undefined && again > validFrom
    return {
      ...(await this.#release(attested, known)),
      ...(stales === 0 ? {} : { stale: stales }),
      ...((await this.#isStale(attested, known)) ? { isStale: true } : {}),
      confidence: poolOpinions(opinions),
      corroboration: vouches,
      disputes,
      tags: tags.map(([tag]) => tag).toSorted(),
      ...(validFrom === undefined ? {} : { validFrom: dateOf(validFrom) }),
      ...(validTo === undefined ? {} : { validTo: dateOf(validTo) }),
      ...(isAgain ? { validAgainFrom: dateOf(again) } : {}),
      evidence: Object.fromEntries(counters.toSorted(([a], [b]) => (a < b ? -1 : 1))),
      day: new Date(day * DAY).toISOString().slice(0, 10)
    }
  }

  async #isStale(
    { digest, standing: { vouches, stales } }: AttestedRecord,
    known: KnownVote | undefined
  ): Promise<boolean> {
    if (stales === 0) return false
    const isAgreed = stales >= this.#init.k && stales >= vouches
    return isAgreed || (await this.#voteOn(digest, known)) === 'stale'
  }

  async #release(
    { digest, record, standing: { vouches, disputes, stales } }: AttestedRecord,
    known: KnownVote | undefined
  ): Promise<Pick<Judgement, 'state' | 'flag'>> {
    const { k } = this.#init
    if (disputes >= k && disputes >= vouches) return { state: 'disputed' }
    const isDisputedHere = disputes > 0 && (await this.#voteOn(digest, known)) === 'dispute'
    if (isDisputedHere) return { state: 'disputed' }
    // Whatever the text is; to compare it with the rules takes longer than all else.
    if (known !== undefined && releases(known.own)) return { state: 'released' }
    const isCorroborated = vouches + stales >= k
    const flag = isCorroborated ? flagOf(record) : undefined
    if (isCorroborated && flag === undefined) return { state: 'released' }
    if (releases(await this.#voteOn(digest, known))) return { state: 'released' }
    return flag === undefined ? { state: 'quarantined' } : { state: 'quarantined', flag }
  }

  #voteOn(digest: Uint8Array, known: KnownVote | undefined): Promise<OwnVote | undefined> {
    return known === undefined ? this.#init.voteOn(digest) : Promise.resolve(known.own)
  }
}

/** Whether the own vote releases a record by itself. */
function releases(own: OwnVote | undefined): boolean {
  return own === 'vouch' || own === 'stale'
}

/** Within the years that all formats of dates take; an author may state any time. */
function dateOf(time: number): Date {
  return new Date(Math.min(LAST_TIME, Math.max(FIRST_TIME, time)))
}

function flagOf({
  entity,
  content,
  attribute = '',
  value = '',
  action = '',
  versions = ''
}: AttestedRecord['record']): InstructionKind | undefined {
  const lesson = action === '' && versions === '' ? [] : [action, versions]
  return detectInstruction([entity, content, attribute, value, ...lesson].join('\n'))
}
