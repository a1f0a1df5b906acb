/**
 * Votes of this node on records of the hive. A node has one vote on a record, whichever agent casts
 * it and under whichever author key: a new vote retracts the one before it.
 */
import { HiveError } from '../errors.ts'
import { resolveId } from '../arguments/index.ts'
import { dayOf } from './day.ts'
import { recordIds } from './record-ids.ts'
import type { Entry, OwnVote, Replica, AttestedRecord } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'

export interface VotesComponents {
  readonly replica: Pick<
    Replica,
    'bodies' | 'get' | 'idsFrom' | 'ownRegister' | 'publish' | 'retract' | 'voteOn'
  >
  readonly clock: Clock
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Called when this node's own vote on a record changed. */
  readonly onVote: (digest: Uint8Array) => void
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
    const { replica, clock, announce, onVote } = this.#components
    const attested = await this.#requireRecord(id)
    const before = await replica.voteOn(attested.digest)
    if (before === vote) return false
    // What is called stale, or no longer is, keeps the tags and dates that this node gave it.
    const register = vote === 'dispute' ? undefined : await replica.ownRegister(attested.digest)
    if (before !== undefined) await this.#retract(attested.digest)
    const { tags, validFrom, validTo } = register ?? {}
    const { entries } = await replica.publish([
      {
        record: attested.record,
        vote,
        confidence,
        day: dayOf(clock.now()),
        tags,
        validFrom,
        validTo
      }
    ])
    onVote(attested.digest)
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
    const { replica, announce, onVote } = this.#components
    const entry = await replica.retract(digest)
    if (entry === undefined) return false
    onVote(digest)
    await announce([entry])
    return true
  }

  async #requireRecord(id: string): Promise<AttestedRecord> {
    const { replica } = this.#components
    const digest = await resolveId(id, recordIds(replica))
    const attested = digest === undefined ? undefined : await replica.get(digest)
    if (attested === undefined) throw unknownRecord(id)
    return attested
  }
}

function unknownRecord(id: string): HiveError {
  return new HiveError(
    'RECORD_UNKNOWN',
    `Record ${id} is not stored on this node. \`hive.getGlobalInsights()\`, or "hive insights", lists the stored records.`
  )
}
