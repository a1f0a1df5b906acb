/**
 * The only way into the replica. Bytes from any source are validated (`validate-entry.ts`). Valid
 * ones become part of the state at once, and durable in group commits, in order. Serial, so that
 * each admission sees the one before it.
 *
 * The state is a function of the set of admitted entries, proofs and headers, not of their order.
 * An author who signs two entries for one sequence number is void from there on
 * (`equivocation.ts`).
 */
import { validateEntry } from './validate-entry.ts'
import { MAX_ENTRY_BYTES, PLAYBOOK_FORMAT } from '../constants.ts'
import { OwnEntryError } from '../errors.ts'
import { changedBy, namedIn, subjectsOf } from '../records/value.ts'
import { NO_VOTES } from '../records/standing.ts'
import { toHex } from '../bytes/index.ts'
import { voiceOrder } from '../records/voice-order.ts'
import type { ReadableEntries } from './entry-values.ts'
import type { AdmissionObserver } from './admission-observer.ts'
import type { FeedWindows } from './feed-windows.ts'
import type { UnknownAuthors } from './unknown-authors.ts'
import type { RejectReason, EntryVerdict, VoiceReader } from './validate-entry.ts'
import type { VoiceCheck } from './voice-check.ts'
import type { OverBudget } from './entry-budgets.ts'
import type { EntryCharges } from './entry-charges.ts'
import { isSameVoice } from '../feeds/feed-voices.ts'
import type { FeedVoice, FeedVoices } from '../feeds/feed-voices.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { Commits } from '../store/commits.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Drafts } from '../store/drafts.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { PublicRecords } from './public-records.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { StandingChange } from '../records/standing-change.ts'
import type { StandingWriter } from '../records/standing-writer.ts'
import type { Sweeper } from './sweeper.ts'
import type { FeedAppender, OwnContent } from '../publishing/feed-appender.ts'
import type { Serial } from '../store/serial.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { Operation } from '../store/section.ts'
import type { Value } from '../records/value.ts'
import type { HiddenCopies } from '../publishing/hidden-copies.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'

/** What became of an entry. `isOffence`: no honest peer sends such bytes. */
export type AdmissionResult =
  /** Part of the replica now; `durable` resolves when it is on disk. */
  | { readonly outcome: 'admitted'; readonly entry: Entry; readonly durable: Promise<void> }
  | { readonly outcome: 'held' }
  /** Well signed, but the author's entries `have + 1` to `entry.seq - 1` are missing. */
  | { readonly outcome: 'gap'; readonly entry: Entry; readonly have: number }
  | { readonly outcome: 'rejected'; readonly reason: RejectReason; readonly isOffence: boolean }

export interface AdmitterInit extends ReadableEntries {
  readonly serial: Serial
  readonly commits: Commits
  readonly feeds: FeedStore
  readonly recordStore: RecordStore
  readonly standings: Pick<StandingWriter, 'add'>
  readonly drafts: Pick<Drafts, 'discard' | 'take'>
  readonly sweeper: Pick<Sweeper, 'mark' | 'sweep'>
  readonly windows: Pick<FeedWindows, 'mayBegin' | 'setBase' | 'voidFrom'>
  readonly unknown: UnknownAuthors
  readonly hidden: HiddenEntries
  /** Of own entries that no peer has shown. */
  readonly copies: Pick<HiddenCopies, 'add' | 'remove'>
  /** Of a closed swarm: whose voice its feeds are, and the check of a voice. */
  readonly voices?: FeedVoices
  readonly voiceCheck?: VoiceCheck
  readonly charges: Pick<EntryCharges, 'charge' | 'refusal'>
  readonly hiddenRecords: Pick<HiddenRecords, 'hide' | 'observe'>
  readonly publicRecords: Pick<PublicRecords, 'among'>
  /** The filter of published records, for peers. */
  readonly published: StoredFilter
  readonly recordLog: DigestLog
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  /** Whether own entries are hidden from peers until a peer has them. */
  readonly hidesOwn: boolean
  /** What a node changes of its own votes beside its entries. */
  readonly ownChanges: Pick<FeedAppender, 'change' | 'drop'>
  /** Added to the commit of a feed's first entry. */
  swarmNameOperation(): Operation
  readonly observer: AdmissionObserver
}

type Admitted = Extract<EntryVerdict, { verdict: 'admit' }>

/** Whether the entry is this node's own, and operations for its commit. */
interface EntryOrigin {
  readonly isOwn: boolean
  /** The peer that brings it. */
  readonly from?: string
  /** Added to the commit of the entry; called when nothing can refuse it any longer. */
  readonly extra?: () => readonly Operation[]
  /** The voice of an own entry: what this node has just proven need not be checked. */
  readonly voice?: FeedVoice
  /** What this node has just written into the entry. */
  readonly values?: readonly Value[]
}

export class Admitter {
  readonly #init: AdmitterInit
  readonly #rejections = new Map<RejectReason, number>()

  constructor(init: AdmitterInit) {
    this.#init = init
  }

  /** Begins what takes long of an admission, before its turn. Never throws for invalid bytes. */
  async prepare(bytes: Uint8Array, from?: string): Promise<void> {
    if (bytes.length <= MAX_ENTRY_BYTES) await this.#init.voiceCheck?.prepare(bytes, from)
  }

  /**
   * `from`: the peer that brings the bytes. Never throws for invalid bytes; rejects only if the store
   * fails.
   */
  admit(bytes: Uint8Array, from?: string): Promise<AdmissionResult> {
    return this.#init.serial.run(() => this.#admit(bytes, { isOwn: false, from }))
  }

  /** Admits an own entry that the store has lost, and that no peer has shown. */
  admitAgain(bytes: Uint8Array): Promise<AdmissionResult> {
    return this.#init.serial.run(() => this.#admit(bytes, { isOwn: true }))
  }

  /** Counts the refusal of a stored entry of this node that a peer brings. */
  refuseStored(reason: OverBudget): Promise<AdmissionResult> {
    return this.#reject({ verdict: 'reject', reason, isOffence: false })
  }

  /** Runs without a concurrent admission, and on the state of the disk after a failed commit; own entries pass the same code as all others. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T> {
    const { serial, feeds, ownChanges, drafts, commits } = this.#init
    return serial.run(async () => {
      await commits.refresh()
      try {
        return await task({
          ...ownChanges,
          feed: (author) => feeds.feed(author),
          admit: (bytes, extra, own) => this.#admitOwn(bytes, extra, own)
        })
      } catch (error) {
        // What was dropped for an entry that was not made: the next commit would take it.
        drafts.discard()
        throw error
      }
    })
  }

  /** Number of refused entries since the start, by reason. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  /** Operations for the commit of new records. */
  recordOperations(digests: readonly Uint8Array[]): Operation[] {
    const { published, recordLog, elementOf } = this.#init
    return [
      ...published.insert(digests.map((digest) => elementOf(digest))),
      ...recordLog.append(digests)
    ]
  }

  /** Appends records to the log, which readers then read again. */
  logAgain(digests: readonly Uint8Array[]): Promise<void> {
    const { commits, recordLog } = this.#init
    return this.runExclusive(() => commits.commit(recordLog.append(digests)))
  }

  /** Validates the entries of a feed that an older version stored unread. */
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
    extra: () => readonly Operation[],
    own: OwnContent | undefined
  ): Promise<{ durable: Promise<void> }> {
    const admission = await this.#admit(bytes, { isOwn: true, extra, ...own })
    if (admission.outcome !== 'admitted') {
      const reason = admission.outcome === 'rejected' ? admission.reason : admission.outcome
      throw new OwnEntryError(reason)
    }
    return admission
  }

  /** Without an origin no observer is called. */
  async #admit(bytes: Uint8Array, origin?: EntryOrigin): Promise<AdmissionResult> {
    const { swarm, entryFormat, commits, feeds, charges } = this.#init
    // Own entries, and those that are read again, do not count.
    const brought =
      origin?.isOwn === false ? { packed: bytes.length, from: origin.from } : undefined
    await commits.refresh()
    const verdict = await validateEntry(bytes, {
      swarm,
      entryFormat,
      feed: (author) => this.#feedOf(author),
      headerAt: async (author, seq) => {
        await commits.flush()
        return feeds.headerAt(author, seq)
      },
      voices: this.#voicesFor(origin),
      known: origin?.values,
      mayUnpack: async (entry) =>
        brought === undefined ? undefined : charges.refusal(entry, brought)
    })
    switch (verdict.verdict) {
      case 'held':
        return { outcome: 'held' }
      case 'gap':
        return { outcome: 'gap', entry: verdict.entry, have: verdict.have }
      case 'reject':
        return this.#reject(verdict)
      case 'admit': {
        const charged = brought === undefined ? [] : await charges.charge(verdict, brought)
        return typeof charged === 'string'
          ? this.#reject({ verdict: 'reject', reason: charged, isOffence: false })
          : this.#append(bytes, verdict, { origin, charged })
      }
    }
  }

  async #append(
    bytes: Uint8Array,
    { entry, values, next, voice }: Admitted,
    {
      origin,
      charged
    }: { readonly origin: EntryOrigin | undefined; readonly charged: readonly Operation[] }
  ): Promise<AdmissionResult> {
    const { commits, feeds, hidden, recordLog, observer, sweeper, drafts } = this.#init
    const { copies, published, hiddenRecords } = this.#init
    const waiting = this.#init.unknown.waiting(entry.author)
    const raised = waiting === undefined ? [] : feeds.setBase(waiting)
    const feed = feeds.feed(entry.author)
    if (entry.base < entry.seq && !(await this.#init.windows.mayBegin(feed, entry.base))) {
      await this.#init.windows.setBase(entry)
      // A replica that knows a higher base admits the entry, and relays it.
      return this.#reject({ verdict: 'reject', reason: 'voice', isOffence: false })
    }
    const changed = changedBy(values)
    const introduction = await this.#introduce(entry, voice)
    const isHidden = origin?.isOwn === true && this.#init.hidesOwn
    const named = isHidden ? namedIn(values) : []
    const known = await this.#init.publicRecords.among(named)
    const isWatched = origin?.isOwn === false && observer.watchesStandings
    const changes: StandingChange[] | undefined = isWatched ? [] : undefined
    const stored = await this.#storeValues(entry, values, { voice, changes })
    const draft = drafts.take()
    // Peers still get the old entries. The new base counts once a peer shows the entry that states it.
    const isLater = isHidden && hidden.shows(feed)
    const appended = isLater ? { ...next, base: feed.base } : next
    const isCheckpoint = appended.base > feed.base
    const durable = commits.commit([
      ...(isHidden
        ? [
            ...hidden.hide(feed, entry.base),
            ...hiddenRecords.hide(
              { ...entry, digests: named.map(({ digest }) => digest) },
              (digest) => known.has(digest)
            )
          ]
        : hiddenRecords.observe(values)),
      ...raised,
      ...feeds.append(entry, bytes, appended),
      ...introduction,
      // Stored again with each first entry, which is rare enough.
      ...(entry.seq === 1 ? [this.#init.swarmNameOperation()] : []),
      ...stored,
      ...charged,
      ...draft.operations,
      ...(isCheckpoint ? [sweeper.mark(entry.author)] : []),
      ...(isHidden ? [] : published.insert(this.#elementsOf(values))),
      ...recordLog.append(changed),
      ...(origin?.extra?.() ?? [])
    ])
    durable.then(
      () => draft.landed(),
      () => undefined
    )
    if (entry.format === PLAYBOOK_FORMAT) observer.playbookEdited(entry, appended.base)
    if (isCheckpoint) observer.entriesRemoved(entry.doc)
    const subjects = origin?.isOwn === false ? subjectsOf(values) : undefined
    void this.#notify(durable, entry, { subjects, changes, isHidden })
    if (isCheckpoint) sweeper.sweep(entry.author, durable)
    if (isHidden) copies.add(entry.author, entry.seq, bytes, durable)
    if (isHidden && isCheckpoint) copies.remove(entry.author, appended.base - 1)
    return { outcome: 'admitted', entry, durable }
  }

  /** Elements of the records among the values. */
  #elementsOf(values: readonly Value[]): Uint8Array[] {
    const { elementOf } = this.#init
    return values.flatMap((value) =>
      value.type === 'record' ? [value.element ?? elementOf(value.digest)] : []
    )
  }

  /** Reads what the values change, before any state changes. */
  async #storeValues(
    { author, seq }: Entry,
    values: readonly Value[],
    {
      voice,
      changes
    }: {
      readonly voice: FeedVoice | undefined
      readonly changes: StandingChange[] | undefined
    }
  ): Promise<readonly Operation[]> {
    const { standings, recordStore, drafts } = this.#init
    if (values.length === 0) return []
    const order = voice === undefined ? seq : voiceOrder(voice.epoch, voice.generation, seq)
    try {
      const fresh = await standings.add({ author, seq, order }, values, changes)
      if (changes !== undefined) await this.#clearUnread(values, changes)
      return await recordStore.operations(values, fresh)
    } catch (error) {
      drafts.discard()
      throw error
    }
  }

  /** Where the body of a record comes with the entry, and votes came before it, these have not counted. */
  async #clearUnread(values: readonly Value[], changes: StandingChange[]): Promise<void> {
    const voted = changes.filter(({ before }) => before !== NO_VOTES)
    const names = new Set(voted.map(({ digest }) => toHex(digest)))
    const bodies = values.flatMap(({ type, digest }) =>
      type === 'record' && names.has(toHex(digest)) ? digest : []
    )
    if (bodies.length === 0) return
    const wanted = new Set((await this.#init.recordStore.wantedOf(bodies)).map(toHex))
    for (const [i, { digest }] of changes.entries()) {
      if (wanted.has(toHex(digest))) changes[i] = { digest, before: NO_VOTES }
    }
  }

  /** For an entry that introduces its author: whose voice the feed is from here on. */
  async #introduce({ author }: Entry, voice: FeedVoice | undefined): Promise<Operation[]> {
    const { voices } = this.#init
    this.#init.unknown.introduce(author)
    if (voice === undefined || voices === undefined) return []
    return isSameVoice(await voices.of(author), voice) ? [] : voices.put(author, voice)
  }

  /** The feed with a base that waits for this entry. */
  #feedOf(author: Uint8Array): Feed {
    const feed = this.#init.feeds.feed(author)
    const waiting = this.#init.unknown.waiting(author)
    if (waiting === undefined || waiting.base <= feed.base || feed.seq >= feed.base) return feed
    const { base } = waiting
    return { ...feed, seq: base - 1, base }
  }

  #voicesFor(origin: EntryOrigin | undefined): VoiceReader | undefined {
    const voice = origin?.voice
    if (voice === undefined) return this.#init.voiceCheck
    return { check: () => Promise.resolve({ status: 'valid', voice }) }
  }

  /** `subjects`: the subjects of an entry of another author. */
  async #notify(
    durable: Promise<void>,
    entry: Entry,
    {
      subjects,
      changes,
      isHidden
    }: {
      readonly subjects: readonly Uint8Array[] | undefined
      readonly changes: readonly StandingChange[] | undefined
      readonly isHidden: boolean
    }
  ): Promise<void> {
    const { published, observer } = this.#init
    try {
      await durable
    } catch {
      // The caller of `admit` receives the error.
      return
    }
    void published.checkpoint()
    observer.docChanged(entry.doc)
    if (subjects !== undefined) observer.entryAdmitted(entry, subjects)
    if (changes !== undefined) observer.standingsChanged(changes)
    if (isHidden) observer.entryHidden()
  }

  async #reject(verdict: Extract<EntryVerdict, { verdict: 'reject' }>): Promise<AdmissionResult> {
    const { commits, feeds, observer } = this.#init
    const { reason, isOffence, endingEntry, proof } = verdict
    this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
    if (endingEntry !== undefined) await commits.commit(feeds.endBefore(endingEntry))
    if (proof !== undefined) await this.#init.windows.voidFrom(proof)
    observer.entryRejected(reason)
    return { outcome: 'rejected', reason, isOffence }
  }
}
