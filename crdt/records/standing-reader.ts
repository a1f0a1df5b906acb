/**
 * Reads the standing of records as it is on disk. Votes outside of their feed's window stay in the
 * sums until they are removed; until then the reader leaves them out of what it returns.
 */
import { toHex } from '../bytes/index.ts'
import { prefixReader } from '../store/drafts.ts'
import { StandingKeys } from './standing-keys.ts'
import { readRow, readVote } from './standing-row.ts'
import { sumVotes, withoutVotes } from './standing.ts'
import type { IsLive } from './standing-keys.ts'
import type { PrefixReader, Store } from '../store/section.ts'
import type { Register } from './register.ts'
import type { Standing } from './standing.ts'
import type { StandingRow, StoredVote, Sums } from './standing-row.ts'

export interface StandingReaderInit {
  readonly store: Pick<Store, 'section'>
  readonly isLive: IsLive
  /** Authors that have values outside of their window, by name. */
  readonly unswept: ReadonlyMap<string, Uint8Array>
  /** In a closed swarm the votes of an author are not stored by its key. */
  readonly hasVoices?: boolean
}

/** A register and its position in its author's feed. */
export interface PositionedRegister {
  readonly author: Uint8Array
  readonly seq: number
  readonly register: Register
}

/**
 * While the values of more authors than these are removed, each of them counts as a vouch less: that
 * is never too many.
 */
const MAX_SUBTRACTED = 256

/**
 * In a closed swarm the reader reads the votes of a record meanwhile, if there are at most 1,024: a few
 * milliseconds. Otherwise a member could hold back the records of others by making its authors void.
 */
const MAX_SCANNED = 1_024

/** Standings of many authors that are read at the same time; each takes a few reads. */
const AT_ONCE = 16

const EMPTY = new Uint8Array()

export class StandingReader {
  readonly #init: StandingReaderInit
  readonly #keys: StandingKeys<PrefixReader>

  constructor(init: StandingReaderInit) {
    this.#init = init
    this.#keys = new StandingKeys((name) => prefixReader(init.store.section(name)))
  }

  /** What the authors of each record say, without some authors; undefined where none says anything. */
  async standings(
    digests: readonly Uint8Array[],
    without: readonly Uint8Array[] = []
  ): Promise<(Standing | undefined)[]> {
    const rows = await this.#keys.rows.getMany([...digests])
    const standings: (Standing | undefined)[] = []
    const read = async (digest: Uint8Array, bytes: Uint8Array | undefined) =>
      bytes === undefined ? undefined : this.#standing(digest, readRow(bytes), without)
    for (let from = 0; from < digests.length; from += AT_ONCE) {
      const part = digests.slice(from, from + AT_ONCE)
      standings.push(...(await Promise.all(part.map((each, i) => read(each, rows[from + i])))))
    }
    return standings
  }

  /** The votes on a record that are live, retracted or not. */
  async *votes(digest: Uint8Array): AsyncGenerator<StoredVote> {
    const row = await this.#keys.row(digest)
    if (row.form === 'list') {
      yield* await this.#live(digest, row.votes)
      return
    }
    for await (const [key, value] of this.#keys.votes.entries(digest)) {
      yield* await this.#live(digest, [readVote(key.subarray(digest.length), value)])
    }
  }

  /** The live votes with the commitment. */
  async votesWith(digest: Uint8Array, commitment: Uint8Array): Promise<StoredVote[]> {
    const row = await this.#keys.row(digest)
    return this.#live(digest, await this.#keys.votesWith(row, digest, commitment))
  }

  /** The live registers with the commitment, also those that a later one of their voice replaced. */
  async registersWith(digest: Uint8Array, commitment: Uint8Array): Promise<PositionedRegister[]> {
    const row = await this.#keys.row(digest)
    const latest = await this.#keys.votesWith(row, digest, commitment)
    const older = await this.#keys.olderWith(digest, commitment)
    return [...latest, ...older].filter(({ author, seq }) => this.#init.isLive(author, seq))
  }

  /** All registers of the voice for the record, in their order. */
  async registersBy(digest: Uint8Array, voice: Uint8Array): Promise<PositionedRegister[]> {
    const [vote] = await this.#keys.votesOf(await this.#keys.row(digest), digest, [voice])
    if (vote === undefined) return []
    return [...(vote.hasOlder ? await this.#keys.olderThan(digest, vote) : []), vote]
  }

  /** Whether a live retraction reveals the vote's commitment. */
  isRetracted(digest: Uint8Array, { commitment }: Register): Promise<boolean> {
    return this.#keys.isRetracted(digest, commitment, this.#init.isLive)
  }

  /** Digests of all records that have a row, in batches. */
  async *digests(size: number): AsyncGenerator<Uint8Array[]> {
    let batch: Uint8Array[] = []
    for await (const [digest] of this.#keys.rows.entries(EMPTY)) {
      batch.push(digest)
      if (batch.length < size) continue
      yield batch
      batch = []
    }
    yield batch
  }

  async #standing(
    digest: Uint8Array,
    row: StandingRow,
    without: readonly Uint8Array[]
  ): Promise<Standing | undefined> {
    const names = new Set(without.map(toHex))
    if (row.form === 'list') {
      const votes = this.#init.unswept.size === 0 ? row.votes : await this.#live(digest, row.votes)
      if (names.size === 0) return sumVotes(votes)
      return sumVotes(votes.filter(({ author }) => !names.has(toHex(author))))
    }
    const all = await this.#allOf(digest, row.sums)
    if (all === undefined) return undefined
    const unswept = [...this.#init.unswept.values()]
    const left = without.filter((author) => !this.#init.unswept.has(toHex(author)))
    const suspects = [...unswept, ...left]
    if (suspects.length === 0) return all
    const isScanned = this.#init.hasVoices === true
    const isExact = isScanned ? row.sums.stored <= MAX_SCANNED : unswept.length <= MAX_SUBTRACTED
    const stored = isScanned
      ? await this.#scan(digest, isExact)
      : await this.#keys.votesOf(row, digest, isExact ? suspects : without)
    const gone = stored.filter(
      ({ author, seq }) => names.has(toHex(author)) || !this.#init.isLive(author, seq)
    )
    const standing = withoutVotes(all, gone)
    if (isExact) return standing
    const unknown = isScanned ? suspects.length : unswept.length
    return { ...standing, vouches: Math.max(0, standing.vouches - unknown) }
  }

  /** All votes on a record with sums; none where they are too many. */
  async #scan(digest: Uint8Array, isSmall: boolean): Promise<StoredVote[]> {
    const votes: StoredVote[] = []
    if (!isSmall) return votes
    for await (const [key, value] of this.#keys.votes.entries(digest)) {
      votes.push(readVote(key.slice(digest.length), value))
    }
    return votes
  }

  async #allOf(
    digest: Uint8Array,
    { vouches, disputes, stales, day, validFrom, validTo, opinions, speaking }: Sums
  ): Promise<Standing | undefined> {
    if (speaking === 0) return undefined
    const { facets } = this.#keys
    const [begins, tags, counters, trials] = await Promise.all([
      validFrom === undefined ? [] : facets.latestBegins(digest),
      facets.tags(digest),
      facets.counters(digest),
      facets.trials(digest)
    ])
    return {
      vouches,
      disputes,
      stales,
      opinions: [...opinions].toSorted(([a], [b]) => a - b),
      ...(day === undefined ? {} : { day }),
      ...(validFrom === undefined ? {} : { validFrom }),
      ...(validTo === undefined ? {} : { validTo }),
      ...(begins[0] === undefined || begins[0] === validFrom ? {} : { begins }),
      tags,
      counters,
      trials
    }
  }

  /** The live ones of stored votes; in place of a dead one the author's latest live register. */
  async #live(digest: Uint8Array, votes: readonly StoredVote[]): Promise<StoredVote[]> {
    const { isLive, unswept } = this.#init
    if (unswept.size === 0) return [...votes]
    const live: StoredVote[] = []
    for (const vote of votes) {
      const older = vote.hasOlder ? await this.#keys.olderThan(digest, vote) : []
      const latest = [...older, vote].findLast(({ author, seq }) => isLive(author, seq))
      if (latest === undefined) continue
      live.push({ ...latest, isRetracted: await this.isRetracted(digest, latest.register) })
    }
    return live
  }
}
