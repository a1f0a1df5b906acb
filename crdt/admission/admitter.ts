/**
 * The only way into the replica. Bytes from anywhere are judged (`admission.ts`) and, where they are
 * in order, become part of the state at once and durable in group commits, in order. Serial, so that
 * each sees what the one before it did.
 *
 * The state is a function of the set of entries, proofs and headers it was given, never of their
 * order. Authors who sign two entries for one place are void from that place on (`equivocation.ts`).
 */
import { validateEntry } from './validate-entry.ts'
import { PLAYBOOK_FORMAT } from '../constants.ts'
import { equalBytes } from '../bytes/index.ts'
import { hasValidSignature } from '../feeds/entry.ts'
import { isProven, readProof, writeProof } from '../feeds/equivocation.ts'
import { MalformedError } from '../errors.ts'
import { recordsOf, subjectsOf } from '../records/value.ts'
import type { RejectReason, EntryVerdict } from './validate-entry.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { Commits } from '../store/commits.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Entry, SignedHeader } from '../feeds/entry.ts'
import type { Proof } from '../feeds/equivocation.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { FeedAppender } from '../publishing/publisher.ts'
import type { Serial } from '../store/serial.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { Operation } from '../store/section.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'

/** What became of an entry. `isOffence`: no honest peer sends such bytes. */
export type AdmissionResult =
  /** Part of the replica now; `durable` resolves when it is on disk. */
  | { readonly outcome: 'admitted'; readonly entry: Entry; readonly durable: Promise<void> }
  | { readonly outcome: 'held' }
  /** Well signed, but entries `have + 1` to `entry.seq - 1` of its author are missing. */
  | { readonly outcome: 'gap'; readonly entry: Entry; readonly have: number }
  | { readonly outcome: 'rejected'; readonly reason: RejectReason; readonly isOffence: boolean }

/** What became of a proof of two entries for one place. */
export type ProofResult =
  /** The author is void from a lower place on than before; durable. */
  | 'admitted'
  /** Nothing new. */
  | 'held'
  /** Not two headers that the author signed for one place. */
  | 'rejected'

/** What is told of an admission. */
export interface AdmissionObserver {
  /** An entry of others is durable; of what it speaks. */
  entryAdmitted(entry: Entry, digests: readonly Uint8Array[]): void
  entryRejected(reason: RejectReason): void
  /** An author is void; `proof` is durable. */
  authorVoided(proof: Uint8Array): void
  /** The document of these entries may read otherwise now. */
  docChanged(doc: string): void
  /** An entry of a playbook is part of the replica, whose feed has this base. */
  playbookEdited(entry: Entry, base: number): void
  /** The author's feed is not what it was: nothing resident may go on from it. */
  feedReset(author: Uint8Array, doc: string): void
  /** Entries of the document are gone: it has to be read anew. */
  entriesRemoved(doc: string): void
  /** The author's feed begins later, once `durable` resolves: what was before can be removed. */
  baseRaised(author: Uint8Array, durable: Promise<void>): void
}

export interface AdmitterInit {
  readonly swarm: string
  readonly serial: Serial
  readonly commits: Commits
  readonly feeds: FeedStore
  readonly recordStore: RecordStore
  readonly hidden: HiddenEntries
  /** Of the records, for peers and for what follows them. */
  readonly published: StoredFilter
  readonly recordLog: DigestLog
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  /** Whether own entries stay out of what peers are told until a peer shows them. */
  readonly hidesOwn: boolean
  /** Goes into the commit of a feed's first entry. */
  swarmNameOperation(): Operation
  readonly observer: AdmissionObserver
}

/** Where an entry comes from. */
interface EntryOrigin {
  readonly isOwn: boolean
  /** Goes into the commit of the entry. */
  readonly extra?: readonly Operation[]
}

export class Admitter {
  readonly #init: AdmitterInit
  readonly #rejections = new Map<RejectReason, number>()

  constructor(init: AdmitterInit) {
    this.#init = init
  }

  /** Never throws for what `bytes` hold; rejects only when the store fails. */
  admit(bytes: Uint8Array): Promise<AdmissionResult> {
    return this.#init.serial.run(() => this.#admit(bytes, { isOwn: false }))
  }

  /** Runs with no admission in between; own entries are admitted by the same code as everybody's. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T> {
    const { serial, feeds } = this.#init
    return serial.run(() =>
      task({
        feed: (author) => feeds.feed(author),
        admit: (bytes, extra) => this.#admitOwn(bytes, extra)
      })
    )
  }

  /** Takes a proof of equivocation from anywhere. Never throws for what `bytes` hold. */
  async admitProof(bytes: Uint8Array): Promise<ProofResult> {
    let proof: Proof
    try {
      proof = readProof(bytes)
    } catch (error) {
      if (error instanceof MalformedError) return 'rejected'
      throw error
    }
    if (this.#isVoid(proof)) return 'held'
    if (!isProven(this.#init.swarm, proof)) return 'rejected'
    return this.#voidAlone(proof)
  }

  /**
   * Takes the header of an entry that another replica holds, where this one holds `held`: a higher
   * base begins the feed there; a contradiction voids its author.
   */
  async admitHeader(header: SignedHeader, held: SignedHeader | undefined): Promise<ProofResult> {
    const { swarm, serial, feeds } = this.#init
    const isLater = header.base > feeds.feed(header.author).base
    const isNews = held !== undefined && !equalBytes(held.hash, header.hash)
    if (!isLater && !isNews) return 'held'
    if (!hasValidSignature(swarm, header)) return 'rejected'
    if (!isLater && held !== undefined) return this.#voidAlone([held, header])
    await serial.run(() => this.#raiseBase(header))
    return 'admitted'
  }

  /** How many entries were refused, by reason, since the start. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  /** What goes into the commit of records that are new here. */
  recordOperations(digests: readonly Uint8Array[]): Operation[] {
    const { published, recordLog, elementOf } = this.#init
    return [
      ...published.insert(digests.map((digest) => elementOf(digest))),
      ...recordLog.append(digests)
    ]
  }

  /** Empties an author's feed, so that the next sync brings it back. */
  forget(author: Uint8Array): Promise<void> {
    const { serial, commits, feeds, observer } = this.#init
    return serial.run(async () => {
      const { doc } = feeds.feed(author)
      const operation = feeds.forget(author)
      observer.feedReset(author, doc)
      await commits.commit([operation])
    })
  }

  /** Judges the entries of a feed that an older version has kept unread. */
  async reread(author: Uint8Array): Promise<void> {
    const { commits, feeds } = this.#init
    const { base, seq } = feeds.feed(author)
    const kept = await Array.fromAsync(feeds.between(author, base, seq))
    await commits.commit([feeds.forget(author)])
    for (const bytes of kept) {
      const admission = await this.#admit(bytes)
      if (admission.outcome === 'admitted') await admission.durable
    }
  }

  async #admitOwn(
    bytes: Uint8Array,
    extra: readonly Operation[]
  ): Promise<{ durable: Promise<void> }> {
    const admission = await this.#admit(bytes, { isOwn: true, extra })
    if (admission.outcome !== 'admitted') {
      throw new Error(`An own entry was not admitted: ${admission.outcome}`)
    }
    return admission
  }

  /** Without an origin nobody is told. */
  async #admit(bytes: Uint8Array, origin?: EntryOrigin): Promise<AdmissionResult> {
    const { swarm, commits, feeds } = this.#init
    await commits.refresh()
    const verdict = await validateEntry(bytes, {
      swarm,
      feed: (author) => feeds.feed(author),
      headerAt: async (author, seq) => {
        await commits.flush()
        return feeds.headerAt(author, seq)
      }
    })
    switch (verdict.verdict) {
      case 'held':
        return { outcome: 'held' }
      case 'gap':
        return { outcome: 'gap', entry: verdict.entry, have: verdict.have }
      case 'reject':
        return this.#reject(verdict)
      case 'admit':
        return this.#append(bytes, verdict, origin)
    }
  }

  #append(
    bytes: Uint8Array,
    { entry, values, next }: Extract<EntryVerdict, { verdict: 'admit' }>,
    origin: EntryOrigin | undefined
  ): AdmissionResult {
    const { commits, feeds, recordStore, hidden, recordLog, observer } = this.#init
    const digests = recordsOf(values)
    const feed = feeds.feed(entry.author)
    const isHidden = origin?.isOwn === true && this.#init.hidesOwn
    const durable = commits.commit([
      ...(isHidden ? hidden.hide(feed, digests) : []),
      ...feeds.append(entry, bytes, next),
      // The first entry of a feed is rare enough to say again which swarm it is of.
      ...(entry.seq === 1 ? [this.#init.swarmNameOperation()] : []),
      ...recordStore.operations(entry.author, entry.seq, values),
      ...(isHidden ? recordLog.append(digests) : this.recordOperations(digests)),
      ...(origin?.extra ?? [])
    ])
    const isCheckpoint = next.base > feed.base
    if (entry.format === PLAYBOOK_FORMAT) observer.playbookEdited(entry, next.base)
    if (isCheckpoint) observer.entriesRemoved(entry.doc)
    void this.#notify(durable, entry, origin?.isOwn === false ? subjectsOf(values) : undefined)
    if (isCheckpoint) observer.baseRaised(entry.author, durable)
    return { outcome: 'admitted', entry, durable }
  }

  /** `subjects`: what an entry of others speaks of. */
  async #notify(
    durable: Promise<void>,
    entry: Entry,
    subjects: readonly Uint8Array[] | undefined
  ): Promise<void> {
    const { published, observer } = this.#init
    try {
      await durable
    } catch {
      // Who asked for the admission hears of it.
      return
    }
    void published.checkpoint()
    observer.docChanged(entry.doc)
    if (subjects !== undefined) observer.entryAdmitted(entry, subjects)
  }

  async #reject(verdict: Extract<EntryVerdict, { verdict: 'reject' }>): Promise<AdmissionResult> {
    const { commits, feeds, observer } = this.#init
    const { reason, isOffence, endingEntry, proof } = verdict
    this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
    if (endingEntry !== undefined) await commits.commit(feeds.endBefore(endingEntry))
    if (proof !== undefined) await this.#void(proof)
    observer.entryRejected(reason)
    return { outcome: 'rejected', reason, isOffence }
  }

  async #voidAlone(proof: Proof): Promise<ProofResult> {
    return (await this.#init.serial.run(() => this.#void(proof))) ? 'admitted' : 'held'
  }

  /** Cuts the author's feed before the fork. False when it was cut there, or before, already. */
  async #void(proof: Proof): Promise<boolean> {
    const { commits, feeds, observer } = this.#init
    await commits.refresh()
    if (this.#isVoid(proof)) return false
    const [{ author, seq }] = proof
    await commits.flush()
    const { doc } = feeds.feed(author)
    const operations = await feeds.fork(proof)
    observer.feedReset(author, doc)
    await commits.commit(operations)
    for await (const deletes of feeds.removalsFrom(author, seq)) await commits.commit(deletes)
    observer.docChanged(doc)
    observer.authorVoided(writeProof(proof))
    return true
  }

  /** Begins the author's feed where a header of its says. */
  async #raiseBase(header: SignedHeader): Promise<void> {
    const { commits, feeds, observer } = this.#init
    const { author } = header
    await commits.refresh()
    await commits.flush()
    const { doc } = feeds.feed(author)
    const operations = feeds.setBase(header)
    observer.feedReset(author, doc)
    const durable = commits.commit(operations)
    await durable
    observer.baseRaised(author, durable)
    observer.docChanged(doc)
  }

  /** Whether the author is void already where this proves it to be. */
  #isVoid([{ author, seq }]: Proof): boolean {
    const { fork } = this.#init.feeds.feed(author)
    return fork > 0 && fork <= seq
  }
}
