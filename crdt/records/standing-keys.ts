/**
 * The keys of standings: which sections they are in, and how the votes of a record are found. The
 * writer reads through drafts, readers read what is on disk.
 */
import { KEY_BYTES } from '../constants.ts'
import { concat, equalBytes, seqBytes, seqOf } from '../bytes/index.ts'
import { Facets } from './facets.ts'
import { EMPTY_ROW, readRow, readVote } from './standing-row.ts'
import type { PrefixReader } from '../store/section.ts'
import type { StandingRow, StoredVote } from './standing-row.ts'

/** Whether a value at this position is live. */
export type IsLive = (author: Uint8Array, seq: number) => boolean

export class StandingKeys<Section extends PrefixReader> {
  readonly rows: Section
  /** Votes on records whose row has sums: (digest, author). */
  readonly votes: Section
  /** Registers that a later one replaced: (digest, author, seq). They count if that one is void. */
  readonly older: Section
  /** Retractions: (digest, commitment, author, seq). */
  readonly withdrawals: Section
  readonly facetSection: Section
  readonly facets: Facets

  constructor(section: (name: string) => Section) {
    this.rows = section('standings')
    this.votes = section('votes')
    this.older = section('older-votes')
    this.withdrawals = section('withdrawals')
    this.facetSection = section('facets')
    this.facets = new Facets(this.facetSection)
  }

  /** Empty for a record that nothing is said of. */
  async row(digest: Uint8Array): Promise<StandingRow> {
    const bytes = await this.rows.get(digest)
    return bytes === undefined ? EMPTY_ROW : readRow(bytes)
  }

  /** The stored votes of these authors on a record. */
  async votesOf(
    row: StandingRow,
    digest: Uint8Array,
    authors: readonly Uint8Array[]
  ): Promise<StoredVote[]> {
    if (row.form === 'list') {
      return row.votes.filter((vote) => authors.some((author) => equalBytes(author, vote.author)))
    }
    const found = await this.votes.getMany(authors.map((author) => concat(digest, author)))
    return authors.flatMap((author, i) => {
      const bytes = found[i]
      return bytes === undefined ? [] : [readVote(author, bytes)]
    })
  }

  /** The stored votes with the commitment: of its author, and of authors who copied it. */
  async votesWith(
    row: StandingRow,
    digest: Uint8Array,
    commitment: Uint8Array
  ): Promise<StoredVote[]> {
    if (row.form === 'list') {
      return row.votes.filter(({ register }) => equalBytes(register.commitment, commitment))
    }
    return this.votesOf(row, digest, await this.facets.authorsOf(digest, commitment))
  }

  /** Earlier registers of the vote's author, in feed order. */
  async olderThan(digest: Uint8Array, { author, seq }: StoredVote): Promise<StoredVote[]> {
    const prefix = concat(digest, author)
    const older: StoredVote[] = []
    for await (const [key, bytes] of this.older.entries(prefix)) {
      if (seqOf(key.subarray(prefix.length)) < seq) older.push(readVote(author, bytes))
    }
    return older
  }

  /** Whether a retraction of the vote is stored, live or not. */
  isWithdrawn(digest: Uint8Array, commitment: Uint8Array): Promise<boolean> {
    return hasAny(this.withdrawals, concat(digest, commitment))
  }

  /** Whether a live retraction of the vote is stored. */
  async isRetracted(digest: Uint8Array, commitment: Uint8Array, isLive: IsLive): Promise<boolean> {
    const prefix = concat(digest, commitment)
    for await (const [key] of this.withdrawals.entries(prefix)) {
      const author = key.subarray(prefix.length, prefix.length + KEY_BYTES)
      if (isLive(author, seqOf(key.subarray(prefix.length + KEY_BYTES)))) return true
    }
    return false
  }
}

/** The key of a register among older ones. */
export function olderKey(digest: Uint8Array, author: Uint8Array, seq: number): Uint8Array {
  return concat(digest, author, seqBytes(seq))
}

export function withdrawalKey(
  digest: Uint8Array,
  commitment: Uint8Array,
  author: Uint8Array,
  seq: number
): Uint8Array {
  return concat(digest, commitment, author, seqBytes(seq))
}

/** Whether the section has a key with the prefix. */
export async function hasAny(section: PrefixReader, prefix: Uint8Array): Promise<boolean> {
  for await (const _ of section.entries(prefix, { limit: 1 })) return true
  return false
}
