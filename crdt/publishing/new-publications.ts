/**
 * Publishes records and votes that this node has not voted on. Those that an entry has succeed or fail
 * together, and others do not fail with them.
 */
import { batchesOf, valuesOf } from './publication.ts'
import { errorOf } from '../errors.ts'
import { inRounds } from './rounds.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { FeedSigner } from './feed-signer.ts'
import type { HeldVotes } from './held-votes.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { OwnVotes } from './own-votes.ts'
import type { PreparedPublication } from './publication.ts'
import type { Outcome } from './published-groups.ts'
import type { PublishedRecords } from './published-records.ts'
import type { Settle } from './rounds.ts'
import type { VoteChanges } from './vote-changes.ts'
import type { RecordStore } from '../records/record-store.ts'

export interface NewPublicationsInit {
  readonly recordStore: Pick<RecordStore, 'has' | 'latest'>
  readonly held: Pick<HeldVotes, 'get'>
  readonly current: Pick<CurrentAuthor, 'deadValues' | 'get' | 'mayHaveEvidence'>
  readonly signer: Pick<FeedSigner, 'signNext'>
  readonly ownVotes: OwnVotes
  readonly changes: Pick<VoteChanges, 'followed' | 'hold' | 'mayFollow'>
  readonly publishedRecords: Pick<PublishedRecords, 'has'>
  /** After a failed commit: what is held, and by which author, is read again before it decides. */
  readonly refresh: () => Promise<void>
}

export interface PublishOptions {
  readonly signal?: AbortSignal
  /** Leaves the rest where an entry has failed. */
  readonly stopsAtError?: boolean
}

type Outcomes = ReadonlyMap<PreparedPublication, Outcome | Error>

/** For the turn of a publication: calls are one after the other. */
export class NewPublications {
  readonly #init: NewPublicationsInit

  constructor(init: NewPublicationsInit) {
    this.#init = init
  }

  /** What became of each; each is on a record of its own. */
  async publish(
    prepared: readonly PreparedPublication[],
    { signal, stopsAtError }: PublishOptions = {}
  ): Promise<Outcomes> {
    const { ownVotes, refresh } = this.#init
    await refresh()
    const hasVote = await ownVotes.has(prepared.map(({ digest }) => digest))
    const fresh = prepared.filter((_, i) => hasVote[i] !== true)
    const outcomes = await inRounds<PreparedPublication, Outcome>(fresh, {
      choose: (open) => batchesOf(open).next().value ?? [],
      run: async (some, settle) => {
        signal?.throwIfAborted()
        await refresh()
        await this.#publishSome(some, settle)
      },
      stopsAtError
    })
    for (const [i, each] of prepared.entries()) {
      if (hasVote[i] === true) outcomes.set(each, { kind: 'unchanged' })
    }
    return outcomes
  }

  /** The first ones that an entry takes. */
  async #publishSome(
    some: readonly PreparedPublication[],
    settle: Settle<PreparedPublication, Outcome>
  ): Promise<void> {
    const { current, ownVotes, changes, signer, publishedRecords } = this.#init
    const batch: PreparedPublication[] = []
    for (const each of some) {
      if (await this.#mayPublish(each.digest)) batch.push(each)
      else if (!(await this.#hold(each, settle))) return
    }
    if (batch.length === 0) return
    const author = await current.get()
    const published = await publishedRecords.has(batch)
    const tags = (await author.voice?.own.tags(batch.map(({ digest }) => digest))) ?? []
    const counted = await Promise.all(
      batch.map((each, i) => this.#withCounters(author, each, tags[i]))
    )
    await ownVotes.prepare(counted)
    const values = counted.map((each, i) => valuesOf(each, published[i] ?? false, tags[i]))
    const { count, entry } = await signer.signNext(author, values, {
      extra: (taken) =>
        counted
          .slice(0, taken)
          .flatMap((each) => [
            ...changes.followed(each.digest),
            ownVotes.put(each),
            ...each.operations
          ])
    })
    for (const [i, each] of batch.slice(0, count).entries()) {
      const kind = published[i] === true ? 'votes' : 'records'
      settle(each, entry instanceof Error ? entry : { kind, entry })
    }
  }

  /** False if it failed: this node then has another author, so all others are looked at again. */
  async #hold(
    publication: PreparedPublication,
    settle: Settle<PreparedPublication, Outcome>
  ): Promise<boolean> {
    try {
      const [isStored] = await this.#init.recordStore.has([publication.digest])
      await this.#init.changes.hold(publication)
      settle(publication, { kind: isStored === true ? 'votes' : 'records' })
      return true
    } catch (error) {
      settle(publication, errorOf(error))
      return false
    }
  }

  /** False if an earlier vote of another author was retracted of late. */
  async #mayPublish(digest: Uint8Array): Promise<boolean> {
    if (this.#init.held.get(digest) === undefined) return true
    const { key } = await this.#init.current.get()
    return this.#init.changes.mayFollow(key, digest, undefined, undefined)
  }

  /** A vote replaces the author's register, so it must repeat the counters. */
  async #withCounters(
    { key }: VoicedAuthor,
    publication: PreparedPublication,
    tag: Uint8Array | undefined
  ): Promise<PreparedPublication> {
    const { current, recordStore } = this.#init
    const { digest, register } = publication
    // A voice may have evidence from an earlier author.
    if (tag === undefined && !current.mayHaveEvidence(digest)) return publication
    const before = await recordStore.latest(digest, tag ?? key)
    if (before === undefined) return publication
    const { counters } = before.register
    current.deadValues += 1
    return { ...publication, register: { ...register, counters } }
  }
}
