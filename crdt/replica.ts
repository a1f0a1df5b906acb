/**
 * The replica: everything this node holds of the hive, and the only way into it.
 *
 * Bytes from anywhere pass `admit`; the node's own knowledge passes `publish`, which signs it and
 * then admits it by the same code. Admissions are serial and their state is taken at once; they
 * become durable in group commits, in order. Own entries are returned only when they are durable.
 *
 * The state is a function of the set of entries, proofs and bodies it was given, never of their
 * order. Authors who sign two entries for one place are void from that place on (`equivocation.ts`).
 */
import { EventEmitter } from 'node:events'
import { authorEpochs } from './author-epoch.ts'
import { judge } from './admission.ts'
import { Chains } from './chains.ts'
import { Compaction, readSaid } from './compaction.ts'
import { equalBytes } from './digest.ts'
import { readAll } from './encoding.ts'
import { DigestLog } from './digest-log.ts'
import { hasValidSignature, readEntry } from './entry.ts'
import { isProven, readProof, writeProof } from './equivocation.ts'
import { PLAYBOOK_FORMAT } from './constants.ts'
import { MalformedError, StoreError } from './errors.ts'
import { elementsUnder, filterKeyOf } from './filter-element.ts'
import { Materials } from './materials.ts'
import { PublicView } from './public-view.ts'
import { goalOfDoc } from './playbooks/playbook-doc.ts'
import { Playbooks } from './playbooks/playbooks.ts'
import { Publisher } from './publisher.ts'
import { readRecord, recordDigest } from './record.ts'
import { Serial } from './serial.ts'
import { StoredFilter } from './stored-filter.ts'
import { Unshown } from './unshown.ts'
import type { AuthorEpochs } from './author-epoch.ts'
import type { RejectReason, Verdict } from './admission.ts'
import type { Entry, SignedHeader } from './entry.ts'
import type { Proof } from './equivocation.ts'
import type { Counters } from './evidence.ts'
import type { LogPart } from './digest-log.ts'
import type { FeedHead } from './feeds.ts'
import type { Standing } from './materials.ts'
import type { Change, Playbook, PlaybooksInit } from './playbooks/playbooks.ts'
import type { Publication } from './publication.ts'
import type { OwnVote, Published } from './publisher.ts'
import type { Register } from './register.ts'
import type { Operation, Section, Store } from './store.ts'
import type { Said } from './restatement.ts'
import type { Value } from './value.ts'

export type Admission =
  /** Part of the replica now; `durable` resolves when it is on disk. */
  | { readonly outcome: 'admitted'; readonly entry: Entry; readonly durable: Promise<void> }
  | { readonly outcome: 'held' }
  /** Well signed, but entries `have + 1` to `entry.seq - 1` of its author are missing. */
  | { readonly outcome: 'gap'; readonly entry: Entry; readonly have: number }
  | { readonly outcome: 'rejected'; readonly reason: RejectReason; readonly blame: boolean }

export type ProofAdmission =
  /** The author is void from a lower place on than before; durable. */
  | 'admitted'
  /** Nothing new. */
  | 'held'
  /** Not two headers that the author signed for one place. */
  | 'rejected'

export interface ReplicaEvents {
  /** Something other than this node's own publication was admitted and is durable; of what it speaks. */
  'entry:admitted': [entry: Entry, digests: readonly Uint8Array[]]
  'entry:rejected': [reason: RejectReason]
  /** Bodies of records that came without an entry are on disk. */
  'body:kept': [digests: readonly Uint8Array[]]
  /** The playbook of a goal may read otherwise now. */
  'playbook:change': [goal: Uint8Array]
  /** An author was found to have signed two entries for one place; `proof` is durable. */
  'author:void': [proof: Uint8Array]
  /** A peer has shown own entries, up to `seq`. */
  'entry:shown': [author: Uint8Array, seq: number]
}

export interface ReplicaInit {
  readonly store: Pick<Store, 'section' | 'commit' | 'flush' | 'damaged'>
  /** Name of the swarm; signatures hold in it alone. Left out: the one the store belongs to. */
  readonly swarm?: string
  /** Key of the elements of exchanged filters; by default derived from the name alone. */
  readonly filterKey?: Uint8Array
  /** Peers are told of own entries only once a peer has shown them; default false. */
  readonly hidesOwn?: boolean
  /** When this node takes new author keys; default each week. */
  readonly epochs?: AuthorEpochs
}

const DEFAULT_SWARM = 'default'
const SWARM_KEY = Buffer.from('swarm')

/** Throws `StoreError` (STORE_SWARM) when the store holds entries of another swarm. */
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
      `This directory belongs to the swarm "${name}", not to "${swarm}". Use another directory for another swarm.`
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

export class Replica extends EventEmitter<ReplicaEvents> {
  readonly swarm: string
  /** Digests of the records this replica holds, for peers. */
  readonly published: StoredFilter
  /** What peers are told, and where what they send comes in. */
  readonly forPeers: PublicView
  /** The element that stands for a digest in the filters of this swarm. */
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  readonly #store: ReplicaInit['store']
  readonly #meta: Section
  readonly #chains: Chains
  readonly #compaction: Compaction
  readonly #materials: Materials
  readonly #publisher: Publisher
  readonly #playbooks: Playbooks
  readonly #recordLog: DigestLog
  readonly #unshown: Unshown
  readonly #hidesOwn: boolean
  readonly #serial = new Serial()
  readonly #rejections = new Map<RejectReason, number>()
  /** Set by a failed commit: what is resident is ahead of the disk. */
  #stale = false

  constructor({ store, swarm, filterKey, hidesOwn, epochs }: Required<ReplicaInit>) {
    super()
    this.swarm = swarm
    this.#hidesOwn = hidesOwn
    this.#unshown = new Unshown(store)
    this.forPeers = new PublicView(this, this.#unshown)
    this.#store = store
    this.#meta = store.section('replica')
    this.#chains = new Chains(store)
    this.#recordLog = new DigestLog(store, 'record-log')
    this.#materials = new Materials(store, (author, seq) => this.#chains.isLive(author, seq))
    const exclusively: PlaybooksInit['exclusively'] = (task) =>
      this.#serial.run(() =>
        task({
          feed: (author) => this.#chains.feed(author),
          admit: (bytes, extra) => this.#admitOwn(bytes, extra)
        })
      )
    this.#playbooks = new Playbooks({
      swarm,
      epochs,
      writersOf: (doc) => this.#chains.writersOf(doc),
      between: (author, from, to) => this.#chains.between(author, from, to),
      flush: () => this.#store.flush(),
      exclusively
    })
    this.#publisher = new Publisher({
      swarm,
      epochs,
      store,
      materials: this.#materials,
      exclusively,
      said: (author, from, to) => this.#said(author, from, to)
    })
    this.#compaction = new Compaction({
      swarm,
      chains: this.#chains,
      materials: this.#materials,
      exclusively: (task) =>
        this.#publisher.exclusively(() =>
          this.#serial.run(async () => {
            await this.#store.flush()
            return task()
          })
        ),
      commit: (operations) => this.#commit(operations)
    })
    this.elementOf = elementsUnder(filterKey)
    this.published = new StoredFilter({
      store,
      name: 'published',
      key: filterKey,
      source: () => this.#elements()
    })
  }

  async load(): Promise<void> {
    await this.#chains.load()
    await this.#recordLog.load()
    await this.#loadUnshown()
    await this.published.load()
    for (const { author } of this.#chains.unread()) await this.#readAnew(author)
    for (const { author, base } of this.heads()) if (base > 1) this.#compaction.sweep(author)
  }

  /** Never throws for what `bytes` hold; rejects only when the store fails. */
  async admit(bytes: Uint8Array): Promise<Admission> {
    const admission = await this.#serial.run(() =>
      this.#admit(bytes, [], (entry, digests) => this.emit('entry:admitted', entry, digests))
    )
    if (admission.outcome === 'held' && !this.#unshown.isEmpty) await this.#seeAgain(bytes)
    return admission
  }

  /** Takes a proof of equivocation from anywhere. Never throws for what `bytes` hold. */
  async admitProof(bytes: Uint8Array): Promise<ProofAdmission> {
    let proof: Proof
    try {
      proof = readProof(bytes)
    } catch (error) {
      if (error instanceof MalformedError) return 'rejected'
      throw error
    }
    if (this.#isVoid(proof)) return 'held'
    if (!isProven(this.swarm, proof)) return 'rejected'
    return (await this.#serial.run(() => this.#void(proof))) ? 'admitted' : 'held'
  }

  /**
   * Takes the header of an entry that another replica holds: a higher base begins the feed there;
   * one that contradicts what is held here voids its author.
   */
  async admitHeader(header: SignedHeader): Promise<ProofAdmission> {
    if (header.base > this.headOf(header.author).base) {
      if (!hasValidSignature(this.swarm, header)) return 'rejected'
      await this.#serial.run(() => this.#begin(header))
      return 'admitted'
    }
    const held = await this.headerAt(header.author, header.seq)
    if (held === undefined) return 'held'
    if (equalBytes(held.hash, header.hash)) {
      await this.show(header.author, header.seq)
      return 'held'
    }
    if (!hasValidSignature(this.swarm, header)) return 'rejected'
    return (await this.#serial.run(() => this.#void([held, header]))) ? 'admitted' : 'held'
  }

  /** Takes the author's entries up to `seq` as shown by a peer: from now on peers are told of them. */
  async show(author: Uint8Array, seq: number): Promise<void> {
    const isNews = await this.#serial.run(() => this.#show(author, seq))
    if (isNews) this.emit('entry:shown', author, seq)
  }

  /** Authors of own entries that no peer has shown. */
  hiddenAuthors(): Uint8Array[] {
    return this.#unshown.authors()
  }

  /** Place up to which peers have shown the author's entries; undefined where nothing is hidden. */
  shownOf(author: Uint8Array): number | undefined {
    return this.#unshown.shownOf(author)
  }

  /** Signs, stores and returns what is new of `publications`. Throws `LimitError` before anything is stored. */
  publish(publications: readonly Publication[], signal?: AbortSignal): Promise<Published> {
    return this.#publisher.publish(publications, signal)
  }

  /** Takes this node's vote on a record back; undefined when it has none. */
  retract(digest: Uint8Array): Promise<Entry | undefined> {
    return this.#publisher.retract(digest)
  }

  /** What this node has said of the record, under any of its authors, and not taken back. */
  voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    return this.#publisher.voteOn(digest)
  }

  /**
   * Says of a record what the publication says, in place of what this node has said of it before:
   * the new entries, durable. Throws `LimitError` before anything is stored.
   */
  revise(publication: Publication): Promise<Entry[]> {
    return this.#publisher.revise(publication)
  }

  /** What this node says of a record, under whichever of its authors; undefined for nothing. */
  saidOf(digest: Uint8Array): Promise<Register | undefined> {
    return this.#publisher.saidOf(digest)
  }

  /** Counts evidence on a record, durably; it is published by `publishEvidence`. */
  addEvidence(digest: Uint8Array, counters: Counters): Promise<void> {
    return this.#publisher.addEvidence(digest, counters)
  }

  /** Publishes what evidence has gathered, each count once, whatever happens in between. */
  publishEvidence(day: number, signal?: AbortSignal): Promise<Entry[]> {
    return this.#publisher.publishEvidence(day, signal)
  }

  /** Whether at least half of what this node's author has said no longer counts. */
  get isCompactionDue(): boolean {
    return this.#publisher.isCompactionDue
  }

  /**
   * Says anew what still counts of this node's author, so that every replica can remove the rest:
   * the new entries. What was removed here is gone when `compacted` resolves.
   */
  compact(signal?: AbortSignal): Promise<Entry[]> {
    return this.#publisher.compact(signal)
  }

  /** Resolves when nothing that no longer counts is being removed. */
  compacted(): Promise<void> {
    return this.#compaction.idle()
  }

  /** Forgets the author keys: the next publication and the next edits begin new feeds. */
  rotateAuthor(): void {
    this.#publisher.rotate()
    this.#playbooks.rotate()
  }

  /** The playbook of a goal as its edits make it. Throws `LimitError` (PLAYBOOK_TOO_LARGE). */
  playbook(goal: Uint8Array): Promise<Playbook> {
    return this.#playbooks.read(goal)
  }

  /** Changes the playbook of a goal; the new entries are durable, and none where nothing changed. */
  editPlaybook<T>(
    goal: Uint8Array,
    change: Change<T>,
    signal?: AbortSignal
  ): Promise<{ result: T; entries: Entry[] }> {
    return this.#playbooks.edit(goal, change, signal)
  }

  get(digest: Uint8Array): Promise<Standing | undefined> {
    return this.#materials.get(digest)
  }

  /** Whether this replica holds the bodies of these records. */
  has(digests: Uint8Array[]): Promise<boolean[]> {
    return this.#materials.has(digests)
  }

  /** Digests of the records that give the entity's attribute, or any, a value. */
  claims(entity: string, attribute?: string): Promise<Uint8Array[]> {
    return this.#materials.claims(entity, attribute)
  }

  /** Bytes of the records this replica holds. */
  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#materials.bodies(digests)
  }

  /** Position behind the last record of the log. */
  get recordLogEnd(): number {
    return this.#recordLog.end
  }

  /** Digests of records in the order in which they came, as far as they are on disk. */
  async *recordLog(from: number, to = this.#recordLog.end): AsyncGenerator<LogPart> {
    await this.#store.flush()
    yield* this.#recordLog.read(from, to)
  }

  /** Goals that an author says something of. */
  goals(): AsyncGenerator<Standing> {
    return this.#materials.goals()
  }

  /** All records that an author says something of. */
  standings(): AsyncGenerator<Standing> {
    return this.#materials.standings()
  }

  /**
   * Keeps bodies of records that came without an entry, once they are on disk: their digests. What
   * is not a record is left out.
   */
  async keepBodies(bodies: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const kept: Uint8Array[] = []
    const operations: Operation[] = []
    for (const bytes of bodies) {
      if (!isRecord(bytes)) continue
      const digest = recordDigest(bytes)
      kept.push(digest)
      operations.push(...this.#materials.keep(digest, bytes))
    }
    await this.#store.commit([...operations, ...this.#recordOperations(kept)])
    if (kept.length > 0) this.emit('body:kept', kept)
    return kept
  }

  /** Up to `limit` records that authors speak of and whose body is nowhere in this replica. */
  async missingBodies(limit: number): Promise<Uint8Array[]> {
    await this.#store.flush()
    const { missing, settled } = await this.#materials.wanted(limit)
    await this.#store.commit(settled)
    return missing
  }

  heads(): FeedHead[] {
    return this.#chains.heads()
  }

  /** The content digest: equal on two replicas exactly when they hold the same entries and void the same. */
  digest(): Uint8Array {
    return this.#chains.digest()
  }

  /** How many entries were refused, by reason, since this replica was opened. */
  rejections(): Readonly<Partial<Record<RejectReason, number>>> {
    return Object.fromEntries(this.#rejections)
  }

  headOf(author: Uint8Array): FeedHead {
    return this.#chains.feed(author)
  }

  /** Header of the author's entry at `seq`: held, or the one that ended the feed. */
  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    await this.#store.flush()
    return this.#chains.headerAt(author, seq)
  }

  /** Proof of the author's lowest known fork. */
  async proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#store.flush()
    return this.#chains.proofOf(author)
  }

  /** The header that names the author's base; undefined while it is 1. */
  async checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    await this.#store.flush()
    return this.#chains.checkpointOf(author)
  }

  /**
   * The author's entries after `seq` that count, in order. Ends early where one is damaged; the feed is then
   * forgotten, so that the next sync brings it back.
   */
  async *entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const last = await this.#serial.run(() => this.#lastDurable(author))
    let next = Math.max(seq + 1, this.headOf(author).base)
    for await (const bytes of this.#chains.between(author, next, last)) {
      yield bytes
      next += 1
    }
    // Unless a proof or a checkpoint has shortened the feed meanwhile.
    const { base, seq: end } = this.headOf(author)
    if (next <= last && next >= base && next <= end) await this.#forgetFeed(author)
  }

  /** Goes back to what is on disk, after a failed commit. */
  async #refresh(): Promise<void> {
    if (!this.#stale) return
    await this.#store.flush()
    await this.#chains.load()
    await this.#recordLog.load()
    await this.#loadUnshown()
    this.#stale = false
  }

  async #lastDurable(author: Uint8Array): Promise<number> {
    await this.#store.flush()
    await this.#refresh()
    return this.headOf(author).seq
  }

  /** What an author's entries say, as far as they are there and undamaged. */
  async *#said(author: Uint8Array, from: number, to: number): AsyncGenerator<Said> {
    await this.#store.flush()
    let seq = from
    for await (const bytes of this.#chains.between(author, from, to)) {
      yield readSaid(this.swarm, seq, bytes)
      seq += 1
    }
  }

  async #admit(
    bytes: Uint8Array,
    extra: readonly Operation[],
    onDurable?: (entry: Entry, digests: readonly Uint8Array[]) => void,
    isHidden = false
  ): Promise<Admission> {
    await this.#refresh()
    const verdict = await judge(bytes, {
      swarm: this.swarm,
      feed: (author) => this.#chains.feed(author),
      headerAt: (author, seq) => this.headerAt(author, seq)
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
        const digests = digestsOf(values)
        const hidden = isHidden ? this.#unshown.hide(this.headOf(entry.author), digests) : []
        const isCheckpoint = next.base > this.headOf(entry.author).base
        const durable = this.#commit([
          ...this.#chains.append(entry, bytes, next),
          // The first entry of a feed is rare enough to say again which swarm it is of.
          ...(entry.seq === 1 ? [this.#meta.put(SWARM_KEY, Buffer.from(this.swarm))] : []),
          ...this.#materials.operations(entry.author, entry.seq, values),
          ...(isHidden ? this.#recordLog.append(digests) : this.#recordOperations(digests)),
          ...hidden,
          ...extra
        ])
        if (entry.format === PLAYBOOK_FORMAT) this.#playbooks.add(entry, next.base)
        if (isCheckpoint) this.#playbooks.drop(entry.doc)
        durable.then(
          () => {
            this.#landed(entry)
            return onDurable?.(entry, subjectsOf(values))
          },
          () => undefined
        )
        if (isCheckpoint) this.#compaction.sweep(entry.author, durable)
        return { outcome: 'admitted', entry, durable }
      }
    }
  }

  #landed({ doc }: Entry): void {
    void this.published.checkpoint()
    this.#tellPlaybook(doc)
  }

  async #admitOwn(
    bytes: Uint8Array,
    extra: readonly Operation[]
  ): Promise<{ durable: Promise<void> }> {
    const admission = await this.#admit(bytes, extra, undefined, this.#hidesOwn)
    if (admission.outcome !== 'admitted') {
      throw new Error(`An own entry was not admitted: ${admission.outcome}`)
    }
    return admission
  }

  async #reject(verdict: Extract<Verdict, { verdict: 'reject' }>): Promise<Admission> {
    const { reason, blame, ends, proof } = verdict
    this.#rejections.set(reason, (this.#rejections.get(reason) ?? 0) + 1)
    if (ends !== undefined) await this.#commit(this.#chains.end(ends))
    if (proof !== undefined) await this.#void(proof)
    this.emit('entry:rejected', reason)
    return { outcome: 'rejected', reason, blame }
  }

  /** Cuts the author's feed before the fork. False when it was cut there, or before, already. */
  async #void(proof: Proof): Promise<boolean> {
    await this.#refresh()
    if (this.#isVoid(proof)) return false
    const [{ author, seq }] = proof
    await this.#store.flush()
    const { doc } = this.#chains.feed(author)
    const operations = await this.#chains.fork(proof)
    this.#abandon(author, doc)
    await this.#commit(operations)
    for await (const deletes of this.#chains.removalsFrom(author, seq)) await this.#commit(deletes)
    this.#tellPlaybook(doc)
    this.emit('author:void', writeProof(proof))
    return true
  }

  /** Begins the author's feed where a header of its says. */
  async #begin(header: SignedHeader): Promise<void> {
    await this.#refresh()
    await this.#store.flush()
    const { doc } = this.#chains.feed(header.author)
    const operations = this.#chains.begin(header)
    this.#abandon(header.author, doc)
    await this.#commit(operations)
    this.#compaction.sweep(header.author)
    this.#tellPlaybook(doc)
  }

  /** Whether the author is void already where this proves it to be. */
  #isVoid([{ author, seq }]: Proof): boolean {
    const { fork } = this.#chains.feed(author)
    return fork > 0 && fork <= seq
  }

  #recordOperations(digests: readonly Uint8Array[]): Operation[] {
    return [
      ...this.published.insert(digests.map((digest) => this.elementOf(digest))),
      ...this.#recordLog.append(digests)
    ]
  }

  async *#elements(): AsyncGenerator<Uint8Array[]> {
    for await (const digests of this.#materials.digests()) {
      const shown = digests.filter((digest) => !this.#unshown.hides(digest))
      yield shown.map((digest) => this.elementOf(digest))
    }
  }

  async #loadUnshown(): Promise<void> {
    await this.#unshown.load()
    for (const author of this.#unshown.authors()) {
      const { seq } = this.headOf(author)
      if (!this.#hidesOwn) {
        await this.#show(author, seq)
        continue
      }
      for await (const said of this.#said(author, (this.#unshown.shownOf(author) ?? 0) + 1, seq)) {
        this.#unshown.keep(author, said.seq, digestsOf(said.values))
      }
    }
  }

  /** An own entry that a peer sends is one that a peer shows. */
  async #seeAgain(bytes: Uint8Array): Promise<void> {
    const { author, seq, hash } = readEntry(bytes)
    const shown = this.#unshown.shownOf(author)
    if (shown === undefined || seq <= shown) return
    const own = await this.headerAt(author, seq)
    if (own !== undefined && equalBytes(own.hash, hash)) await this.show(author, seq)
  }

  async #show(author: Uint8Array, seq: number): Promise<boolean> {
    const shown = this.#unshown.shownOf(author)
    if (shown === undefined || seq <= shown) return false
    await this.#store.flush()
    const header = await this.#chains.headerAt(author, seq)
    if (header === undefined) return false
    const isAll = seq === this.headOf(author).seq
    const place = { seq, head: header.hash.slice() }
    const { digests, operations } = this.#unshown.show(author, place, isAll)
    const elements = digests.map((digest) => this.elementOf(digest))
    await this.#commit([...operations, ...this.published.insert(elements)])
    return true
  }

  #commit(operations: readonly Operation[]): Promise<void> {
    const durable = this.#store.commit(operations)
    durable.catch(() => {
      this.#stale = true
      this.#publisher.rotate()
      this.#playbooks.clear()
      // Heads and digest are asked for at any time: they must not stay ahead of the disk.
      this.#serial.run(() => this.#refresh()).catch(() => undefined)
    })
    return durable
  }

  #forgetFeed(author: Uint8Array): Promise<void> {
    return this.#serial.run(async () => {
      const { doc } = this.#chains.feed(author)
      const operation = this.#chains.forget(author)
      this.#abandon(author, doc)
      await this.#commit([operation])
    })
  }

  /** The author's feed is not what it was: nothing resident may go on from it. */
  #abandon(author: Uint8Array, doc: string): void {
    this.#publisher.abandon(author)
    this.#playbooks.drop(doc)
  }

  #tellPlaybook(doc: string): void {
    const goal = goalOfDoc(doc)
    if (goal !== undefined) this.emit('playbook:change', goal)
  }

  /** Judges the entries of a feed that an older version has kept unread. */
  async #readAnew(author: Uint8Array): Promise<void> {
    const { base, seq } = this.headOf(author)
    const kept = await Array.fromAsync(this.#chains.between(author, base, seq))
    await this.#commit([this.#chains.forget(author)])
    for (const bytes of kept) {
      const admission = await this.#admit(bytes, [])
      if (admission.outcome === 'admitted') await admission.durable
    }
  }
}

/** What the values speak of, each once where they stand together. */
function subjectsOf(values: readonly Value[]): Uint8Array[] {
  return values.flatMap((value) => (value.type === 'record' ? [] : [value.digest]))
}

function digestsOf(values: readonly Value[]): Uint8Array[] {
  return values.flatMap((value) => (value.type === 'record' ? [value.digest] : []))
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
