/**
 * The replica: everything this node holds of the hive, and the only way into it.
 *
 * Bytes from anywhere pass `admit`; the node's own knowledge passes `publish`, which signs it and
 * then admits it by the same code. Admissions are serial and their state is taken at once; they
 * become durable in group commits, in order. Own entries are returned only when they are durable.
 */
import { EventEmitter } from 'node:events'
import { createAuthor } from './author.ts'
import { judge } from './admission.ts'
import { concat, toHex } from './digest.ts'
import { readEntry, writeEntry } from './entry.ts'
import { Feeds } from './feeds.ts'
import { Materials, seqBytes, seqOf } from './materials.ts'
import { batchesOf, entryOf, preparePublication, valuesOf } from './publication.ts'
import { KEY_BYTES } from './constants.ts'
import { StoreError } from './errors.ts'
import { Serial } from './serial.ts'
import type { RejectReason, Verdict } from './admission.ts'
import type { Author } from './author.ts'
import type { Entry } from './entry.ts'
import type { FeedHead } from './feeds.ts'
import type { Standing } from './materials.ts'
import type { PreparedPublication, Publication } from './publication.ts'
import type { Operation, Section, Store } from './store.ts'
import type { Value } from './value.ts'

export type Admission =
  /** Part of the replica now; `durable` resolves when it is on disk. */
  | { readonly outcome: 'admitted'; readonly entry: Entry; readonly durable: Promise<void> }
  | { readonly outcome: 'held' }
  /** Well signed, but entries `have + 1` to `entry.seq - 1` of its author are missing. */
  | { readonly outcome: 'gap'; readonly entry: Entry; readonly have: number }
  | { readonly outcome: 'rejected'; readonly reason: RejectReason; readonly blame: boolean }

export interface Published {
  /** New entries, durable, in feed order: what to tell peers. */
  readonly entries: readonly Entry[]
  /** Digests that were published as new records, as votes, or not at all since this node has vouched already. */
  readonly records: readonly Uint8Array[]
  readonly votes: readonly Uint8Array[]
  readonly already: readonly Uint8Array[]
}

export interface ReplicaEvents {
  /** Something other than this node's own publication was admitted and is durable. */
  'entry:admitted': [entry: Entry]
  'entry:rejected': [reason: RejectReason]
}

export interface ReplicaInit {
  readonly store: Pick<Store, 'section' | 'commit' | 'flush'>
  /** Name of the swarm; signatures hold in it alone. Left out: the one the store belongs to. */
  readonly swarm?: string
}

const DEFAULT_SWARM = 'default'
const SWARM_KEY = Buffer.from('swarm')

/** Throws `StoreError` (STORE_SWARM) when the store holds entries of another swarm. */
export async function openReplica({ store, swarm }: ReplicaInit): Promise<Replica> {
  const stored = await store.section('replica').get(SWARM_KEY)
  const name = stored === undefined ? undefined : Buffer.from(stored).toString('utf8')
  if (swarm !== undefined && name !== undefined && swarm !== name) {
    throw new StoreError(
      'STORE_SWARM',
      `This directory belongs to the swarm "${name}", not to "${swarm}". Use another directory for another swarm.`
    )
  }
  const replica = new Replica(store, swarm ?? name ?? DEFAULT_SWARM)
  await replica.load()
  return replica
}

export class Replica extends EventEmitter<ReplicaEvents> {
  readonly swarm: string
  readonly #store: ReplicaInit['store']
  readonly #entries: Section
  readonly #vouched: Section
  readonly #meta: Section
  readonly #feeds: Feeds
  readonly #materials: Materials
  readonly #serial = new Serial()
  /** Publications and retractions: each sees what the one before it vouched for. */
  readonly #voting = new Serial()
  readonly #rejections = new Map<RejectReason, number>()
  #author: Author | undefined
  /** Set by a failed commit: what is resident is ahead of the disk. */
  #stale = false

  constructor(store: ReplicaInit['store'], swarm: string) {
    super()
    this.swarm = swarm
    this.#store = store
    this.#entries = store.section('entries')
    this.#vouched = store.section('vouched')
    this.#meta = store.section('replica')
    this.#feeds = new Feeds(store.section('feeds'))
    this.#materials = new Materials(store)
  }

  async load(): Promise<void> {
    await this.#feeds.load()
    this.#stale = false
  }

  /** Never throws for what `bytes` hold; rejects only when the store fails. */
  async admit(bytes: Uint8Array): Promise<Admission> {
    const admission = await this.#serial.run(() => this.#admit(bytes, []))
    if (admission.outcome === 'admitted') {
      admission.durable.then(
        () => this.emit('entry:admitted', admission.entry),
        () => undefined
      )
    }
    return admission
  }

  /** Signs, stores and returns what is new of `publications`. Throws `LimitError` before anything is stored. */
  async publish(publications: readonly Publication[], signal?: AbortSignal): Promise<Published> {
    const prepared = uniqueByDigest(publications.map(preparePublication))
    return this.#voting.run(() => this.#publish(prepared, signal))
  }

  /** Takes this node's vote on a record back; undefined when it has none. */
  retract(digest: Uint8Array): Promise<Entry | undefined> {
    return this.#voting.run(() => this.#retract(digest))
  }

  /** Whether this node has vouched for the record, under any of its authors. */
  hasVouched(digest: Uint8Array): Promise<boolean> {
    return this.#vouched.has(digest)
  }

  get(digest: Uint8Array): Promise<Standing | undefined> {
    return this.#materials.get(digest)
  }

  /** All records that an author says something of. */
  standings(): AsyncGenerator<Standing> {
    return this.#materials.standings()
  }

  /** Forgets the author key: the next publication begins a new feed. */
  rotateAuthor(): void {
    this.#author = undefined
  }

  heads(): FeedHead[] {
    return this.#feeds.heads()
  }

  /** The content digest: equal on two replicas exactly when they hold the same entries. */
  digest(): Uint8Array {
    return this.#feeds.digest()
  }

  /** How many entries were refused, by reason, since this replica was opened. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  headOf(author: Uint8Array): FeedHead {
    return this.#feeds.get(author)
  }

  /**
   * The author's entries after `seq`, in order. Ends early where one is damaged; the feed is then
   * forgotten, so that the next sync brings it back.
   */
  async *entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const last = await this.#serial.run(() => this.#lastDurable(author))
    let next = seq + 1
    for await (const [key, bytes] of this.#entries.entries({
      gte: entryKey(author, next),
      lte: entryKey(author, last)
    })) {
      if (seqOf(key.subarray(KEY_BYTES)) !== next) break
      yield bytes
      next += 1
    }
    if (next <= last) await this.#forgetFeed(author)
  }

  /** Goes back to what is on disk, after a failed commit. */
  async #refresh(): Promise<void> {
    if (!this.#stale) return
    await this.#store.flush()
    await this.load()
  }

  async #lastDurable(author: Uint8Array): Promise<number> {
    await this.#store.flush()
    await this.#refresh()
    return this.#feeds.get(author).seq
  }

  async #admit(bytes: Uint8Array, extra: readonly Operation[]): Promise<Admission> {
    await this.#refresh()
    const verdict = await judge(bytes, {
      swarm: this.swarm,
      feed: (author) => this.#feeds.get(author),
      hashAt: (author, seq) => this.#hashAt(author, seq)
    })
    switch (verdict.verdict) {
      case 'held':
        return { outcome: 'held' }
      case 'gap':
        return { outcome: 'gap', entry: verdict.entry, have: verdict.have }
      case 'reject':
        return this.#reject(verdict)
      case 'admit': {
        const { entry, values, next } = verdict
        const durable = this.#commit([
          this.#entries.put(entryKey(entry.author, entry.seq), bytes),
          // The first entry of a feed is rare enough to say again which swarm it is of.
          ...(entry.seq === 1 ? [this.#meta.put(SWARM_KEY, Buffer.from(this.swarm))] : []),
          this.#feeds.set(next),
          ...this.#materials.operations(entry.author, entry.seq, values),
          ...extra
        ])
        return { outcome: 'admitted', entry, durable }
      }
    }
  }

  #reject({ reason, blame, ended }: Extract<Verdict, { verdict: 'reject' }>): Admission {
    this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
    if (ended !== undefined) void this.#commit([this.#feeds.set(ended)])
    this.emit('entry:rejected', reason)
    return { outcome: 'rejected', reason, blame }
  }

  #commit(operations: readonly Operation[]): Promise<void> {
    const durable = this.#store.commit(operations)
    durable.catch(() => {
      this.#stale = true
      this.#author = undefined
    })
    return durable
  }

  async #publish(
    prepared: readonly PreparedPublication[],
    signal: AbortSignal | undefined
  ): Promise<Published> {
    const result = {
      entries: [] as Entry[],
      records: [] as Uint8Array[],
      votes: [] as Uint8Array[]
    }
    const vouched = await this.#vouched.getMany(prepared.map(({ digest }) => digest))
    const fresh = prepared.filter((_, i) => vouched[i] === undefined)
    for (const batch of batchesOf(fresh)) {
      signal?.throwIfAborted()
      const published = await this.#materials.has(batch.map(({ digest }) => digest))
      for (const [i, { digest }] of batch.entries()) {
        ;(published[i] === true ? result.votes : result.records).push(digest)
      }
      result.entries.push(...(await this.#append(batch, published)))
    }
    const already = prepared.filter((_, i) => vouched[i] !== undefined).map(({ digest }) => digest)
    return { ...result, already }
  }

  async #retract(digest: Uint8Array): Promise<Entry | undefined> {
    const secret = await this.#vouched.get(digest)
    if (secret === undefined) return undefined
    const retraction: Value = { type: 'retraction', digest, secret }
    const entries = await this.#sign([[retraction]], () => [this.#vouched.del(digest)])
    return entries[0]
  }

  #append(batch: readonly PreparedPublication[], published: readonly boolean[]): Promise<Entry[]> {
    return this.#sign(
      batch.map((publication, i) => valuesOf(publication, published[i] ?? false)),
      (from, to) =>
        batch.slice(from, to).map(({ digest, secret }) => this.#vouched.put(digest, secret))
    )
  }

  /** Appends groups of values to this node's feed, in as few entries as hold them. */
  async #sign(
    groups: readonly Value[][],
    extra: (from: number, to: number) => Operation[]
  ): Promise<Entry[]> {
    const admissions = await this.#serial.run(async () => {
      const signed: Extract<Admission, { outcome: 'admitted' }>[] = []
      for (let from = 0, to = groups.length; from < groups.length; to = groups.length) {
        const author = (this.#author ??= createAuthor())
        const feed = this.#feeds.get(author.key)
        let entry = entryOf(this.swarm, author, feed, groups.slice(from, to).flat())
        while (entry === undefined) {
          to = from + Math.ceil((to - from) / 2)
          entry = entryOf(this.swarm, author, feed, groups.slice(from, to).flat())
        }
        const admission = await this.#admit(writeEntry(entry), extra(from, to))
        if (admission.outcome !== 'admitted') {
          throw new Error(`An own entry was not admitted: ${admission.outcome}`)
        }
        signed.push(admission)
        from = to
      }
      return signed
    })
    await Promise.all(admissions.map(({ durable }) => durable))
    return admissions.map(({ entry }) => entry)
  }

  async #hashAt(author: Uint8Array, seq: number): Promise<Uint8Array | undefined> {
    await this.#store.flush()
    const bytes = await this.#entries.get(entryKey(author, seq))
    return bytes === undefined ? undefined : readEntry(bytes).hash
  }

  #forgetFeed(author: Uint8Array): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#author !== undefined && toHex(this.#author.key) === toHex(author)) {
        this.#author = undefined
      }
      await this.#commit([this.#feeds.delete(author)])
    })
  }
}

function entryKey(author: Uint8Array, seq: number): Uint8Array {
  return concat(author, seqBytes(seq))
}

function uniqueByDigest(publications: readonly PreparedPublication[]): PreparedPublication[] {
  return [...new Map(publications.map((item) => [toHex(item.digest), item])).values()]
}
