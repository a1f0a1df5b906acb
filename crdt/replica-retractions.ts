/** Retractions without an author, as a replica and its peers use them. */
import { commitmentOf, retractionId } from './records/retraction.ts'
import { Serial } from './store/serial.ts'
import type { PrefixNode } from './bytes/index.ts'
import type { RetractionResult } from './admission/retraction-admitter.ts'
import type { ReplicaParts } from './replica-parts.ts'
import type { Retraction } from './records/retraction.ts'

type Parts = Pick<
  ReplicaParts,
  | 'heldVotes'
  | 'hidden'
  | 'ownRetractions'
  | 'recordStore'
  | 'retractions'
  | 'retractionSet'
  | 'settle'
  | 'waitingRetractions'
>

/** How many changes of own votes have not left yet. */
export interface WaitingChanges {
  /** Retractions that no peer has shown. */
  readonly retractions: number
  /** Votes that wait until the retraction of the vote before is hours old. */
  readonly votes: number
}

/** The retractions of a replica that are in no entry. */
export class ReplicaRetractions {
  readonly #parts: Parts
  readonly #now: () => number
  readonly #serial = new Serial()
  /** The next release, which has not begun. */
  #releasing: Promise<void> | undefined
  readonly #onShow: (retractions: readonly Retraction[]) => void

  /** `onShow`: own ones are public from now on. */
  constructor(
    parts: Parts,
    now: () => number,
    onShow: (retractions: readonly Retraction[]) => void
  ) {
    this.#parts = parts
    this.#now = now
    this.#onShow = onShow
  }

  /**
   * Admits retractions from any source, durably; results are in their order. At most as many as one
   * message may have. `source` names who has sent them.
   */
  admit(retractions: readonly Retraction[], source = ''): Promise<RetractionResult[]> {
    return this.#parts.retractions.admit(retractions, source)
  }

  /** Equal on two replicas exactly when they have the same retractions, own hidden ones left out. */
  digest(): Uint8Array {
    return this.#parts.retractionSet.digest()
  }

  /** The digest with own hidden ones; undefined without any retraction. */
  digestOfAll(): Uint8Array | undefined {
    const { retractionSet, ownRetractions } = this.#parts
    if (retractionSet.size + ownRetractions.size === 0) return undefined
    return retractionSet.digestWith(ownRetractions.all())
  }

  /** Retractions that peers see. */
  get size(): number {
    return this.#parts.retractionSet.size
  }

  /** A node of the tree over the ids, by a prefix of ids in hexadecimal digits. */
  nodeAt(prefix: string): PrefixNode<Uint8Array> {
    return this.#parts.retractionSet.nodeAt(prefix)
  }

  /** Whether peers see it. */
  has(id: Uint8Array): boolean {
    return this.#parts.retractionSet.has(id)
  }

  /** Whether it has come, and waits for a register that it opens. */
  isWaiting(id: Uint8Array): boolean {
    return this.#parts.waitingRetractions.has(id)
  }

  /** Whether it opens a register that this replica stores. */
  opens(retraction: Retraction): Promise<boolean> {
    return this.#parts.retractions.opens(retraction)
  }

  /** Retractions that wait for a register. */
  get waitingSize(): number {
    return this.#parts.waitingRetractions.size
  }

  /** Those of the ids that peers see. */
  get(ids: readonly Uint8Array[]): Promise<Retraction[]> {
    return this.#parts.retractionSet.get(ids)
  }

  /** All that peers see. */
  all(): AsyncGenerator<Retraction> {
    return this.#parts.retractionSet.all()
  }

  /** Whether it is an own one that no peer has shown. */
  isHidden(retraction: Retraction): boolean {
    return this.#parts.ownRetractions.has(retractionId(retraction))
  }

  /** Own ones that may leave now: their time has come, and peers have the vote. */
  async toSend(): Promise<Retraction[]> {
    const { ownRetractions, recordStore, hidden, settle } = this.#parts
    if (ownRetractions.size === 0) return []
    // What has left cannot be taken back, so it must be on disk.
    await settle()
    const ready: Retraction[] = []
    for (const retraction of ownRetractions.due(this.#now())) {
      const at = await recordStore.positionsWith(retraction.digest, commitmentOf(retraction))
      const isHidden = at.some(({ author, seq }) => seq > (hidden.publicSeq(author) ?? Infinity))
      if (!isHidden) ready.push(retraction)
    }
    return ready
  }

  /** Own ones whose time has come are public, also those of calls that wait for the same. */
  release(): Promise<void> {
    this.#releasing ??= this.#serial.run(async () => {
      this.#releasing = undefined
      const ready = await this.toSend()
      if (ready.length > 0) await this.show(ready)
    })
    return this.#releasing
  }

  /** Own ones are public from now on; durable. */
  async show(retractions: readonly Retraction[]): Promise<void> {
    const hidden = retractions.filter((each) => this.isHidden(each))
    if (hidden.length === 0) return
    await this.#parts.retractions.show(hidden)
    this.#onShow(hidden)
  }

  /** How many changes of own votes have not left yet. */
  get waiting(): WaitingChanges {
    const { ownRetractions, heldVotes } = this.#parts
    return { retractions: ownRetractions.size, votes: heldVotes.votes().length }
  }
}
