/**
 * The replica: all signed entries of the hive on this node, and the only way to add one.
 *
 * Bytes from any source pass `admit`. The node's own knowledge passes `publish`, which signs it and
 * admits it by the same code (`admission/admitter.ts`). Own entries are returned only when they are
 * durable.
 */
import { EventEmitter } from 'node:events'
import { concat, sha256 } from './bytes/index.ts'
import { PublicView } from './public-view.ts'
import { replicaParts } from './replica-parts.ts'
import { ReplicaAdmission } from './replica-admission.ts'
import { ReplicaRetractions } from './replica-retractions.ts'
import type { StoredFilter } from './filters/stored-filter.ts'
import type { RejectReason } from './admission/validate-entry.ts'
import type { AdmissionResult } from './admission/admitter.ts'
import type { ProofResult } from './admission/feed-windows.ts'
import type { Entry, SignedHeader } from './feeds/entry.ts'
import type { Counters } from './records/evidence.ts'
import type { LogPart } from './store/digest-log.ts'
import type { Operation } from './store/section.ts'
import type { FeedHead } from './feeds/feed.ts'
import type { HeadNode, HeadTotals } from './feeds/head-tree.ts'
import type {
  AttestedRecord,
  AuthorRegister,
  LikelyMissing,
  LikelyMissingInit
} from './records/record-store.ts'
import { auditReplica } from './admission/replica-audit.ts'
import { hasDamagedStandings } from './admission/standing-rebuild.ts'
import type { IntakeBudget } from './admission/intake.ts'
import type { ReplicaAuditReport } from './admission/replica-audit.ts'
import type { Change, EditOptions, PlaybookSnapshot } from './playbooks/playbooks.ts'
import type { Publication } from './publishing/publication.ts'
import type { OwnVote } from './publishing/own-votes.ts'
import type { Published } from './publishing/published-groups.ts'
import type { RecordKind } from './records/record.ts'
import type { Register } from './records/register.ts'
import type { Retraction } from './records/retraction.ts'
import type { CompleteReplicaInit, ReplicaEvents, ReplicaInit } from './replica-init.ts'
import type { ReplicaParts } from './replica-parts.ts'

/** A replica of the hive: all admitted entries, and the state that follows from them. */
export class Replica extends EventEmitter<ReplicaEvents> {
  readonly swarm: string
  /** Filter of the stored records, for peers. */
  readonly published: StoredFilter
  /** The replica as peers see it; peers' entries are admitted through it. */
  readonly publicView: PublicView
  /** The element of a digest in the filters of this swarm. */
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  /** Retractions, which are in no entry. */
  readonly retractions: ReplicaRetractions
  readonly #store: ReplicaInit['store']
  readonly #hidesOwn: boolean
  readonly #parts: ReplicaParts
  readonly #admission: ReplicaAdmission

  /** `openReplica` calls it, and then `load`. */
  constructor(init: CompleteReplicaInit) {
    super()
    this.swarm = init.swarm
    this.#store = init.store
    this.#parts = replicaParts(init, this)
    this.#admission = new ReplicaAdmission(this.#parts, (author, seq) =>
      this.emit('entry:unhide', author, seq)
    )
    this.published = this.#parts.published
    this.elementOf = this.#parts.elementOf
    this.publicView = new PublicView(this, this.#parts.hidden, this.#parts.hiddenRecords)
    this.#hidesOwn = init.hidesOwn
    this.retractions = new ReplicaRetractions(this.#parts, init.timing.now, (shown) =>
      this.emit('retraction:show', shown)
    )
  }

  /** Reads the replica from its store. `openReplica` calls it. */
  async load(): Promise<void> {
    await this.#parts.load()
    for (const { author } of this.#parts.feeds.unread()) await this.#parts.admitter.reread(author)
    const { isRepaired = false, unverified } = this.#store.condition ?? {}
    await this.#parts.rebuild.restart(isRepaired || unverified === 'repaired')
    this.#parts.sweeper.start(() => this.#parts.rebuild.run())
    await this.#parts.rebuild.opened
  }

  /**
   * `from`: the peer that brings the bytes; its budget of the day pays for them. Never throws for
   * invalid bytes; rejects only if the store fails.
   */
  admit(bytes: Uint8Array, from?: string): Promise<AdmissionResult> {
    return this.#admission.admit(bytes, from)
  }

  /** Admits a proof of equivocation from any source. Never throws for invalid bytes. */
  admitProof(bytes: Uint8Array): Promise<ProofResult> {
    return this.#parts.windows.admitProof(bytes)
  }

  /**
   * Admits the header of an entry that another replica stores: a higher base raises that of the
   * feed; a contradiction voids its author.
   */
  async admitHeader(header: SignedHeader): Promise<ProofResult> {
    const held = await this.headerAt(header.author, header.seq)
    return this.#parts.windows.admitHeader(header, held)
  }

  /**
   * The same of an own entry, where peers have seen nothing of its feed: they see its base from now on.
   *
   * @internal
   */
  beginHidden(header: SignedHeader): Promise<ProofResult> {
    return this.#admission.beginHidden(header)
  }

  /** Reads all feeds and mends what can be mended without peers. */
  audit(signal?: AbortSignal): Promise<ReplicaAuditReport> {
    return auditReplica({ ...this.#parts, heads: () => this.heads() }, signal)
  }

  /**
   * Computes all standings again, beside admissions, if values of them are among the damaged ones. Until
   * it resolves records have too few votes. `damaged`: numbers of values by section.
   */
  async mendStandings(damaged: Readonly<Record<string, number>>): Promise<void> {
    if (!hasDamagedStandings(damaged)) return
    const { rebuild, sweeper } = this.#parts
    await rebuild.restartRunning()
    sweeper.start(() => rebuild.run())
    await sweeper.idle()
  }

  /** Marks the author's entries up to `seq` as public. */
  async unhide(author: Uint8Array, seq: number): Promise<void> {
    const { serial, refresh, visibility } = this.#parts
    const isNews = await serial.run(async () => {
      await refresh()
      return visibility.unhide(author, seq)
    })
    if (isNews) this.emit('entry:unhide', author, seq)
  }

  /** Authors of hidden own entries. */
  hiddenAuthors(): Uint8Array[] {
    return this.#parts.hidden.authors()
  }

  /** Last public sequence number of the author; undefined if none of its entries is hidden. */
  publicSeq(author: Uint8Array): number | undefined {
    return this.#parts.hidden.publicSeq(author)
  }

  /**
   * Signs and stores the new ones of `publications`. Throws `LimitError` before anything is stored.
   */
  publish(publications: readonly Publication[], signal?: AbortSignal): Promise<Published> {
    return this.#parts.publisher.publish(publications, signal)
  }

  /** Retracts this node's vote on a record, durably; undefined if there is none. */
  retract(digest: Uint8Array): Promise<Retraction | undefined> {
    return this.retractMany([digest]).then(([retraction]) => retraction)
  }

  /**
   * Retracts this node's votes on the records, and writes `operations` to the store in the same
   * commit: after a crash, both are done or neither. More than 500 votes take several commits, and
   * `operations` are part of the last one. Returns the retractions, which leave by themselves.
   */
  async retractMany(
    digests: readonly Uint8Array[],
    operations: readonly Operation[] = []
  ): Promise<readonly Retraction[]> {
    const retractions = await this.#parts.publisher.retract(digests, operations)
    await this.releaseRetractions()
    return retractions
  }

  /** This node's vote on the record under any of its authors, unless retracted. */
  voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    return this.#parts.publisher.voteOn(digest)
  }

  /** The same of each record, in the order of the digests. */
  votesOn(digests: readonly Uint8Array[]): Promise<(OwnVote | undefined)[]> {
    return this.#parts.publisher.votesOn(digests)
  }

  /**
   * Replaces this node's register of a record, durably; if `expected` is given, only that one.
   * Returns the new entries: none where the vote before has another author key, since the new one then
   * leaves later (`publishHeld`). Throws `LimitError` before anything is stored.
   */
  async revise(publication: Publication, expected?: Register): Promise<readonly Entry[]> {
    const entries = await this.#parts.publisher.revise(publication, expected)
    await this.releaseRetractions()
    return entries
  }

  /** Publishes votes that waited and whose time has come; returns the new durable entries. */
  async publishHeld(signal?: AbortSignal): Promise<Entry[]> {
    await this.releaseRetractions()
    return this.#parts.publisher.publishHeld(signal)
  }

  /** Own retractions whose time has come leave. */
  async releaseRetractions(): Promise<void> {
    if (!this.#hidesOwn) await this.retractions.release()
    else if (this.retractions.waiting.retractions > 0) this.emit('retraction:send')
  }

  /** This node's register of a record, under any of its authors; undefined if there is none. */
  ownRegister(digest: Uint8Array): Promise<Register | undefined> {
    return this.#parts.publisher.ownRegister(digest)
  }

  /** Adds evidence on a record, durably; `publishEvidence` publishes it. */
  addEvidence(digest: Uint8Array, counters: Counters): Promise<void> {
    return this.#parts.publisher.addEvidence(digest, counters)
  }

  /** Publishes pending evidence, each count once, even across a crash. */
  publishEvidence(day: number, signal?: AbortSignal): Promise<Entry[]> {
    return this.#parts.publisher.publishEvidence(day, signal)
  }

  /** Whether at least half of the current author's values are no longer live. */
  get isCompactionDue(): boolean {
    return this.#parts.publisher.isCompactionDue
  }

  /**
   * Restates the live values of this node's author, so that every replica can remove the rest.
   * Returns the new durable entries; `whenCompacted` resolves when the old ones are removed here.
   */
  compact(signal?: AbortSignal): Promise<Entry[]> {
    return this.#parts.publisher.compact(signal)
  }

  /** Resolves when no removal and no rebuild of standings is pending. */
  whenCompacted(): Promise<void> {
    return this.#parts.sweeper.idle()
  }

  /** A peer has told its heads in this run, and this replica has what it lacked. */
  hearPeers(): void {
    const isFirst = !this.hasHeardPeers
    this.#parts.publisher.hearPeers()
    if (isFirst) this.emit('peers:hear')
    const { returns } = this.#parts
    // The next sync, or an audit, tries again.
    if (returns.isAwaited) returns.runAll().catch(() => undefined)
  }

  /** Whether a peer has told its heads in this run. */
  get hasHeardPeers(): boolean {
    return this.#parts.publisher.hasHeardPeers
  }

  /**
   * Keeps the author for the next start, if the replica has a place. Call it last before the store is
   * closed: what is published after it has a new author.
   */
  async keepAuthor(): Promise<void> {
    await this.#parts.publisher.keepAuthor()
    await this.#parts.copies.idle()
  }

  /** Drops the author keys: the next publication and the next edits start new feeds. */
  rotateAuthor(): void {
    this.#parts.publisher.rotate()
    this.#parts.playbooks.rotate()
  }

  /** The playbook of a goal. Throws `LimitError` (PLAYBOOK_TOO_LARGE). */
  playbook(goal: Uint8Array): Promise<PlaybookSnapshot> {
    return this.#parts.playbooks.read(goal)
  }

  /** Changes the playbook of a goal; the new entries are durable, and none if nothing changed. */
  editPlaybook<T>(
    goal: Uint8Array,
    change: Change<T>,
    options?: EditOptions<T>
  ): Promise<{ result: T; entries: Entry[] }> {
    return this.#parts.playbooks.edit(goal, change, options)
  }

  /**
   * A record and what its authors say of it; undefined if none says anything. Votes and counters of
   * the authors `without` are left out.
   */
  get(digest: Uint8Array, without?: readonly Uint8Array[]): Promise<AttestedRecord | undefined> {
    return this.#parts.recordStore.get(digest, without)
  }

  /** What each author says of the record, by author. */
  votes(digest: Uint8Array): AsyncGenerator<AuthorRegister> {
    return this.#parts.recordStore.votes(digest)
  }

  /** Those of the records that authors speak of, in the order of the digests. */
  getMany(digests: readonly Uint8Array[]): Promise<AttestedRecord[]> {
    return this.#parts.recordStore.getMany(digests)
  }

  /** Whether this replica stores the bodies of these records. */
  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#parts.recordStore.has(digests)
  }

  /** Digests of the claims on the entity's attribute, or on all its attributes; at most `limit`. */
  claims(entity: string, attribute?: string, limit?: number): Promise<Uint8Array[]> {
    return this.#parts.recordStore.claims(entity, attribute, limit)
  }

  /**
   * At most `limit` digests of stored records, or of goals alone, that begin with these hexadecimal
   * digits.
   */
  idsFrom(digits: string, limit: number, kind?: 'goal'): Promise<Uint8Array[]> {
    return this.#parts.recordIds.find(digits, limit, kind)
  }

  /** Bytes of the stored records. */
  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#parts.recordStore.bodies(digests)
  }

  /** Those of the digests whose stored record has the kind. */
  ofKind(digests: readonly Uint8Array[], kind: RecordKind): Promise<Uint8Array[]> {
    return this.#parts.recordStore.ofKind(digests, kind)
  }

  /** Position after the last digest of the log. */
  get recordLogEnd(): number {
    return this.#parts.recordLog.end
  }

  /** Whether the log of records has many repetitions, or may have. */
  get isLogCompactionDue(): boolean {
    return this.#parts.recordLog.isCompactionDue
  }

  /** Drops repetitions from the log of records; its readers go on at their positions. */
  compactLog(signal?: AbortSignal): Promise<void> {
    return this.#parts.recordLog.compact(signal)
  }

  /** The newest digests of `recordLog` from a position on that are on disk, at most `limit`. */
  newestRecords(from: number, limit: number): Promise<readonly Uint8Array[]> {
    return this.#parts.recordLog.newest(from, limit)
  }

  /**
   * Digests of records that were added, or whose votes changed, in order of arrival, up to the last
   * one on disk.
   */
  async *recordLog(from: number, to = this.#parts.recordLog.end): AsyncGenerator<LogPart> {
    await this.#store.flush()
    yield* this.#parts.recordLog.read(from, to)
  }

  /** All records that authors speak of. */
  attestedRecords(): AsyncGenerator<AttestedRecord> {
    return this.#parts.recordStore.attestedRecords()
  }

  /**
   * Stores bodies of records that came without an entry; returns their digests once on disk. Skips
   * bytes that are not a record. `isCounted`: peers made this node fetch them, so the budget of the
   * day counts, and what is over it is skipped.
   */
  async putBodies(bodies: readonly Uint8Array[], isCounted = false): Promise<Uint8Array[]> {
    const digests = await this.#parts.bodies.put(bodies, isCounted)
    if (digests.length > 0) this.emit('body:store', digests)
    return digests
  }

  /** At most `limit` records with registers but without a body. */
  missingBodies(limit: number): Promise<Uint8Array[]> {
    return this.#parts.bodies.missing(limit)
  }

  /** At most `limit` of them that peers seem to have, of the next `most` ones. */
  likelyMissing(
    limit: number,
    options: Omit<LikelyMissingInit, 'isHidden'>
  ): Promise<LikelyMissing> {
    return this.#parts.bodies.likelyMissing(limit, options)
  }

  /** Where each feed stands. */
  heads(): FeedHead[] {
    return this.#parts.feeds.heads()
  }

  /**
   * The content digest: equal on two replicas exactly when they store the same entries and retractions,
   * and void the same authors.
   */
  digest(): Uint8Array {
    const heads = this.#parts.feeds.digest()
    const retractions = this.retractions.digestOfAll()
    return retractions === undefined ? heads : sha256(concat(heads, retractions))
  }

  /** The content digest of what peers see. */
  publicDigest(): Uint8Array {
    return this.#parts.feeds.publicDigest()
  }

  /** How much peers see. */
  totals(): HeadTotals {
    return this.#parts.feeds.totals()
  }

  /** A node of the tree over the heads that peers see, by a prefix of author keys. */
  nodeAt(prefix: string): HeadNode {
    return this.#parts.feeds.nodeAt(prefix)
  }

  /** Number of refused entries since the replica was opened, by reason. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return this.#parts.admitter.rejections()
  }

  /** What was stored of others today (UTC), beside what may be. */
  intake(): readonly IntakeBudget[] {
    return this.#parts.intake()
  }

  /** Where the feed of an author stands; empty for an unknown one. */
  headOf(author: Uint8Array): FeedHead {
    return this.#parts.feeds.feed(author)
  }

  /** Header of the author's entry at `seq`: the stored one, or the one that ended the feed. */
  headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    return this.#parts.storedFeeds.headerAt(author, seq)
  }

  /** Proof of the author's lowest known fork. */
  proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#parts.storedFeeds.proofOf(author)
  }

  /** The header that set the author's base; undefined while the base is 1. */
  checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    return this.#parts.storedFeeds.checkpointOf(author)
  }

  /**
   * The author's live entries after `seq`, in order. Ends early at a damaged one; the feed is then
   * emptied, so that the next sync fetches it again.
   */
  entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    return this.#parts.storedFeeds.entriesAfter(author, seq)
  }
}
