/**
 * Decides when own entries become visible to peers: once a peer has shown them in any way. Until
 * then no message to a peer contains them (`hidden-entries.ts`).
 */
import { MAX_ENTRY_BYTES } from '../constants.ts'
import { equalBytes } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { hasOwnPayload, hasValidSignature, readEntry } from '../feeds/entry.ts'
import { namedIn } from '../records/value.ts'
import { readEntryValues } from './entry-values.ts'
import type { AdmissionResult, Admitter } from './admitter.ts'
import type { EntryCharges } from './entry-charges.ts'
import type { Entry, SignedHeader } from '../feeds/entry.ts'
import type { FeedHead } from '../feeds/feed.ts'
import type { FeedWindows, ProofResult } from './feed-windows.ts'
import type { RejectReason } from './validate-entry.ts'
import type { StoredFeeds } from './stored-feeds.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { Commits } from '../store/commits.ts'
import type { EntryValues } from '../publishing/restatement.ts'
import type { Operation, Store } from '../store/section.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { HiddenCopies } from '../publishing/hidden-copies.ts'
import type { HiddenEntries, NextBase } from '../publishing/hidden-entries.ts'
import type { EntryRecords, HiddenRecords } from '../publishing/hidden-records.ts'

export interface VisibilityInit {
  readonly swarm: string
  readonly hidden: HiddenEntries
  readonly hiddenRecords: HiddenRecords
  readonly store: Pick<Store, 'isSuspect'>
  readonly copies: Pick<HiddenCopies, 'after' | 'remove'>
  readonly feeds: FeedStore
  readonly commits: Commits
  readonly published: Pick<StoredFilter, 'insert'>
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  /** Whether own entries are hidden at all. */
  readonly hidesOwn: boolean
  readonly windows: () => Pick<FeedWindows, 'beginOwn' | 'raiseBase'>
  /** Budgets count an own entry that comes back as that of another author. */
  readonly charges: Pick<EntryCharges, 'chargeStored'>
  readonly admitter: () => Pick<Admitter, 'refuseStored'>
  /** The highest entry format that this replica reads. */
  readonly entryFormat: number
  readonly storedFeeds: Pick<StoredFeeds, 'valuesAfter'>
}

export class Visibility {
  readonly #init: VisibilityInit

  constructor(init: VisibilityInit) {
    this.#init = init
  }

  async load(): Promise<void> {
    const { hidden, hiddenRecords, feeds } = this.#init
    const stored = await hidden.stored()
    const records: EntryRecords[] = []
    const nextBases: NextBase[] = []
    for (const { author, seq } of stored) {
      const feed = feeds.feed(author)
      for await (const each of this.#hiddenValues(feed, seq)) {
        if (each.base !== undefined && each.base > feed.base) {
          nextBases.push({ author, base: each.base })
        }
        records.push({
          author,
          seq: each.seq,
          digests: namedIn(each.values).map(({ digest }) => digest)
        })
      }
    }
    const beside = await hiddenRecords.stored()
    hidden.restore(stored, nextBases)
    hiddenRecords.restore(records, beside)
  }

  /** What the hidden entries of a feed say; of those that are damaged, what their copies say. */
  async *#hiddenValues(
    { author, base, seq }: FeedHead,
    shown: number
  ): AsyncGenerator<EntryValues> {
    const { store, storedFeeds, copies } = this.#init
    let next = Math.max(shown + 1, base)
    for await (const values of storedFeeds.valuesAfter(author, shown)) {
      if (values.seq === next) next += 1
      yield values
    }
    if (next > seq && !store.isSuspect) return
    for await (const bytes of copies.after(author, shown)) {
      const entry = entryIn(bytes)
      if (entry !== undefined) yield readEntryValues(this.#init, entry.seq, bytes)
    }
  }

  /** Shows what an earlier run hid, if nothing is to be hidden. The filter must be loaded. */
  async showAll(): Promise<void> {
    const { hidden, feeds, hidesOwn } = this.#init
    if (hidesOwn) return
    for (const author of hidden.authors()) await this.unhide(author, feeds.feed(author).seq)
  }

  /**
   * Admits a hidden own entry that a peer sends, as a replica that does not have it would: with the
   * same checks, in order, durably. Undefined for all other bytes.
   */
  async admitHidden(
    bytes: Uint8Array,
    from: string | undefined
  ): Promise<AdmissionResult | undefined> {
    const { hidden, feeds, commits, swarm } = this.#init
    if (hidden.isEmpty || bytes.length > MAX_ENTRY_BYTES) return undefined
    const entry = entryIn(bytes)
    const publicSeq = entry === undefined ? undefined : hidden.publicSeq(entry.author)
    if (entry === undefined || publicSeq === undefined || entry.seq <= publicSeq) return undefined
    await commits.flush()
    const own = await feeds.headerAt(entry.author, entry.seq)
    if (own === undefined || !equalBytes(own.hash, entry.hash)) return undefined
    if (!hasValidSignature(swarm, entry)) return offence('signature')
    if (!hasOwnPayload(entry)) return offence('payload')
    const { base } = feeds.feed(entry.author)
    if (entry.seq > publicSeq + 1) return { outcome: 'gap', entry, have: publicSeq }
    const isNew = publicSeq < base
    const charged = await this.#init.charges.chargeStored(entry, bytes, { isNew, from })
    if (typeof charged === 'string') return this.#init.admitter().refuseStored(charged)
    const durable = this.unhide(entry.author, entry.seq, charged).then(() => undefined)
    return { outcome: 'admitted', entry, durable }
  }

  /** Takes the base from the header of a hidden entry, if it is higher than the one that peers see. */
  async begin(header: SignedHeader): Promise<ProofResult> {
    const { hidden, feeds, commits, swarm } = this.#init
    // Peers may have shown more since the header came: its checkpoint would replace a later one.
    const base = hidden.publicHead(feeds.feed(header.author))?.base ?? 1
    if (header.base <= base) return 'held'
    if (!hasValidSignature(swarm, header)) return 'rejected'
    await this.#init.windows().raiseBase(header)
    const before = { base: header.base, seq: header.base - 1 }
    await commits.commit([
      ...hidden.begin(header.author, header.base),
      ...this.#init.hiddenRecords.unhide(header.author, before).operations,
      feeds.showCheckpoint(header)
    ])
    return 'admitted'
  }

  /** Marks the author's entries up to `seq` as public; false if they were. */
  async unhide(
    author: Uint8Array,
    seq: number,
    charged: readonly Operation[] = []
  ): Promise<boolean> {
    const { hidden, hiddenRecords, copies, feeds, commits, published, elementOf } = this.#init
    const publicSeq = hidden.publicSeq(author)
    if (publicSeq === undefined || seq <= publicSeq) return false
    await commits.flush()
    const header = await feeds.headerAt(author, seq)
    if (header === undefined) return false
    const checkpoint = await this.#checkpointOf(author, publicSeq + 1, header)
    const isAll = seq === feeds.feed(author).seq
    const position = { seq, head: header.hash.slice() }
    const base = Math.max(checkpoint?.base ?? 1, feeds.feed(author).base)
    const { digests, operations } = hiddenRecords.unhide(author, { base, seq })
    const elements = digests.map((digest) => elementOf(digest))
    const begin = checkpoint === undefined ? undefined : this.#init.windows().beginOwn(checkpoint)
    // The base is raised already, and peers have seen a lower one.
    const raised =
      checkpoint === undefined || begin !== undefined ? [] : [feeds.showCheckpoint(checkpoint)]
    const durable = commits.commit([
      hidden.unhide(author, position, isAll),
      ...operations,
      ...(begin?.operations ?? raised),
      ...charged,
      ...published.insert(elements)
    ])
    begin?.after(durable)
    await durable
    copies.remove(author, seq)
    return true
  }

  /**
   * The header with the highest base, from `from` to the last one; undefined if peers may begin there
   * already.
   */
  async #checkpointOf(
    author: Uint8Array,
    from: number,
    last: SignedHeader
  ): Promise<SignedHeader | undefined> {
    const { feeds } = this.#init
    let highest = last
    for (let seq = from; seq < last.seq; seq++) {
      const header = await feeds.headerAt(author, seq)
      if (header !== undefined && header.base > highest.base) highest = header
    }
    const { base } = feeds.feed(author)
    const known = (await feeds.checkpointOf(author))?.base ?? 1
    return highest.base > base || (highest.base === base && known < base) ? highest : undefined
  }
}

function entryIn(bytes: Uint8Array): Entry | undefined {
  try {
    return readEntry(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

function offence(reason: RejectReason): AdmissionResult {
  return { outcome: 'rejected', reason, isOffence: true }
}
