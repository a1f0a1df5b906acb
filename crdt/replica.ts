/**
 * The replica: all signed entries of the hive on this node, and the only way to add one.
 *
 * Bytes from any source pass `admit`. The node's own knowledge passes `publish`, which signs it and
 * admits it by the same code (`admission/admitter.ts`). Own entries are returned only when they are
 * durable.
 */
import { EventEmitter } from 'node:events'
import { authorEpochs } from './feeds/author-epoch.ts'
import { Admitter } from './admission/admitter.ts'
import { FeedStore } from './feeds/feed-store.ts'
import { Commits } from './store/commits.ts'
import { Compaction, readEntryValues } from './admission/compaction.ts'
import { equalBytes, readAll } from './bytes/index.ts'
import { DigestLog } from './store/digest-log.ts'
import { MalformedError, StoreError } from './errors.ts'
import { elementHasher, filterKeyOf } from './filters/filter-element.ts'
import { RecordStore } from './records/record-store.ts'
import { PublicView } from './public-view.ts'
import { goalOfDoc } from './playbooks/playbook-doc.ts'
import { Playbooks } from './playbooks/playbooks.ts'
import { Publisher } from './publishing/publisher.ts'
import { readRecord, recordDigest } from './records/record.ts'
import { Serial } from './store/serial.ts'
import { StoredFilter } from './filters/stored-filter.ts'
import { HiddenEntries } from './publishing/hidden-entries.ts'
import { Visibility } from './admission/visibility.ts'
import type { AuthorEpochs } from './feeds/author-epoch.ts'
import type { RejectReason } from './admission/validate-entry.ts'
import type { AdmissionResult, AdmissionObserver, ProofResult } from './admission/admitter.ts'
import type { Entry, SignedHeader } from './feeds/entry.ts'
import type { Counters } from './records/evidence.ts'
import type { LogPart } from './store/digest-log.ts'
import type { FeedHead } from './feeds/feeds.ts'
import type { AttestedRecord } from './records/record-store.ts'
import type { Change, PlaybookSnapshot } from './playbooks/playbooks.ts'
import type { Publication } from './publishing/publication.ts'
import type { OwnVote, Published } from './publishing/publisher.ts'
import type { Register } from './records/register.ts'
import type { Operation, Store } from './store/section.ts'
import type { EntryValues } from './publishing/restatement.ts'

/** Events of a replica. */
export interface ReplicaEvents {
  /** An entry of another author is durable; `digests` are its subjects. */
  'entry:admit': [entry: Entry, digests: readonly Uint8Array[]]
  'entry:reject': [reason: RejectReason]
  /** Bodies of records that came without an entry are on disk. */
  'body:store': [digests: readonly Uint8Array[]]
  /** The playbook of a goal may have changed. */
  'playbook:change': [goal: Uint8Array]
  /** An author signed two entries for one sequence number; `proof` is durable. */
  'author:void': [proof: Uint8Array]
  /** A peer has shown own entries, up to `seq`. */
  'entry:unhide': [author: Uint8Array, seq: number]
}

/** Options of `openReplica`. */
export interface ReplicaInit {
  readonly store: Pick<Store, 'section' | 'commit' | 'flush' | 'damaged'>
  /** Name of the swarm, which signatures cover. Default: that of the store. */
  readonly swarm?: string
  /** Key of the elements of exchanged filters. Default: derived from the name. */
  readonly filterKey?: Uint8Array
  /** Hides own entries from peers until a peer has shown them; default false. */
  readonly hidesOwn?: boolean
  /** When this node changes its author keys; default each week. */
  readonly epochs?: AuthorEpochs
}

const DEFAULT_SWARM = 'default'
const SWARM_KEY = Buffer.from('swarm')

/** Throws `StoreError` (STORE_SWARM) if the store contains entries of another swarm. */
export async function openReplica({
  store,
  swarm,
  filterKey,
  hidesOwn = false,
  epochs = authorEpochs()
}: ReplicaInit): Promise<Replica> {
  const stored = await store.section('replica').get(SWARM_KEY)
  const name = stored === undefined ? undefined : Buffer.from(stored).toString('utf8')
  if (swarm !== undefined && name !== undefined && swarm !== name) {
    throw new StoreError(
      'STORE_SWARM',
      `This directory belongs to the swarm "${name}", not to "${swarm}". Use another data directory for another swarm.`
    )
  }
  const own = swarm ?? name ?? DEFAULT_SWARM
  const replica = new Replica({
    store,
    swarm: own,
    filterKey: filterKey ?? filterKeyOf(own),
    hidesOwn,
    epochs
  })
  await replica.load()
  return replica
}

/** A replica of the hive: all admitted entries, and the state that follows from them. */
export class Replica extends EventEmitter<ReplicaEvents> {
  readonly swarm: string
  /** Filter of the stored records, for peers. */
  readonly published: StoredFilter
  /** The replica as peers see it; peers' entries are admitted through it. */
  readonly publicView: PublicView
  /** The element of a digest in the filters of this swarm. */
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  readonly #store: ReplicaInit['store']
  readonly #serial = new Serial()
  readonly #feeds: FeedStore
  readonly #recordStore: RecordStore
  readonly #recordLog: DigestLog
  readonly #hidden: HiddenEntries
  readonly #visibility: Visibility
  readonly #commits: Commits
  readonly #admitter: Admitter
  readonly #publisher: Publisher
  readonly #playbooks: Playbooks
  readonly #compaction: Compaction

  constructor({ store, swarm, filterKey, hidesOwn, epochs }: Required<ReplicaInit>) {
    super()
    this.swarm = swarm
    this.#store = store
    this.#feeds = new FeedStore(store)
    this.#recordStore = new RecordStore(store, (author, seq) => this.#feeds.isLive(author, seq))
    this.#recordLog = new DigestLog(store, 'record-log')
    this.#hidden = new HiddenEntries(store)
    this.publicView = new PublicView(this, this.#hidden)
    this.elementOf = elementHasher(filterKey)
    this.published = new StoredFilter({
      store,
      name: 'published',
      key: filterKey,
      source: () => this.#elements()
    })
    this.#commits = new Commits({
      store,
      reload: () => this.#reload(),
      onCommitError: () => this.#recover()
    })
    const parts = {
      swarm,
      serial: this.#serial,
      commits: this.#commits,
      feeds: this.#feeds,
      recordStore: this.#recordStore,
      hidden: this.#hidden,
      published: this.published,
      recordLog: this.#recordLog,
      elementOf: this.elementOf,
      hidesOwn
    }
    const entryValues = (
      author: Uint8Array,
      from: number,
      to: number
    ): AsyncGenerator<EntryValues> => this.#entryValues(author, from, to)
    this.#visibility = new Visibility({ ...parts, entryValues })
    this.#admitter = new Admitter({
      ...parts,
      swarmNameOperation: () => store.section('replica').put(SWARM_KEY, Buffer.from(swarm)),
      observer: this.#observer()
    })
    const runExclusive: Admitter['runExclusive'] = (task) => this.#admitter.runExclusive(task)
    this.#playbooks = new Playbooks({
      swarm,
      epochs,
      writersOf: (doc) => this.#feeds.writersOf(doc),
      between: (author, from, to) => this.#feeds.between(author, from, to),
      flush: () => store.flush(),
      runExclusive
    })
    this.#publisher = new Publisher({
      swarm,
      epochs,
      store,
      recordStore: this.#recordStore,
      runExclusive,
      entryValues
    })
    this.#compaction = new Compaction({
      swarm,
      feeds: this.#feeds,
      recordStore: this.#recordStore,
      runExclusive: (task) =>
        this.#publisher.runExclusive(() =>
          this.#serial.run(async () => {
            await store.flush()
            return task()
          })
        ),
      commit: (operations) => this.#commits.commit(operations)
    })
  }

  /** Reads the replica from its store. `openReplica` calls it. */
  async load(): Promise<void> {
    await this.#reload()
    await this.published.load()
    for (const { author } of this.#feeds.unread()) await this.#admitter.reread(author)
    for (const { author, base } of this.heads()) if (base > 1) this.#compaction.sweep(author)
  }

  /** Never throws for invalid bytes; rejects only if the store fails. */
  async admit(bytes: Uint8Array): Promise<AdmissionResult> {
    const admission = await this.#admitter.admit(bytes)
    if (admission.outcome !== 'held') return admission
    const hiddenEntry = await this.#visibility.findHidden(bytes)
    if (hiddenEntry !== undefined) await this.unhide(hiddenEntry.author, hiddenEntry.seq)
    return admission
  }

  /** Admits a proof of equivocation from any source. Never throws for invalid bytes. */
  admitProof(bytes: Uint8Array): Promise<ProofResult> {
    return this.#admitter.admitProof(bytes)
  }

  /**
   * Admits the header of an entry that another replica stores: a higher base raises that of the
   * feed; a contradiction voids its author.
   */
  async admitHeader(header: SignedHeader): Promise<ProofResult> {
    const held = await this.headerAt(header.author, header.seq)
    const isHeld = held !== undefined && equalBytes(held.hash, header.hash)
    if (isHeld) await this.unhide(header.author, header.seq)
    return this.#admitter.admitHeader(header, held)
  }

  /** Marks the author's entries up to `seq` as public. */
  async unhide(author: Uint8Array, seq: number): Promise<void> {
    const isNews = await this.#serial.run(() => this.#visibility.unhide(author, seq))
    if (isNews) this.emit('entry:unhide', author, seq)
  }

  /** Authors of hidden own entries. */
  hiddenAuthors(): Uint8Array[] {
    return this.#hidden.authors()
  }

  /** Last public sequence number of the author; undefined if none of its entries is hidden. */
  publicSeq(author: Uint8Array): number | undefined {
    return this.#hidden.publicSeq(author)
  }

  /**
   * Signs and stores the new ones of `publications`. Throws `LimitError` before anything is stored.
   */
  publish(publications: readonly Publication[], signal?: AbortSignal): Promise<Published> {
    return this.#publisher.publish(publications, signal)
  }

  /** Retracts this node's vote on a record; undefined if there is none. */
  retract(digest: Uint8Array): Promise<Entry | undefined> {
    return this.#publisher.retract(digest)
  }

  /** This node's vote on the record under any of its authors, unless retracted. */
  voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    return this.#publisher.voteOn(digest)
  }

  /**
   * Replaces this node's register of a record. Returns the new durable entries. Throws `LimitError`
   * before anything is stored.
   */
  revise(publication: Publication): Promise<Entry[]> {
    return this.#publisher.revise(publication)
  }

  /** This node's register of a record, under any of its authors; undefined if there is none. */
  ownRegister(digest: Uint8Array): Promise<Register | undefined> {
    return this.#publisher.ownRegister(digest)
  }

  /** Adds evidence on a record, durably; `publishEvidence` publishes it. */
  addEvidence(digest: Uint8Array, counters: Counters): Promise<void> {
    return this.#publisher.addEvidence(digest, counters)
  }

  /** Publishes pending evidence, each count once, even across a crash. */
  publishEvidence(day: number, signal?: AbortSignal): Promise<Entry[]> {
    return this.#publisher.publishEvidence(day, signal)
  }

  /** Whether at least half of the current author's values are no longer live. */
  get isCompactionDue(): boolean {
    return this.#publisher.isCompactionDue
  }

  /**
   * Restates the live values of this node's author, so that every replica can remove the rest.
   * Returns the new durable entries; `whenCompacted` resolves when the old ones are removed here.
   */
  compact(signal?: AbortSignal): Promise<Entry[]> {
    return this.#publisher.compact(signal)
  }

  /** Resolves when no removal is pending. */
  whenCompacted(): Promise<void> {
    return this.#compaction.idle()
  }

  /** Drops the author keys: the next publication and the next edits start new feeds. */
  rotateAuthor(): void {
    this.#publisher.rotate()
    this.#playbooks.rotate()
  }

  /** The playbook of a goal. Throws `LimitError` (PLAYBOOK_TOO_LARGE). */
  playbook(goal: Uint8Array): Promise<PlaybookSnapshot> {
    return this.#playbooks.read(goal)
  }

  /** Changes the playbook of a goal; the new entries are durable, and none if nothing changed. */
  editPlaybook<T>(
    goal: Uint8Array,
    change: Change<T>,
    signal?: AbortSignal
  ): Promise<{ result: T; entries: Entry[] }> {
    return this.#playbooks.edit(goal, change, signal)
  }

  /** A record with the live registers of its authors; undefined if this replica has none. */
  get(digest: Uint8Array): Promise<AttestedRecord | undefined> {
    return this.#recordStore.get(digest)
  }

  /** Whether this replica stores the bodies of these records. */
  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#recordStore.has(digests)
  }

  /** Digests of the claims on the entity's attribute, or on all its attributes. */
  claims(entity: string, attribute?: string): Promise<Uint8Array[]> {
    return this.#recordStore.claims(entity, attribute)
  }

  /** Bytes of the stored records. */
  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#recordStore.bodies(digests)
  }

  /** Position after the last record of the log. */
  get recordLogEnd(): number {
    return this.#recordLog.end
  }

  /** Digests of records in order of arrival, up to the last one on disk. */
  async *recordLog(from: number, to = this.#recordLog.end): AsyncGenerator<LogPart> {
    await this.#store.flush()
    yield* this.#recordLog.read(from, to)
  }

  /** Goals with live registers. */
  goals(): AsyncGenerator<AttestedRecord> {
    return this.#recordStore.goals()
  }

  /** All records with live registers. */
  attestedRecords(): AsyncGenerator<AttestedRecord> {
    return this.#recordStore.attestedRecords()
  }

  /**
   * Stores bodies of records that came without an entry; returns their digests once on disk. Skips
   * bytes that are not a record.
   */
  async putBodies(bodies: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const digests: Uint8Array[] = []
    const operations: Operation[] = []
    for (const bytes of bodies) {
      if (!isRecord(bytes)) continue
      const digest = recordDigest(bytes)
      digests.push(digest)
      operations.push(...this.#recordStore.putBody(digest, bytes))
    }
    await this.#store.commit([...operations, ...this.#admitter.recordOperations(digests)])
    if (digests.length > 0) this.emit('body:store', digests)
    return digests
  }

  /** At most `limit` records with registers but without a body. */
  async missingBodies(limit: number): Promise<Uint8Array[]> {
    await this.#store.flush()
    const { missing, settled: cleanup } = await this.#recordStore.missingBodies(limit)
    await this.#store.commit(cleanup)
    return missing
  }

  /** Where each feed stands. */
  heads(): FeedHead[] {
    return this.#feeds.heads()
  }

  /**
   * The content digest: equal on two replicas exactly when they store the same entries and void the
   * same authors.
   */
  digest(): Uint8Array {
    return this.#feeds.digest()
  }

  /** Number of refused entries since the replica was opened, by reason. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return this.#admitter.rejections()
  }

  /** Where the feed of an author stands; empty for an unknown one. */
  headOf(author: Uint8Array): FeedHead {
    return this.#feeds.feed(author)
  }

  /** Header of the author's entry at `seq`: the stored one, or the one that ended the feed. */
  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    await this.#store.flush()
    return this.#feeds.headerAt(author, seq)
  }

  /** Proof of the author's lowest known fork. */
  async proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#store.flush()
    return this.#feeds.proofOf(author)
  }

  /** The header that set the author's base; undefined while the base is 1. */
  async checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    await this.#store.flush()
    return this.#feeds.checkpointOf(author)
  }

  /**
   * The author's live entries after `seq`, in order. Ends early at a damaged one; the feed is then
   * emptied, so that the next sync fetches it again.
   */
  async *entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const last = await this.#serial.run(() => this.#lastDurable(author))
    let next = Math.max(seq + 1, this.headOf(author).base)
    for await (const bytes of this.#feeds.between(author, next, last)) {
      yield bytes
      next += 1
    }
    // Unless a proof or a checkpoint has shortened the feed meanwhile.
    const { base, seq: end } = this.headOf(author)
    if (next <= last && next >= base && next <= end) await this.#admitter.forget(author)
  }

  /** Reloads resident state from disk. */
  async #reload(): Promise<void> {
    await this.#feeds.load()
    await this.#recordLog.load()
    await this.#visibility.load()
  }

  /** After a failed commit. */
  #recover(): void {
    this.#publisher.rotate()
    this.#playbooks.clear()
    // Heads and digest may be read at any time, so they must not stay ahead of the disk.
    this.#serial.run(() => this.#commits.refresh()).catch(() => undefined)
  }

  #observer(): AdmissionObserver {
    return {
      entryAdmitted: (entry, digests) => this.emit('entry:admit', entry, digests),
      entryRejected: (reason) => this.emit('entry:reject', reason),
      authorVoided: (proof) => this.emit('author:void', proof),
      docChanged: (doc) => {
        const goal = goalOfDoc(doc)
        if (goal !== undefined) this.emit('playbook:change', goal)
      },
      playbookEdited: (entry, base) => this.#playbooks.add(entry, base),
      entriesRemoved: (doc) => this.#playbooks.drop(doc),
      feedReset: (author, doc) => {
        this.#publisher.rotateIf(author)
        this.#playbooks.drop(doc)
      },
      baseRaised: (author, durable) => this.#compaction.sweep(author, durable)
    }
  }

  async #lastDurable(author: Uint8Array): Promise<number> {
    await this.#store.flush()
    await this.#commits.refresh()
    return this.headOf(author).seq
  }

  /** The values of an author's entries, as far as they are stored and undamaged. */
  async *#entryValues(author: Uint8Array, from: number, to: number): AsyncGenerator<EntryValues> {
    await this.#store.flush()
    let seq = from
    for await (const bytes of this.#feeds.between(author, from, to)) {
      yield readEntryValues(this.swarm, seq, bytes)
      seq += 1
    }
  }

  async *#elements(): AsyncGenerator<Uint8Array[]> {
    for await (const digests of this.#recordStore.digests()) {
      const shown = digests.filter((digest) => !this.#hidden.hidesRecord(digest))
      yield shown.map((digest) => this.elementOf(digest))
    }
  }
}

function isRecord(bytes: Uint8Array): boolean {
  try {
    readAll(bytes, readRecord)
    return true
  } catch (error) {
    if (error instanceof MalformedError) return false
    throw error
  }
}
