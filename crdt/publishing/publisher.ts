/**
 * Publishes this node's own values, with an author key that is on disk only between a clean stop and
 * the next start. A node never vouches twice for a record, under any of its authors, and stores the
 * secret with which it can retract each vote.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toHex } from '../bytes/index.ts'
import { CurrentAuthor } from './current-author.ts'
import { FeedSigner } from './feed-signer.ts'
import { OwnCompaction } from './own-compaction.ts'
import { OwnEvidence } from './own-evidence.ts'
import { OwnVotes } from './own-votes.ts'
import { VoteChanges } from './vote-changes.ts'
import { Gathering } from './gathering.ts'
import { preparePublication, preparePublications, uniqueByDigest } from './publication.ts'
import { NewPublications } from './new-publications.ts'
import { allOf, partsOf } from './published-groups.ts'
import { PublishedRecords } from './published-records.ts'
import { retractTogether } from './retraction-calls.ts'
import { Revisions } from './revisions.ts'
import { commitmentOf } from '../records/retraction.ts'
import type { CurrentAuthorInit } from './current-author.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Counters } from '../records/evidence.ts'
import type { Feed } from '../feeds/feed.ts'
import type { FeedAppender } from './feed-appender.ts'
import type { HeldVotes } from './held-votes.ts'
import type { OwnRetractions } from './own-retractions.ts'
import type { VoteTiming } from './vote-timing.ts'
import type { OwnVote } from './own-votes.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { PublishOptions } from './new-publications.ts'
import type { Published, PublicationGroup } from './published-groups.ts'
import type { PreparedPublication, Publication } from './publication.ts'
import type { PublishedRecordsInit } from './published-records.ts'
import type { RetractionCall } from './retraction-calls.ts'
import type { Revision } from './revisions.ts'
import type { Register } from '../records/register.ts'
import type { Retraction } from '../records/retraction.ts'
import type { EntryValues } from './restatement.ts'
import type { Operation, Store } from '../store/section.ts'

/** The parts of the replica that the publisher uses. */
export interface PublisherInit
  extends Omit<CurrentAuthorInit, 'feedOf'>, Omit<PublishedRecordsInit, 'current' | 'recordStore'> {
  readonly swarm: string
  readonly store: Pick<Store, 'closing' | 'commit' | 'isSuspect' | 'section'> &
    Partial<Pick<Store, 'copies'>>
  readonly recordStore: RecordStore
  /** Own retractions that no peer has shown, and votes that wait for peers to have them. */
  readonly own: OwnRetractions
  readonly held: HeldVotes
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  readonly timing: VoteTiming
  /** Runs without a concurrent admission; an entry is admitted together with `extra`. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T>
  /** Calls back after some milliseconds; default: `setTimeout`. */
  readonly later?: (task: () => void, milliseconds: number) => void
  /** The values of the author's entries from `from` to `to`, as far as they are stored. */
  entryValues(author: Uint8Array, from: number, to: number): AsyncIterable<EntryValues>
}

/** Publications of one call that are gathered with those of others. */
const MAX_SMALL = 64

/** Publications that are prepared in one turn of the event loop: about 3 ms. */
const TURN = 256

/** What is gathered: each with those of its type. */
type Small =
  | { readonly type: 'publications'; readonly group: PublicationGroup }
  | { readonly type: 'revision'; readonly revision: Revision }
  | { readonly type: 'retraction'; readonly call: RetractionCall }

/** What came of it. */
interface Done extends Published {
  readonly retractions?: readonly Retraction[]
}

const NOTHING: Done = { entries: [], records: [], votes: [], unchanged: [] }

export class Publisher {
  readonly #init: PublisherInit
  readonly #ownVotes: OwnVotes
  readonly #changes: VoteChanges
  readonly #signer: FeedSigner
  readonly #evidence: OwnEvidence
  readonly #compaction: OwnCompaction
  /** Serial, so that each call sees the votes of the call before it. */
  readonly #serial: Gathering<Small, Done>
  readonly #revisions: Revisions
  readonly #publications: NewPublications
  readonly #current: CurrentAuthor

  constructor(init: PublisherInit) {
    this.#init = init
    this.#ownVotes = new OwnVotes(init.store)
    this.#changes = new VoteChanges({
      ...init,
      ownVotes: this.#ownVotes,
      isClosed: init.ownVoices !== undefined
    })
    const feedOf = (author: Uint8Array, read?: (feed: Feed) => void): Promise<Feed> =>
      init.runExclusive(({ feed }) => {
        const found = feed(author)
        read?.(found)
        return Promise.resolve(found)
      })
    const current = new CurrentAuthor({ ...init, feedOf })
    const signer = new FeedSigner({ ...init, current })
    this.#current = current
    this.#signer = signer
    const publishedRecords = new PublishedRecords({ ...init, current })
    this.#evidence = new OwnEvidence({ ...init, current, signer, publishedRecords })
    this.#compaction = new OwnCompaction({
      ...init,
      current,
      signer,
      feedOf,
      runAlone: (task) => this.#serial.run(task)
    })
    const parts = {
      ...init,
      current,
      signer,
      ownVotes: this.#ownVotes,
      changes: this.#changes,
      publishedRecords,
      refresh: () => this.#refresh()
    }
    this.#revisions = new Revisions({
      ...parts,
      ownRegister: (digest) => this.ownRegister(digest)
    })
    this.#publications = new NewPublications(parts)
    this.#serial = new Gathering({
      runTogether: (items) => this.#runTogether(items),
      mayJoin: (item, first) => item.type === first.type,
      later: init.later
    })
  }

  async load(): Promise<void> {
    const { store, own, held } = this.#init
    const commit: Store['commit'] = (operations) => store.commit(operations)
    await this.#ownVotes.load(commit)
    await own.load(commit)
    await held.load(commit)
  }

  /** A peer has told its heads, and this replica has what it lacked. */
  hearPeers(): void {
    this.#current.hearPeers()
  }

  get hasHeardPeers(): boolean {
    return this.#current.hasHeardPeers
  }

  /**
   * Keeps the author for the next start. For a clean stop: what is published after it has a new
   * author.
   */
  keepAuthor(): Promise<void> {
    return this.#serial.run(() => this.#current.keep())
  }

  /**
   * Signs and stores the new ones of `publications`; few of them together with those of other calls at
   * the same time. Throws `LimitError` before anything is stored, and where an entry with some of them
   * could not be written: others may then be published, also of this call.
   */
  async publish(publications: readonly Publication[], signal?: AbortSignal): Promise<Published> {
    if (publications.length <= MAX_SMALL) {
      const group = uniqueByDigest(preparePublications(publications, this.#init.elementOf))
      signal?.throwIfAborted()
      return this.#serial.gather({ type: 'publications', group })
    }
    const [published] = await this.#serial.run(async () =>
      this.#publish([await this.#prepare(publications)], { signal, stopsAtError: true })
    )
    if (published === undefined || published instanceof Error) {
      throw published ?? new Error('A publication has no result.')
    }
    return published
  }

  /** Prepares many, with turns of the event loop in between. */
  async #prepare(publications: readonly Publication[]): Promise<PreparedPublication[]> {
    const prepared: PreparedPublication[] = []
    for (let from = 0; from < publications.length; from += TURN) {
      if (from > 0) await nextTurn()
      const part = publications.slice(from, from + TURN)
      prepared.push(...preparePublications(part, this.#init.elementOf))
    }
    return uniqueByDigest(prepared)
  }

  /**
   * Retracts this node's votes on the records, and writes `operations` in the commit of the last
   * ones. Up to 500 votes are one commit, so that either all of it is on disk or nothing. Few of them
   * share a commit with those of other calls at the same time.
   */
  async retract(
    digests: readonly Uint8Array[],
    operations: readonly Operation[] = []
  ): Promise<readonly Retraction[]> {
    const call = { digests, operations }
    if (digests.length > MAX_SMALL) return this.#serial.run(() => this.#retract(call))
    return (await this.#serial.gather({ type: 'retraction', call })).retractions ?? []
  }

  /** This node's vote on the record under any of its authors, unless retracted. */
  voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    return this.#ownVotes.voteOn(digest)
  }

  /** The same of each record. */
  votesOn(digests: readonly Uint8Array[]): Promise<(OwnVote | undefined)[]> {
    return this.#ownVotes.votesOn(digests)
  }

  /**
   * Replaces this node's register of a record, under any of its authors; of `expected`, only that one.
   * Revisions at the same time share entries. Counters stay. Without entries the vote is held (it counts
   * here, and leaves later), or stays as it was.
   */
  async revise(publication: Publication, expected?: Register): Promise<readonly Entry[]> {
    const revision = { publication: preparePublication(publication), expected }
    return (await this.#serial.gather({ type: 'revision', revision })).entries
  }

  /** Publishes the held votes whose time has come. */
  publishHeld(signal?: AbortSignal): Promise<Entry[]> {
    return this.#serial.run(async () => {
      const { held, timing } = this.#init
      await this.#refresh()
      await this.#changes.startWaits()
      const entries: Entry[] = []
      const left = new Set<string>()
      let day = 0
      for (const { vote } of held.due(timing.now())) {
        if (vote === undefined) continue
        signal?.throwIfAborted()
        if (await this.#changes.isPublished(vote)) {
          await this.#changes.dropHeld(vote)
          continue
        }
        const author = await this.#current.get()
        const before = await this.#signer.latestOf(author, vote.digest)
        const following = [{ vote, before, operations: [] }]
        const { entry } = await this.#revisions.signNext(author, following)
        if (entry instanceof Error) throw entry
        entries.push(entry)
        left.add(toHex(vote.digest))
        day = Math.max(day, vote.register.day)
      }
      // What was counted meanwhile waited for the vote.
      if (left.size > 0) entries.push(...(await this.#evidence.publish(day, { of: left, signal })))
      return entries
    })
  }

  /** After a failed commit: what is held, and by which author, is read again before it decides. */
  #refresh(): Promise<void> {
    return this.#init.runExclusive(() => Promise.resolve())
  }

  /** This node's register of the record, under any of its authors; undefined if there is none. */
  async ownRegister(digest: Uint8Array): Promise<Register | undefined> {
    const secret = await this.#ownVotes.secretOf(digest)
    if (secret === undefined) return undefined
    const commitment = commitmentOf({ digest, secret })
    return this.#init.recordStore.registerWith(digest, commitment)
  }

  /** Adds evidence on a record, durably; `publishEvidence` publishes it. */
  addEvidence(digest: Uint8Array, counters: Counters): Promise<void> {
    return this.#serial.run(() => this.#evidence.add(digest, counters))
  }

  /** Publishes the evidence since the last call, each count once. */
  publishEvidence(day: number, signal?: AbortSignal): Promise<Entry[]> {
    return this.#serial.run(() => this.#evidence.publish(day, { signal }))
  }

  /** Whether at least half of the current author's values are no longer live. */
  get isCompactionDue(): boolean {
    return this.#compaction.isDue
  }

  /**
   * Restates the live values of the current author's feed; the last entry raises its base.
   * Publications may come in between. If aborted, no value is lost; restated values are stored twice.
   */
  compact(signal?: AbortSignal): Promise<Entry[]> {
    return this.#compaction.compact(signal)
  }

  /** Runs without a concurrent publication. */
  runExclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(task)
  }

  /** Drops the author key: the next publication starts a new feed. */
  rotate(): void {
    this.#current.rotate()
  }

  /** Drops the key if it is this one, since its feed cannot be continued. */
  rotateIf(author: Uint8Array): void {
    this.#current.rotateIf(author)
  }

  async #runTogether(items: readonly Small[]): Promise<(Done | Error)[]> {
    const groups = items.flatMap((item) => (item.type === 'publications' ? [item.group] : []))
    if (groups.length > 0) return this.#publish(groups)
    const calls = items.flatMap((item) => (item.type === 'retraction' ? [item.call] : []))
    if (calls.length > 0) {
      const retracted = await retractTogether(calls, (call) => this.#retract(call))
      return retracted.map((each) =>
        each instanceof Error ? each : { ...NOTHING, retractions: each }
      )
    }
    const revisions = items.flatMap((item) => (item.type === 'revision' ? [item.revision] : []))
    const revised = await this.#revisions.revise(revisions)
    return revised.map((entries) => (entries instanceof Error ? entries : { ...NOTHING, entries }))
  }

  async #retract({ digests, operations }: RetractionCall): Promise<Retraction[]> {
    await this.#refresh()
    const retractions = await this.#changes.retract(digests, operations)
    const author = this.#current.known
    if (author === undefined) return retractions
    for (const { digest } of retractions) {
      // The vote and its record.
      const isOwn = (await this.#signer.latestOf(author, digest)) !== undefined
      if (isOwn) this.#current.deadValues += 2
    }
    return retractions
  }

  async #publish(
    groups: readonly PublicationGroup[],
    options: PublishOptions = {}
  ): Promise<(Published | Error)[]> {
    return partsOf(groups, await this.#publications.publish(allOf(groups), options))
  }
}
