/**
 * Admits retractions without an author, and what this node changes of its own votes beside entries.
 *
 * A retraction is in the set while a register is stored that it opens; any other waits in memory
 * until the register comes. So the set follows from what was delivered, in any order. An own one
 * counts here at once, and is in the set, which peers see, once a peer has shown it.
 */
import { toHex } from '../bytes/index.ts'
import { HELD_POSITION } from '../publishing/held-votes.ts'
import { heldValue } from '../publishing/vote-changes.ts'
import { retractionId } from '../records/retraction.ts'
import type { AdmissionObserver } from './admission-observer.ts'
import type { FeedAppender, OwnChanges } from '../publishing/feed-appender.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { HeldVote, HeldVotes } from '../publishing/held-votes.ts'
import type { OwnRetractions } from '../publishing/own-retractions.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Retraction } from '../records/retraction.ts'
import type { RetractionSet } from '../records/retraction-set.ts'
import type { StandingChange } from '../records/standing-change.ts'
import type { StandingWriter } from '../records/standing-writer.ts'
import type { WaitingRetractions } from '../records/waiting-retractions.ts'
import type { Value } from '../records/value.ts'
import type { Commits } from '../store/commits.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Drafts } from '../store/drafts.ts'
import type { Operation } from '../store/section.ts'
import type { Serial } from '../store/serial.ts'

/** What became of a retraction. */
export type RetractionResult =
  /** The vote no longer counts; durable. */
  | 'admitted'
  /** Nothing new. */
  | 'held'
  /** It opens nothing that is stored here, and waits in memory. */
  | 'waits'

export interface RetractionAdmitterInit {
  readonly serial: Serial
  readonly commits: Commits
  readonly drafts: Pick<Drafts, 'discard' | 'take'>
  readonly standings: Pick<
    StandingWriter,
    'add' | 'dropUseless' | 'opens' | 'remove' | 'retract' | 'withdraw'
  >
  readonly recordStore: Pick<RecordStore, 'has' | 'operations' | 'removals'>
  readonly recordLog: Pick<DigestLog, 'append'>
  readonly set: RetractionSet
  readonly waiting: WaitingRetractions
  readonly own: OwnRetractions
  readonly held: HeldVotes
  /** Peers do not see records that are stored for a held vote alone. */
  readonly hiddenRecords: Pick<HiddenRecords, 'dropHeld' | 'hold'>
  readonly observer: () => Pick<AdmissionObserver, 'standingsChanged' | 'watchesStandings'>
  /** Votes on these records were retracted by peers. */
  onAdmit(digests: readonly Uint8Array[]): void
}

/** Retractions that are computed again in one commit. */
const BATCH = 1_000

export class RetractionAdmitter {
  readonly #init: RetractionAdmitterInit

  constructor(init: RetractionAdmitterInit) {
    this.#init = init
  }

  /** In the order of the retractions. `source`: who has sent them. */
  async admit(retractions: readonly Retraction[], source: string): Promise<RetractionResult[]> {
    const { set, own, waiting } = this.#init
    const observer = this.#init.observer()
    const changes: StandingChange[] = []
    const results = retractions.map((): RetractionResult => 'held')
    const commit = await this.#init.serial.run(async () => {
      await this.#init.commits.refresh()
      const unknown: Retraction[] = []
      for (const [i, each] of retractions.entries()) {
        const id = retractionId(each)
        // Its register would have taken it.
        if (waiting.has(id)) results[i] = 'waits'
        else if (!set.has(id)) unknown.push(each)
      }
      if (unknown.length === 0) return undefined
      const watched = observer.watchesStandings ? changes : undefined
      const opening = new Set(await this.#retract(unknown, watched))
      for (const [i, each] of retractions.entries()) {
        if (!unknown.includes(each)) continue
        results[i] = opening.has(each) ? 'admitted' : 'waits'
        if (!opening.has(each)) waiting.add(each, source)
      }
      return this.#commit(
        [...opening],
        unknown.map(retractionId).filter((id) => own.has(id))
      )
    })
    await this.#finish(commit)
    if (changes.length > 0) observer.standingsChanged(changes)
    return results
  }

  /** Whether a stored register has what it opens. */
  opens(retraction: Retraction): Promise<boolean> {
    return this.#init.serial.run(() => this.#init.standings.opens(retraction))
  }

  /** Own retractions are public from now on. */
  async show(retractions: readonly Retraction[]): Promise<void> {
    const { serial, commits, standings, own } = this.#init
    const commit = await serial.run(async () => {
      await commits.refresh()
      const opening = await this.#retract(retractions)
      const useless = retractions.filter((each) => !opening.includes(each))
      await standings.dropUseless(useless)
      return this.#commit(
        opening,
        retractions.map(retractionId).filter((id) => own.has(id))
      )
    })
    await this.#finish(commit)
  }

  /** See `FeedAppender`. Without a concurrent admission. */
  async change(
    { withdrawn = [], dropped = [], held = [] }: OwnChanges,
    operations: () => readonly Operation[]
  ): ReturnType<FeedAppender['change']> {
    const { commits, drafts, standings, recordLog, hiddenRecords } = this.#init
    await commits.refresh()
    const digests = [...withdrawn, ...dropped, ...held].map(({ digest }) => digest)
    let bodies: HeldBodies
    try {
      await standings.withdraw(withdrawn)
      const orphans = await standings.remove(HELD_POSITION, dropped.map(heldValue))
      bodies = await this.#hold(held, orphans)
    } catch (error) {
      drafts.discard()
      throw error
    }
    const draft = drafts.take()
    const durable = commits.commit([
      ...draft.operations,
      ...bodies.operations,
      ...hiddenRecords.dropHeld(bodies.removed),
      ...hiddenRecords.hold(bodies.added),
      ...recordLog.append(digests),
      ...operations()
    ])
    durable.then(
      () => draft.landed(),
      () => undefined
    )
    return { durable }
  }

  /** See `FeedAppender`. Its changes are part of the next draft that is taken. */
  async drop(votes: readonly HeldVote[]): Promise<void> {
    const { commits, standings, drafts } = this.#init
    if (votes.length === 0) return
    await commits.refresh()
    try {
      await standings.remove(HELD_POSITION, votes.map(heldValue))
    } catch (error) {
      drafts.discard()
      throw error
    }
  }

  /** Standings are computed again: adds what is in no entry, before the entries. */
  async addAgain(run: (task: () => Promise<void>) => Promise<void>): Promise<void> {
    const { set, own, standings, held } = this.#init
    for await (const batch of batchesOf(set.all())) {
      await run(() => this.#redo(() => standings.withdraw(batch)))
    }
    await run(() => this.#redo(() => standings.withdraw(own.all())))
    const values: Value[] = held.votes().map(heldValue)
    await run(() => this.#redo(() => standings.add(HELD_POSITION, values)))
  }

  /** After the entries: what opens nothing any longer comes again with its register. */
  async dropUseless(run: (task: () => Promise<void>) => Promise<void>): Promise<void> {
    const { set, standings } = this.#init
    for await (const batch of batchesOf(set.all())) {
      await run(() => this.#redo(() => standings.dropUseless(batch)))
    }
  }

  async #redo(task: () => Promise<unknown>): Promise<void> {
    const { commits, drafts } = this.#init
    try {
      await task()
    } catch (error) {
      drafts.discard()
      throw error
    }
    const draft = drafts.take()
    await commits.commit(draft.operations)
    draft.landed()
  }

  /** `orphans`: records that nothing is said of, but for what is held from now on. */
  async #hold(held: readonly HeldVote[], orphans: readonly Uint8Array[]): Promise<HeldBodies> {
    const { standings, recordStore } = this.#init
    const names = new Set(held.map(({ digest }) => toHex(digest)))
    const removed = orphans.filter((digest) => !names.has(toHex(digest)))
    const removals = await recordStore.removals(removed)
    if (held.length === 0) return { operations: removals, added: [], removed }
    const has = await recordStore.has(held.map(({ digest }) => digest))
    const missing = held.filter((_, i) => has[i] !== true)
    const values: Value[] = [
      ...missing.map(
        ({ digest, bytes, record }) => ({ type: 'record', digest, bytes, record }) as const
      ),
      ...held.map(heldValue)
    ]
    const fresh = await standings.add(HELD_POSITION, values)
    return {
      operations: [...removals, ...(await recordStore.operations(values, fresh))],
      added: missing.map(({ digest }) => digest),
      removed
    }
  }

  async #retract(
    retractions: readonly Retraction[],
    changes?: StandingChange[]
  ): Promise<Retraction[]> {
    try {
      return await this.#init.standings.retract(retractions, changes)
    } catch (error) {
      this.#init.drafts.discard()
      throw error
    }
  }

  /** `shown`: ids of own ones that are public now. */
  #commit(opening: readonly Retraction[], shown: readonly Uint8Array[]): PendingCommit {
    const { commits, drafts, recordLog, own } = this.#init
    const draft = drafts.take()
    // Of own ones the votes changed before.
    const names = new Set(shown.map(toHex))
    const news = opening.filter((each) => !names.has(toHex(retractionId(each))))
    const digests = uniqueDigests(news)
    const durable = commits.commit([
      ...draft.operations,
      ...recordLog.append(digests),
      ...own.del(shown)
    ])
    durable.then(
      () => draft.landed(),
      () => undefined
    )
    return { durable, digests, shown }
  }

  async #finish(commit: PendingCommit | undefined): Promise<void> {
    if (commit === undefined) return
    await commit.durable
    await this.#init.own.finish(commit.shown)
    if (commit.digests.length > 0) this.#init.onAdmit(commit.digests)
  }
}

/** Records that come and go with held votes. */
interface HeldBodies {
  readonly operations: readonly Operation[]
  readonly added: readonly Uint8Array[]
  readonly removed: readonly Uint8Array[]
}

interface PendingCommit {
  readonly durable: Promise<void>
  /** Records whose votes counted until now. */
  readonly digests: readonly Uint8Array[]
  readonly shown: readonly Uint8Array[]
}

function uniqueDigests(retractions: readonly Retraction[]): Uint8Array[] {
  return [...new Map(retractions.map(({ digest }) => [toHex(digest), digest])).values()]
}

async function* batchesOf(all: AsyncIterable<Retraction>): AsyncGenerator<Retraction[]> {
  let batch: Retraction[] = []
  for await (const retraction of all) {
    batch.push(retraction)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
