/**
 * The keys of standings: which sections they are in, and how the votes of a record are found. The
 * writer reads through drafts, readers read what is on disk.
 */
import { KEY_BYTES } from '../constants.ts'
import { concat, equalBytes, seqBytes, seqOf } from '../bytes/index.ts'
import { Facets } from './facets.ts'
import { EMPTY_ROW, readRow, readVote } from './standing-row.ts'
import type { PrefixReader } from '../store/section.ts'
import { isLater } from './voice-order.ts'
import type { StandingRow, StoredVote } from './standing-row.ts'
import type { VotePosition } from './voice-order.ts'

/** Whether a value at this position is live. */
export type IsLive = (author: Uint8Array, seq: number) => boolean

export class StandingKeys<Section extends PrefixReader> {
  readonly rows: Section
  /** Votes on records whose row has sums: (digest, voice). */
  readonly votes: Section
  /**
   * Registers that a later one replaced: (digest, voice, order, author unless it is the voice). They
   * count if that one is void.
   */
  readonly older: Section
  /** What older registers commit to: (digest, commitment, then as in `older`). */
  readonly olderCommitments: Section
  /**
   * Retractions: (digest, commitment, author, seq) of those in entries, (digest, commitment) of those
   * without an author.
   */
  readonly withdrawals: Section
  readonly facetSection: Section
  readonly facets: Facets

  constructor(section: (name: string) => Section) {
    this.rows = section('standings')
    this.votes = section('votes')
    this.older = section('older-votes')
    this.olderCommitments = section('older-commitments')
    this.withdrawals = section('withdrawals')
    this.facetSection = section('facets')
    this.facets = new Facets(this.facetSection)
  }

  /** Empty for a record that nothing is said of. */
  async row(digest: Uint8Array): Promise<StandingRow> {
    const bytes = await this.rows.get(digest)
    return bytes === undefined ? EMPTY_ROW : readRow(bytes)
  }

  /** The stored votes of these voices on a record. */
  async votesOf(
    row: StandingRow,
    digest: Uint8Array,
    voices: readonly Uint8Array[]
  ): Promise<StoredVote[]> {
    if (row.form === 'list') {
      return row.votes.filter((vote) => voices.some((voice) => equalBytes(voice, vote.voice)))
    }
    const found = await this.votes.getMany(voices.map((voice) => concat(digest, voice)))
    return voices.flatMap((voice, i) => {
      const bytes = found[i]
      return bytes === undefined ? [] : [readVote(voice, bytes)]
    })
  }

  /** The stored votes with the commitment: of its voice, and of voices who copied it. */
  async votesWith(
    row: StandingRow,
    digest: Uint8Array,
    commitment: Uint8Array
  ): Promise<StoredVote[]> {
    if (row.form === 'list') {
      return row.votes.filter(({ register }) => equalBytes(register.commitment, commitment))
    }
    return this.votesOf(row, digest, await this.facets.voicesOf(digest, commitment))
  }

  /** Earlier registers of the vote's voice, in their order. */
  async olderThan(digest: Uint8Array, latest: StoredVote): Promise<StoredVote[]> {
    const { voice } = latest
    const prefix = concat(digest, voice)
    const older: StoredVote[] = []
    for await (const [, bytes] of this.older.entries(prefix)) {
      const vote = readVote(voice, bytes)
      if (isLater(latest, vote)) older.push(vote)
    }
    return older
  }

  /** Registers with the commitment that a later one of their voice replaced. */
  async olderWith(digest: Uint8Array, commitment: Uint8Array): Promise<StoredVote[]> {
    const prefix = concat(digest, commitment)
    const older: StoredVote[] = []
    for await (const [key] of this.olderCommitments.entries(prefix)) {
      const at = key.subarray(prefix.length)
      const bytes = await this.older.get(concat(digest, at))
      if (bytes !== undefined) older.push(readVote(at.slice(0, KEY_BYTES), bytes))
    }
    return older
  }

  /** Whether a stored register commits to it, the latest of its voice or an older one. */
  async isHeld(row: StandingRow, digest: Uint8Array, commitment: Uint8Array): Promise<boolean> {
    const isLatest =
      row.form === 'list'
        ? (await this.votesWith(row, digest, commitment)).length > 0
        : await this.facets.hasCommitment(digest, commitment)
    if (isLatest) return true
    // Most registers replace none, and an iterator takes as long as 50 reads.
    if (row.form === 'list' && !row.votes.some(({ hasOlder }) => hasOlder)) return false
    return hasAny(this.olderCommitments, concat(digest, commitment))
  }

  /** Whether a retraction of the vote is stored, live or not. */
  isWithdrawn(digest: Uint8Array, commitment: Uint8Array): Promise<boolean> {
    return hasAny(this.withdrawals, concat(digest, commitment))
  }

  /** Whether a live retraction of the vote is stored. */
  async isRetracted(digest: Uint8Array, commitment: Uint8Array, isLive: IsLive): Promise<boolean> {
    const prefix = concat(digest, commitment)
    for await (const [key] of this.withdrawals.entries(prefix)) {
      // Without an author nothing can make it void.
      if (key.length === prefix.length) return true
      const author = key.subarray(prefix.length, prefix.length + KEY_BYTES)
      if (isLive(author, seqOf(key.subarray(prefix.length + KEY_BYTES)))) return true
    }
    return false
  }
}

/** The key of a register among older ones. */
export function olderKey(
  digest: Uint8Array,
  { voice, order, author }: Pick<VotePosition, 'author' | 'order' | 'voice'>
): Uint8Array {
  const key = concat(digest, voice, seqBytes(order))
  return equalBytes(voice, author) ? key : concat(key, author)
}

/** The key of what an older register commits to. */
export function olderCommitmentKey(
  digest: Uint8Array,
  commitment: Uint8Array,
  at: Parameters<typeof olderKey>[1]
): Uint8Array {
  return concat(digest, commitment, olderKey(digest, at).subarray(digest.length))
}

/** Without an author: the key of a retraction that is in no entry. */
export function withdrawalKey(
  digest: Uint8Array,
  commitment: Uint8Array,
  by?: { readonly author: Uint8Array; readonly seq: number }
): Uint8Array {
  if (by === undefined) return concat(digest, commitment)
  return concat(digest, commitment, by.author, seqBytes(by.seq))
}

/** Whether the section has a key with the prefix. */
export async function hasAny(section: PrefixReader, prefix: Uint8Array): Promise<boolean> {
  for await (const _ of section.entries(prefix, { limit: 1 })) return true
  return false
}
