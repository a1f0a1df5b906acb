/**
 * Replaces votes of this node. Revisions that come together become entries together, like publications.
 */
import { equalBytes, toHex } from '../bytes/index.ts'
import { errorOf } from '../errors.ts'
import { batchesOf, valuesOf } from './publication.ts'
import { inRounds } from './rounds.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Register } from '../records/register.ts'
import type { PositionedRegister } from '../records/standing-reader.ts'
import type { Operation } from '../store/section.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { FeedSigner, SignedEntry } from './feed-signer.ts'
import type { HeldVote, HeldVotes } from './held-votes.ts'
import type { OwnVotes } from './own-votes.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { PreparedPublication } from './publication.ts'
import type { PublishedRecords } from './published-records.ts'
import type { Settle } from './rounds.ts'
import type { VoteChanges } from './vote-changes.ts'

export interface Revision {
  readonly publication: PreparedPublication
  /** The register that it replaces; another one stays. */
  readonly expected: Register | undefined
}

/** A vote, and the register of its author's voice that it follows. */
export interface FollowingVote {
  readonly vote: HeldVote
  readonly before: PositionedRegister | undefined
  /** For the commit of the vote. */
  readonly operations: readonly Operation[]
}

/** One of this call. */
interface RevisedVote extends FollowingVote {
  readonly vote: PreparedPublication
}

export interface RevisionsInit {
  readonly held: Pick<HeldVotes, 'finish' | 'get'>
  readonly publishedRecords: Pick<PublishedRecords, 'has'>
  readonly current: Pick<CurrentAuthor, 'deadValues' | 'get'>
  readonly signer: FeedSigner
  readonly ownVotes: OwnVotes
  readonly changes: Pick<VoteChanges, 'followed' | 'hold' | 'mayFollow'>
  /** After a failed commit: what is held, and by which author, is read again before it decides. */
  readonly refresh: () => Promise<void>
  readonly ownRegister: (digest: Uint8Array) => Promise<Register | undefined>
}

export class Revisions {
  readonly #init: RevisionsInit

  constructor(init: RevisionsInit) {
    this.#init = init
  }

  /**
   * For each revision the entries that have it, or why there are none; an empty list where its vote is
   * held, or nothing changes. Those that an entry has succeed or fail together.
   */
  async revise(revisions: readonly Revision[]): Promise<(Entry[] | Error)[]> {
    const outcomes = await inRounds<Revision, Entry[]>(revisions, {
      choose: together,
      run: (some, settle) => this.#reviseSome(some, settle)
    })
    return revisions.map((each) => outcomes.get(each) ?? [])
  }

  /**
   * Signs the first of these votes that an entry takes, in place of what was held of them. They are on
   * distinct records.
   */
  async signNext(author: VoicedAuthor, votes: readonly FollowingVote[]): Promise<SignedEntry> {
    const { signer, held, changes, publishedRecords } = this.#init
    const published = await publishedRecords.has(votes.map(({ vote }) => vote))
    const values = votes.map(({ vote, before }, i) => {
      const counters = before?.register.counters ?? []
      return valuesOf({ ...vote, register: { ...vote.register, counters } }, published[i] ?? false)
    })
    const rows = votes.map(({ vote }) => held.get(vote.digest))
    const signed = await signer.signNext(author, values, {
      extra: (count) =>
        votes
          .slice(0, count)
          .flatMap(({ vote, operations }) => [...changes.followed(vote.digest), ...operations]),
      dropped: (count) => rows.slice(0, count).flatMap((row) => row?.vote ?? [])
    })
    if (!(signed.entry instanceof Error)) {
      await held.finish(rows.slice(0, signed.count).flatMap((row) => row?.digest ?? []))
    }
    return signed
  }

  async #reviseSome(
    revisions: readonly Revision[],
    settle: Settle<Revision, Entry[]>
  ): Promise<void> {
    const { current, ownVotes, refresh } = this.#init
    await refresh()
    const author = await current.get()
    const following: { readonly revision: Revision; readonly vote: RevisedVote }[] = []
    for (const revision of revisions) {
      try {
        const vote = await this.#followingVote(author, revision)
        if (vote === undefined) settle(revision, [])
        else following.push({ revision, vote })
      } catch (error) {
        settle(revision, errorOf(error))
        // This node has another author then: all others are looked at again.
        return
      }
    }
    const votes = following.map(({ vote }) => vote)
    if (votes.length === 0) return
    await ownVotes.prepare(votes.map(({ vote }) => vote))
    const { count, entry } = await this.signNext(author, votes)
    const signed = following.slice(0, count)
    if (!(entry instanceof Error)) {
      current.deadValues += 2 * signed.filter(({ vote }) => vote.before !== undefined).length
    }
    for (const { revision } of signed) settle(revision, entry instanceof Error ? entry : [entry])
  }

  /** Undefined where the vote is held, or nothing changes. */
  async #followingVote(
    author: VoicedAuthor,
    { publication, expected }: Revision
  ): Promise<RevisedVote | undefined> {
    const { signer, ownVotes, changes, ownRegister } = this.#init
    const { digest, operations } = publication
    if (expected !== undefined && !isSameVote(expected, await ownRegister(digest))) return undefined
    const secret = await ownVotes.secretOf(digest)
    const before = await signer.latestOf(author, digest)
    if (!changes.mayFollow(author.key, digest, secret, before)) {
      await changes.hold(publication)
      return undefined
    }
    return {
      vote: publication,
      before,
      operations: [ownVotes.put(publication), ...operations]
    }
  }
}

/** The first ones that fit an entry, by the author in use when they are signed. */
function together(revisions: readonly Revision[]): Revision[] {
  const items = distinct(revisions).map((revision) => ({
    revision,
    bytes: revision.publication.bytes
  }))
  const [batch = []] = batchesOf(items)
  return batch.map(({ revision }) => revision)
}

/** Those before the first on a record that one of them has: each sees the vote of the one before it. */
function distinct(revisions: readonly Revision[]): Revision[] {
  const names = new Set<string>()
  const end = revisions.findIndex(({ publication }) => {
    const name = toHex(publication.digest)
    return names.size === names.add(name).size
  })
  return end < 0 ? [...revisions] : revisions.slice(0, end)
}

/** Each vote of this node has a commitment of its own. */
function isSameVote(a: Register, b: Register | undefined): boolean {
  return b !== undefined && equalBytes(a.commitment, b.commitment)
}
