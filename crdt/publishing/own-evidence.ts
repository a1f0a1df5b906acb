/** Evidence of this node on records: pending until it is published, and counted once. */
import { addCounters, PendingEvidence } from '../records/evidence.ts'
import { toHex } from '../bytes/index.ts'
import { commitmentOf, createSecret } from '../records/retraction.ts'
import { recordOf } from './restatement.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { FeedSigner } from './feed-signer.ts'
import type { HeldVotes } from './held-votes.ts'
import type { HiddenRecords } from './hidden-records.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { PublishedRecords } from './published-records.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Counters } from '../records/evidence.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Register } from '../records/register.ts'
import type { Value } from '../records/value.ts'
import type { Operation, Store } from '../store/section.ts'

export interface OwnEvidenceInit {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly current: Pick<CurrentAuthor, 'addEvidence' | 'deadValues' | 'get'>
  readonly signer: Pick<FeedSigner, 'latestOf' | 'sign'>
  readonly recordStore: Pick<RecordStore, 'bodies' | 'isRetracted'>
  readonly publishedRecords: Pick<PublishedRecords, 'stays'>
  readonly hiddenRecords: Pick<HiddenRecords, 'hides'>
  readonly held: Pick<HeldVotes, 'get'>
}

/** For the turn of a publication: calls are one after the other. */
export class OwnEvidence {
  readonly #init: OwnEvidenceInit
  readonly #pending: PendingEvidence

  constructor(init: OwnEvidenceInit) {
    this.#init = init
    this.#pending = new PendingEvidence(init.store)
  }

  /** Durably. */
  add(digest: Uint8Array, counters: Counters): Promise<void> {
    return this.#pending.add(digest, counters)
  }

  /**
   * Publishes the evidence since the last call, of these records or of all, each count once: the commit
   * that admits its entry also removes it from the pending section. Where a vote is held, evidence waits
   * with it: by an entry of its own it would tell at once which key the vote is going to have.
   */
  async publish(
    day: number,
    { of, signal }: { readonly of?: ReadonlySet<string>; readonly signal?: AbortSignal } = {}
  ): Promise<Entry[]> {
    const { current, signer, held } = this.#init
    const entries: Entry[] = []
    for await (const pending of this.#pending.batches()) {
      signal?.throwIfAborted()
      const batch = pending.filter(
        ({ digest }) => held.get(digest)?.vote === undefined && of?.has(toHex(digest)) !== false
      )
      if (batch.length === 0) continue
      const author = await current.get()
      const values: Value[][] = []
      for (const { digest, counters } of batch) {
        const register = await this.#withEvidence(author, digest, counters, day)
        values.push([...(await this.#recordOf(digest)), register])
      }
      const removed = (from: number, to: number): Operation[] =>
        batch.slice(from, to).map(({ digest }) => this.#pending.remove(digest))
      entries.push(...(await signer.sign(author, values, removed)))
    }
    return entries
  }

  /** The record, if peers have it and only entries that are going to be removed speak of it. */
  async #recordOf(digest: Uint8Array): Promise<Value[]> {
    const { publishedRecords, hiddenRecords, recordStore } = this.#init
    if (hiddenRecords.hides(digest) || (await publishedRecords.stays(digest))) return []
    return recordOf(recordStore, digest)
  }

  /** The author's register of a record, with `counters` added. */
  async #withEvidence(
    author: VoicedAuthor,
    digest: Uint8Array,
    counters: Counters,
    day: number
  ): Promise<Value> {
    const { recordStore, current, signer } = this.#init
    current.addEvidence(digest)
    const before = (await signer.latestOf(author, digest))?.register
    if (before !== undefined) current.deadValues += 1
    const withdrawn = before !== undefined && (await recordStore.isRetracted(digest, before))
    const register: Register = {
      ...(before === undefined || withdrawn ? registerWithoutVote(digest) : before),
      day,
      counters: addCounters(before?.counters ?? [], counters)
    }
    return { type: 'register', digest, register }
  }
}

/** The register of an author with evidence but without a vote. */
function registerWithoutVote(digest: Uint8Array): Omit<Register, 'day' | 'counters'> {
  const commitment = commitmentOf({ digest, secret: createSecret() })
  return { vote: 'none', confidence: 0, commitment, tags: [] }
}
