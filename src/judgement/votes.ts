/**
 * Votes of this node on records of the hive. A node has one vote on a record, whichever agent casts
 * it and under whichever author key: a new vote takes the place of the one before it. Where that one
 * has an earlier author key, the new vote counts here at once and leaves hours later.
 */
import { HiveError } from '../errors.ts'
import { resolveId } from '../arguments/index.ts'
import { dayOf } from './day.ts'
import { recordIds } from './record-ids.ts'
import type { Entry, Operation, OwnVote, Replica } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'

export interface VotesComponents {
  readonly replica: Pick<
    Replica,
    'bodies' | 'get' | 'idsFrom' | 'ownRegister' | 'retract' | 'retractMany' | 'revise' | 'voteOn'
  >
  readonly clock: Clock
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Called when this node's own vote on a record changed. */
  readonly onVote: (digest: Uint8Array) => void
}

/** What this node states of a record. */
export interface VoteState {
  readonly vote: OwnVote
  /** 0 to 1. */
  readonly confidence: number
  /** Days since 1970-01-01. */
  readonly day: number
  readonly tags: readonly string[]
  /** Milliseconds since 1970-01-01. */
  readonly validFrom?: number
  readonly validTo?: number
}

export class Votes {
  readonly #components: VotesComponents

  constructor(components: VotesComponents) {
    this.#components = components
  }

  /**
   * Returns false if this node has cast the same vote before. Throws `HiveError` (RECORD_UNKNOWN).
   */
  async cast(id: string, vote: OwnVote, confidence: number): Promise<boolean> {
    const digest = await resolveId(id, recordIds(this.#components.replica))
    const isCast = digest && (await this.castOn(digest, vote, confidence))
    if (isCast === undefined) throw unknownRecord(id)
    return isCast
  }

  /** The same of a record by its digest; undefined where no author says anything of it. */
  async castOn(
    digest: Uint8Array,
    vote: OwnVote,
    confidence: number
  ): Promise<boolean | undefined> {
    const { replica, clock } = this.#components
    if ((await replica.voteOn(digest)) === vote) return false
    // What is called stale, or no longer is, keeps the tags and dates that this node gave it.
    const register = vote === 'dispute' ? undefined : await replica.ownRegister(digest)
    const { tags = [], validFrom, validTo } = register ?? {}
    const day = dayOf(clock.now())
    const isSet = await this.set(digest, { vote, confidence, day, tags, validFrom, validTo })
    return isSet ? true : undefined
  }

  /** What this node states of a record now; undefined without a vote. */
  async state(digest: Uint8Array): Promise<VoteState | undefined> {
    const { replica, clock } = this.#components
    const vote = await replica.voteOn(digest)
    if (vote === undefined) return undefined
    const register = await replica.ownRegister(digest)
    // The entry of a vote may be damaged, while its secret is stored.
    if (register === undefined) return { vote, confidence: 0, day: dayOf(clock.now()), tags: [] }
    const { confidence, day, tags, validFrom, validTo } = register
    return { vote, confidence, day, tags, validFrom, validTo }
  }

  /**
   * Replaces the vote of this node by `state`, or retracts it, in one commit with `operations`. False
   * if the record is gone, or there was no vote to retract: then only `operations` are written.
   */
  async set(
    digest: Uint8Array,
    state: VoteState | undefined,
    operations: readonly Operation[] = []
  ): Promise<boolean> {
    const { replica, announce, onVote } = this.#components
    const attested = state === undefined ? undefined : await replica.get(digest)
    if (state === undefined || attested === undefined) {
      const digests = state === undefined ? [digest] : []
      const retracted = await replica.retractMany(digests, operations)
      if (retracted.length === 0) return false
      onVote(digest)
      return true
    }
    const entries = await replica.revise({ record: attested.record, ...state, operations })
    onVote(digest)
    await announce(entries)
    return true
  }

  /**
   * Retracts this node's vote; false if there is none. Copies on other nodes and votes of others
   * stay. Throws `HiveError` (RECORD_UNKNOWN) if no record has an id that begins with `id`.
   */
  async retract(id: string): Promise<boolean> {
    const digest = await resolveId(id, recordIds(this.#components.replica))
    if (digest === undefined) throw unknownRecord(id)
    return this.#retract(digest)
  }

  async #retract(digest: Uint8Array): Promise<boolean> {
    const { replica, onVote } = this.#components
    if ((await replica.retract(digest)) === undefined) return false
    onVote(digest)
    return true
  }
}

function unknownRecord(id: string): HiveError {
  return new HiveError(
    'RECORD_UNKNOWN',
    `Nobody says anything of a record ${id} on this node. \`hive.getGlobalInsights()\`, or "hive insights", lists the stored records.`
  )
}
