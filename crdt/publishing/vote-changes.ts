/**
 * Retracts and replaces votes of this node, so that nothing links its author keys.
 *
 * A vote of the author in use is replaced by that author's next register, and in a closed swarm any
 * vote of the member is: the latest register of a voice counts. A vote of an earlier author is
 * retracted at once, without an author; the next vote on its record leaves hours later. So peers
 * count this node never twice, and for these hours not at all.
 */
import { KEY_BYTES } from '../constants.ts'
import { equalBytes, toHex } from '../bytes/index.ts'
import { commitmentOf, openedId } from '../records/retraction.ts'
import type { FeedAppender, OwnChanges } from './feed-appender.ts'
import { HELD_POSITION } from './held-votes.ts'
import type { HeldRow, HeldVote, HeldVotes } from './held-votes.ts'
import type { OwnRetraction, OwnRetractions } from './own-retractions.ts'
import type { OwnVotes } from './own-votes.ts'
import type { PreparedPublication } from './publication.ts'
import { MAX_RETRACTIONS } from './retraction-calls.ts'
import { isDue, MIN_APART } from './vote-timing.ts'
import type { VoteTiming } from './vote-timing.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Register } from '../records/register.ts'
import type { Retraction } from '../records/retraction.ts'
import type { PositionedRegister } from '../records/standing-reader.ts'
import type { Operation, Store } from '../store/section.ts'

export interface VoteChangesInit {
  readonly store: Pick<Store, 'commit'>
  readonly ownVotes: OwnVotes
  readonly own: OwnRetractions
  readonly held: HeldVotes
  readonly timing: VoteTiming
  readonly recordStore: Pick<RecordStore, 'positionsWith'>
  /** In a closed swarm the registers of a member replace each other, whatever their authors. */
  readonly isClosed: boolean
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T>
}

export class VoteChanges {
  readonly #init: VoteChangesInit

  constructor(init: VoteChangesInit) {
    this.#init = init
  }

  /**
   * Retracts this node's votes, and writes `operations` in the commit of the last ones. Votes of one
   * author leave together, those of others at other times.
   */
  async retract(
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ): Promise<Retraction[]> {
    const retractions = await this.#init.ownVotes.retractionsOf(digests)
    const timed = new Map(
      (await this.#timed(retractions.filter((each) => !this.#isHeld(each)))).map((own) => [
        own.retraction,
        own
      ])
    )
    if (retractions.length === 0) await this.#init.store.commit(operations)
    for (let from = 0; from < retractions.length; from += MAX_RETRACTIONS) {
      const batch = retractions.slice(from, from + MAX_RETRACTIONS)
      const isLast = from + MAX_RETRACTIONS >= retractions.length
      const retracted = batch.flatMap((each) => timed.get(each) ?? [])
      await this.#retractTogether(batch, retracted, isLast ? operations : [])
    }
    return retractions
  }

  /**
   * Whether a register of the author may follow what this node said of the record. `latest`: the
   * author's latest register.
   */
  mayFollow(
    author: Uint8Array,
    digest: Uint8Array,
    secret: Uint8Array | undefined,
    latest: PositionedRegister | undefined
  ): boolean {
    if (this.#init.isClosed) return true
    const row = this.#init.held.get(digest)
    if (row !== undefined && (secret === undefined || row.vote !== undefined)) {
      return equalBytes(row.author, author)
    }
    if (secret === undefined) return true
    const before = commitmentOf({ digest, secret })
    return latest !== undefined && equalBytes(latest.register.commitment, before)
  }

  /** Ends what is left of an earlier change. For the commit of the register that follows it. */
  followed(digest: Uint8Array): Operation[] {
    const { held } = this.#init
    return held.get(digest) === undefined ? [] : [held.del(digest)]
  }

  /** Holds a vote back, and retracts the one before it. */
  async hold(vote: PreparedPublication): Promise<void> {
    const { ownVotes, own, held } = this.#init
    const { digest, operations } = vote
    const secret = await ownVotes.secretOf(digest)
    const before = held.get(digest)
    const retraction =
      secret === undefined || before?.vote !== undefined ? undefined : { digest, secret }
    const row = retraction === undefined ? before : await this.#awaiting(retraction)
    if (row === undefined) throw new Error('Nothing holds the vote back.')
    const retracted = retraction === undefined ? [] : await this.#timed([retraction])
    const next = { ...row, vote }
    await ownVotes.prepare([vote])
    await own.prepare(retracted)
    await held.prepare(next)
    await this.#commit(
      {
        withdrawn: retracted.map((each) => each.retraction),
        dropped: before?.vote === undefined ? [] : [before.vote],
        held: [vote]
      },
      () => [held.put(next), ...own.put(retracted), ownVotes.put(vote), ...operations]
    )
  }

  /** Whether an entry has the vote already: a copy of this directory has published it. */
  async isPublished({ digest, register }: HeldVote): Promise<boolean> {
    const at = await this.#init.recordStore.positionsWith(digest, register.commitment)
    return at.some(({ author }) => !equalBytes(author, HELD_POSITION.author))
  }

  /** Drops what was held of a vote that is published. */
  async dropHeld(vote: HeldVote): Promise<void> {
    const { digest } = vote
    await this.#commit({ dropped: [vote] }, () => [this.#init.held.del(digest)])
    await this.#init.held.finish([digest])
  }

  /** Ends waits: those that have begun when they are over, others when peers have the retraction. */
  async startWaits(): Promise<void> {
    const { own, held, timing, store } = this.#init
    const started = held
      .all()
      .filter(({ until, digest, awaited }) => until === 0 && !own.has(openedId(digest, awaited)))
    const over = held.due(timing.now()).filter(({ vote }) => vote === undefined)
    await store.commit([
      ...started.map((row) => held.put({ ...row, until: timing.now() + timing.delay() })),
      ...over.map(({ digest }) => held.del(digest))
    ])
    await held.finish(over.map(({ digest }) => digest))
  }

  async #retractTogether(
    retractions: readonly Retraction[],
    retracted: readonly OwnRetraction[],
    operations: readonly Operation[]
  ): Promise<void> {
    const { ownVotes, own, held } = this.#init
    const unheld = retractions
      .filter((each) => this.#isHeld(each))
      .flatMap(({ digest }) => held.get(digest) ?? [])
    const rows: HeldRow[] = []
    for (const { retraction } of retracted) {
      rows.push(await this.#awaiting(retraction))
    }
    const emptied = unheld.map((row): HeldRow => ({ ...row, vote: undefined }))
    await own.prepare(retracted)
    for (const row of [...rows, ...emptied]) await held.prepare(row)
    await this.#commit(
      {
        withdrawn: retracted.map(({ retraction }) => retraction),
        dropped: unheld.flatMap(({ vote }) => vote ?? [])
      },
      () => [
        ...own.put(retracted),
        ...[...rows, ...emptied].map((row) => held.put(row)),
        ...retractions.map(({ digest }) => ownVotes.del(digest)),
        ...operations
      ]
    )
    await ownVotes.finish(retractions.map(({ digest }) => digest))
  }

  /** Whether the vote has not left, so that there is nothing to retract elsewhere. */
  #isHeld({ digest }: Retraction): boolean {
    return this.#init.held.get(digest)?.vote !== undefined
  }

  /**
   * The votes of the author with the most of them leave at once, those of others at random times; and
   * so do all if retractions of another author leave about now.
   */
  async #timed(retractions: readonly Retraction[]): Promise<OwnRetraction[]> {
    const { timing } = this.#init
    const groups = new Map<string, Retraction[]>()
    for (const retraction of retractions) {
      const name = toHex(await this.#authorOf(retraction))
      groups.set(name, [...(groups.get(name) ?? []), retraction])
    }
    const now = timing.now()
    const leaving = this.#leaving()
    return [...groups]
      .toSorted(([, a], [, b]) => b.length - a.length)
      .flatMap(([author, group]) => {
        const own = leaving.get(author)
        const isNear = [...leaving].some(([other, at]) => other !== author && at < now + MIN_APART)
        const due = own !== undefined && own > now ? own : isNear ? now + timing.delay() : now
        leaving.set(author, due)
        return group.map((retraction) => ({ retraction, due }))
      })
  }

  /** When retractions of each author leave, now at the earliest; of those that left, for some hours. */
  #leaving(): Map<string, number> {
    const { own, held, timing } = this.#init
    const now = timing.now()
    const leaving = new Map<string, number>()
    for (const { digest, awaited, author } of held.all()) {
      const due = own.dueOf(openedId(digest, awaited)) ?? now
      const at = isDue(due, now) ? now : due
      const name = toHex(author)
      leaving.set(name, Math.min(at, leaving.get(name) ?? at))
    }
    return leaving
  }

  async #awaiting(retraction: Retraction): Promise<HeldRow> {
    const author = await this.#authorOf(retraction)
    return { digest: retraction.digest, until: 0, awaited: commitmentOf(retraction), author }
  }

  /** Of the vote; zeros if it is lost. */
  async #authorOf(retraction: Retraction): Promise<Uint8Array> {
    const { recordStore } = this.#init
    const commitment = commitmentOf(retraction)
    const [at] = await recordStore.positionsWith(retraction.digest, commitment)
    return at?.author.slice() ?? new Uint8Array(KEY_BYTES)
  }

  async #commit(changes: OwnChanges, operations: () => Operation[]): Promise<void> {
    const { durable } = await this.#init.runExclusive(({ change }) => change(changes, operations))
    await durable
  }
}

/** What a held vote is among the values of its node. */
export function heldValue({ digest, register }: { digest: Uint8Array; register: Register }): {
  readonly type: 'register'
  readonly digest: Uint8Array
  readonly register: Register
} {
  return { type: 'register', digest, register }
}
