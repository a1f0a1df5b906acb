/**
 * Changes the standing of records. What a voice says changes the sums by its difference to what
 * the voice said before, in the commit of its admission; nothing else is read. So the sums depend
 * on the set of values, not on their order or repetition, and a vote costs the same however many
 * voices a record has. A voice is an author, or in a closed swarm a member: one place decides it
 * (`positionOf`).
 *
 * Windows of feeds are not looked at: a value adds to the sums until `remove`, which runs after a
 * fork or a new base (`admission/sweeper.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MAX_LISTED_BYTES, MAX_LISTED_VOTES } from '../constants.ts'
import { concat, toHex } from '../bytes/index.ts'
import { replaceFacets } from './facets.ts'
import { encodeRegister } from './register.ts'
import { commitmentOf } from './retraction.ts'
import {
  hasAny,
  olderCommitmentKey,
  olderKey,
  StandingKeys,
  withdrawalKey
} from './standing-keys.ts'
import { EMPTY_ROW, readRow, sizeOfList, storedVote, writeRow, writeVote } from './standing-row.ts'
import { changedTallies, changesOf } from './standing-change.ts'
import { changeSums, isAtEdge, NO_SUMS } from './standing-sums.ts'
import { isLater, isSamePosition } from './voice-order.ts'
import type { DraftSection, Drafts } from '../store/drafts.ts'
import type { IsLive } from './standing-keys.ts'
import type { Register } from './register.ts'
import type { Retraction } from './retraction.ts'
import type { StandingChange } from './standing-change.ts'
import type { StandingRow, StoredVote } from './standing-row.ts'
import type { VotePosition } from './voice-order.ts'
import type { Value } from './value.ts'

export interface StandingWriterInit {
  /** Its changes are drafts, read again by the next call. */
  readonly drafts: Pick<Drafts, 'section'>
  readonly isLive: IsLive
  /** Retractions without an author. */
  readonly retractions?: OpenRetractions
  /** Votes that a row lists. */
  readonly maxListed?: number
}

/** Retractions without an author: those that open a stored register, and those that wait for one. */
export interface OpenRetractions {
  /** The waiting one that opens the commitment; it waits no longer. */
  take(digest: Uint8Array, commitment: Uint8Array): Retraction | undefined
  /** A stored register has what it opens. */
  put(retraction: Retraction): void
  /** No stored register has the commitment any longer. */
  del(digest: Uint8Array, commitment: Uint8Array): void
}

/** The place of an entry. In a closed swarm with the order among the entries of its member. */
export interface EntryPosition {
  readonly author: Uint8Array
  readonly seq: number
  readonly order?: number
}

type Retracting = Extract<Value, { type: 'retraction' }>

type RowOf = Pick<ChangedRow, 'digest' | 'row'>

interface ChangedRow {
  readonly digest: Uint8Array
  /** As it was read. */
  readonly before: StandingRow
  row: StandingRow
}

type Rows = ReadonlyMap<Uint8Array, ChangedRow>

/** Values of one entry that are added in one turn of the event loop: there can be 15,000. */
const TURN = 512

const EMPTY = new Uint8Array()
const NO_RETRACTIONS: OpenRetractions = { take: () => undefined, put: () => {}, del: () => {} }

export class StandingWriter {
  readonly #keys: StandingKeys<DraftSection>
  readonly #isLive: IsLive
  readonly #retractions: OpenRetractions
  readonly #maxListed: number

  constructor({
    drafts,
    isLive,
    retractions = NO_RETRACTIONS,
    maxListed = MAX_LISTED_VOTES
  }: StandingWriterInit) {
    this.#keys = new StandingKeys((name) => drafts.section(name))
    this.#isLive = isLive
    this.#retractions = retractions
    this.#maxListed = maxListed
  }

  /**
   * Adds the values of an entry. Returns the records that have a vote now, and had none before.
   * `changes` gets one for each record that the values vote on, or take a vote back from.
   */
  async add(
    at: EntryPosition,
    values: readonly Value[],
    changes?: StandingChange[]
  ): Promise<Uint8Array[]> {
    const said = lastOfEach(values)
    const rows = await this.#read(said)
    const fresh = [...new Set(rows.values())].filter(({ row }) => !hasVotes(row))
    for (const [i, value] of said.entries()) {
      if (i % TURN === TURN - 1) await nextTurn()
      const changed = rowOf(rows, value.digest)
      changed.row =
        value.type === 'register'
          ? await this.#addRegister(changed, value.register, positionOf(value, at))
          : await this.#addRetraction(changed, value, at)
    }
    for (const value of said) {
      if (value.type !== 'register') continue
      const { digest, register } = value
      const waiting = this.#retractions.take(digest, register.commitment)
      if (waiting !== undefined) await this.#open(rowOf(rows, digest), waiting)
    }
    this.#write(rows)
    changes?.push(...changesOf(rows.values()))
    const voted = new Set(
      said.flatMap(({ type, digest }) => (type === 'register' ? toHex(digest) : []))
    )
    return fresh.flatMap(({ digest }) => (voted.has(toHex(digest)) ? [digest] : []))
  }

  /**
   * Adds retractions without an author. Returns those that open the commitment of a stored register;
   * the others change nothing. `changes` gets one for each record that has changed.
   */
  async retract(
    retractions: readonly Retraction[],
    changes?: StandingChange[]
  ): Promise<Retraction[]> {
    const rows = await this.#read(retractions)
    const opening: Retraction[] = []
    for (const retraction of retractions) {
      const changed = rowOf(rows, retraction.digest)
      if (await this.#open(changed, retraction)) opening.push(retraction)
    }
    this.#write(rows)
    changes?.push(...changesOf(rows.values()))
    return opening
  }

  /** Whether a stored register has what it opens. */
  async opens(retraction: Retraction): Promise<boolean> {
    const { digest } = retraction
    return this.#keys.isHeld(await this.#keys.row(digest), digest, commitmentOf(retraction))
  }

  /** The votes no longer count here, whether their registers are stored or not; peers learn nothing. */
  async withdraw(retractions: readonly Retraction[]): Promise<void> {
    const rows = await this.#read(retractions)
    for (const retraction of retractions) {
      await this.#withdraw(rowOf(rows, retraction.digest), commitmentOf(retraction))
    }
    this.#write(rows)
  }

  /** Drops what `withdraw` has added where no register is stored that the retractions open. */
  async dropUseless(retractions: readonly Retraction[]): Promise<void> {
    const rows = await this.#read(retractions)
    for (const retraction of retractions) {
      await this.#close(rowOf(rows, retraction.digest), commitmentOf(retraction))
    }
    this.#write(rows)
  }

  /**
   * Removes values of an entry. Returns those of its records that no author votes on any longer.
   * `changes` gets one for each record whose number of votes of a kind has changed.
   */
  async remove(
    at: EntryPosition,
    values: readonly Value[],
    changes?: StandingChange[]
  ): Promise<Uint8Array[]> {
    const rows = await this.#read(values)
    const spoken = new Set<ChangedRow>()
    for (const value of values) {
      const changed = rowOf(rows, value.digest)
      if (value.type !== 'retraction') spoken.add(changed)
      changed.row =
        value.type === 'retraction'
          ? await this.#removeRetraction(changed, value, at)
          : await this.#removeRegister(changed, positionOf(value, at))
      if (value.type !== 'register') continue
      this.#keys.olderCommitments.del(
        olderCommitmentKey(value.digest, value.register.commitment, positionOf(value, at))
      )
      await this.#close(changed, value.register.commitment)
    }
    this.#write(rows)
    changes?.push(...changedTallies(rows.values()))
    return [...spoken].filter(({ row }) => !hasVotes(row)).map(({ digest }) => digest)
  }

  async #addRegister(
    { digest, row }: ChangedRow,
    register: Register,
    at: VotePosition
  ): Promise<StandingRow> {
    const [before] = await this.#keys.votesOf(row, digest, [at.voice])
    const vote = storedVote({
      ...at,
      register,
      encoded: encodeRegister(register),
      isRetracted: await this.#isWithdrawn(row, digest, register.commitment),
      hasOlder: before?.hasOlder ?? false
    })
    if (before === undefined || isSamePosition(before, vote)) {
      return this.#replace(row, digest, before, vote)
    }
    const [older, latest] = isLater(vote, before) ? [before, vote] : [vote, before]
    this.#keys.older.put(olderKey(digest, older), writeVote(older))
    this.#keys.olderCommitments.put(
      olderCommitmentKey(digest, older.register.commitment, older),
      EMPTY
    )
    return this.#replace(row, digest, before, storedVote({ ...latest, hasOlder: true }))
  }

  async #addRetraction(
    { digest, row }: RowOf,
    { secret }: Retracting,
    by: EntryPosition
  ): Promise<StandingRow> {
    const commitment = commitmentOf({ digest, secret })
    this.#keys.withdrawals.put(withdrawalKey(digest, commitment, by), EMPTY)
    return this.#markRetracted({ digest, row }, commitment)
  }

  /** False, and nothing changed, if no stored register has what it opens. */
  async #open(changed: ChangedRow, retraction: Retraction): Promise<boolean> {
    const { digest } = changed
    const commitment = commitmentOf(retraction)
    if (!(await this.#keys.isHeld(changed.row, digest, commitment))) return false
    await this.#withdraw(changed, commitment)
    this.#retractions.put(retraction)
    return true
  }

  async #withdraw(changed: ChangedRow, commitment: Uint8Array): Promise<void> {
    this.#keys.withdrawals.put(withdrawalKey(changed.digest, commitment), EMPTY)
    changed.row = await this.#markRetracted(changed, commitment)
  }

  /** Drops the retraction without an author if no stored register has what it opens. */
  async #close(changed: ChangedRow, commitment: Uint8Array): Promise<void> {
    const { digest, row } = changed
    if (!row.hasWithdrawals || (await this.#keys.isHeld(row, digest, commitment))) return
    this.#keys.withdrawals.del(withdrawalKey(digest, commitment))
    this.#retractions.del(digest, commitment)
    changed.row = { ...row, hasWithdrawals: await hasAny(this.#keys.withdrawals, digest) }
  }

  async #markRetracted({ digest, row }: RowOf, commitment: Uint8Array): Promise<StandingRow> {
    let next: StandingRow = { ...row, hasWithdrawals: true }
    for (const vote of await this.#keys.votesWith(row, digest, commitment)) {
      next = await this.#replace(next, digest, vote, { ...vote, isRetracted: true })
    }
    return next
  }

  /** The voice's latest live register, if there is one, takes the place of the removed one. */
  async #removeRegister({ digest, row }: ChangedRow, at: VotePosition): Promise<StandingRow> {
    const [vote] = await this.#keys.votesOf(row, digest, [at.voice])
    // The latest one may have gone before it, and another one come.
    const isLatest = vote !== undefined && isSamePosition(vote, at)
    if (!isLatest) this.#keys.older.del(olderKey(digest, at))
    if (vote === undefined) return row
    const older = vote.hasOlder ? await this.#keys.olderThan(digest, vote) : []
    if (!isLatest) {
      const hasOlder = older.length > 0
      return vote.hasOlder === hasOlder
        ? row
        : this.#replace(row, digest, vote, { ...vote, hasOlder })
    }
    const live = older.findLast((each) => this.#isLive(each.author, each.seq))
    if (live === undefined) return this.#replace(row, digest, vote, undefined)
    this.#keys.older.del(olderKey(digest, live))
    this.#keys.olderCommitments.del(olderCommitmentKey(digest, live.register.commitment, live))
    const isRetracted = await this.#isWithdrawn(row, digest, live.register.commitment)
    // Later ones that are not live stay until they are removed themselves.
    const hasOlder = older.length > 1
    return this.#replace(row, digest, vote, { ...live, isRetracted, hasOlder })
  }

  async #removeRetraction(
    { digest, row }: ChangedRow,
    { secret }: Retracting,
    by: EntryPosition
  ): Promise<StandingRow> {
    const commitment = commitmentOf({ digest, secret })
    this.#keys.withdrawals.del(withdrawalKey(digest, commitment, by))
    if (await this.#keys.isWithdrawn(digest, commitment)) return row
    let next = row
    for (const vote of await this.#keys.votesWith(row, digest, commitment)) {
      next = await this.#replace(next, digest, vote, { ...vote, isRetracted: false })
    }
    return { ...next, hasWithdrawals: await hasAny(this.#keys.withdrawals, digest) }
  }

  async #isWithdrawn(
    row: StandingRow,
    digest: Uint8Array,
    commitment: Uint8Array
  ): Promise<boolean> {
    return row.hasWithdrawals && this.#keys.isWithdrawn(digest, commitment)
  }

  /** Replaces a stored vote in the list, or under its key and in the sums. */
  async #replace(
    row: StandingRow,
    digest: Uint8Array,
    before: StoredVote | undefined,
    after: StoredVote | undefined
  ): Promise<StandingRow> {
    if (row.form === 'list') {
      const others = row.votes.filter((vote) => vote !== before)
      const list = { ...row, votes: after === undefined ? others : [...others, after] }
      return this.#isListed(list) ? list : this.#split(list, digest)
    }
    const voice = (after ?? before)?.voice
    if (voice === undefined) return row
    const key = concat(digest, voice)
    if (after === undefined) this.#keys.votes.del(key)
    else this.#keys.votes.put(key, writeVote(after))
    await replaceFacets(this.#keys.facetSection, digest, before, after)
    const sums = changeSums(row.sums, before, after)
    const isEdge = before !== undefined && isAtEdge(row.sums, before)
    return {
      ...row,
      sums: isEdge ? { ...sums, ...(await this.#keys.facets.limits(digest)) } : sums
    }
  }

  #isListed(row: Extract<StandingRow, { form: 'list' }>): boolean {
    if (row.votes.length <= 1) return true
    return row.votes.length <= this.#maxListed && sizeOfList(row.votes) <= MAX_LISTED_BYTES
  }

  /** The row with sums in place of its list. */
  async #split(
    { votes, hasWithdrawals }: Extract<StandingRow, { form: 'list' }>,
    digest: Uint8Array
  ): Promise<StandingRow> {
    let row: StandingRow = { form: 'sums', hasWithdrawals, sums: NO_SUMS }
    for (const vote of votes) row = await this.#replace(row, digest, undefined, vote)
    return row
  }

  /** By the digests of the values as they are; equal ones have one row. */
  async #read(values: readonly { readonly digest: Uint8Array }[]): Promise<Rows> {
    const names = values.map(({ digest }) => toHex(digest))
    const unique = new Map(values.map(({ digest }, i) => [names[i], digest]))
    const stored = (await this.#keys.rows.getMany([...unique.values()])).values()
    const byName = new Map<string | undefined, ChangedRow>()
    for (const [name, digest] of unique) {
      const bytes = stored.next().value
      const row = bytes === undefined ? EMPTY_ROW : readRow(bytes)
      byName.set(name, { digest, before: row, row })
    }
    const rows = new Map<Uint8Array, ChangedRow>()
    for (const [i, { digest }] of values.entries()) {
      const changed = byName.get(names[i])
      if (changed !== undefined) rows.set(digest, changed)
    }
    return rows
  }

  /** Only what has changed: what anybody sends of records that are not stored must cost no disk. */
  #write(rows: Rows): void {
    for (const { digest, before, row } of new Set(rows.values())) {
      if (row === before) continue
      if (hasVotes(row) || row.hasWithdrawals) this.#keys.rows.put(digest, writeRow(row))
      else this.#keys.rows.del(digest)
    }
  }
}

/** The place of a value. A voice of its own gives it the order of the voice's entries. */
function positionOf(value: Value, { author, seq, order = seq }: EntryPosition): VotePosition {
  const voice = value.type === 'register' ? value.voice : undefined
  return voice === undefined
    ? { voice: author, order: seq, author, seq }
    : { voice, order, author, seq }
}

/**
 * What an entry says. Of several registers of a voice for one record the last one counts: so what is
 * stored does not depend on what was stored before.
 */
function lastOfEach(values: readonly Value[]): Exclude<Value, { type: 'record' }>[] {
  const said = values.filter((value) => value.type !== 'record')
  const last = new Map(
    said.map((value) => [value.type === 'register' ? saidBy(value) : value, value])
  )
  return [...last.values()]
}

/** Names whose register for which record it is. */
function saidBy({ digest, voice }: Extract<Value, { type: 'register' }>): string {
  return toHex(voice === undefined ? digest : concat(digest, voice))
}

function rowOf(rows: Rows, digest: Uint8Array): ChangedRow {
  return rows.get(digest) ?? { digest, before: EMPTY_ROW, row: EMPTY_ROW }
}

function hasVotes(row: StandingRow): boolean {
  return row.form === 'list' ? row.votes.length > 0 : row.sums.stored > 0
}
