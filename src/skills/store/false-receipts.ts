/**
 * False receipts: authors whose receipt gave another result when it was run again here. One is
 * enough, since honest runs of one engine give equal results. Stored permanently: nobody else can
 * sign with the author's key.
 */
import { Retry } from '../../../crdt/index.ts'
import { MAX_FALSE_RECEIPTS } from '../constants.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import { SkillRecords } from './skill-records.ts'
import type { FalseReceipt } from './skill-values.ts'

export class FalseReceipts {
  readonly #store: Pick<Store, 'commit'>
  /** Operations that are not on disk. */
  readonly #unwritten = new Set<Operation>()
  readonly #writing: Retry
  readonly #records: SkillRecords
  readonly #byAuthor = new Map<string, FalseReceipt>()

  constructor(store: Pick<Store, 'closing' | 'commit' | 'section'>) {
    this.#store = store
    this.#writing = new Retry({ closing: store.closing, task: () => this.#write() })
    this.#records = new SkillRecords(store.section('skills'))
  }

  static async open(store: Pick<Store, 'closing' | 'commit' | 'section'>): Promise<FalseReceipts> {
    const falseReceipts = new FalseReceipts(store)
    const stored = await Array.fromAsync(falseReceipts.#records.falseReceipts())
    for (const receipt of stored.toSorted((one, other) => one.at.getTime() - other.at.getTime()))
      falseReceipts.#byAuthor.set(receipt.author, receipt)
    return falseReceipts
  }

  /** `author`: the key in hex. */
  has(author: string): boolean {
    return this.#byAuthor.has(author)
  }

  /** The authors of the latest ones, as hex; at most `limit`. */
  latestAuthors(limit: number): readonly string[] {
    return [...this.#byAuthor.keys()].slice(-limit)
  }

  /** The latest last. */
  all(): readonly FalseReceipt[] {
    return [...this.#byAuthor.values()].toSorted(
      (one, other) => one.at.getTime() - other.at.getTime()
    )
  }

  /**
   * Counts at once. Resolves when it is on disk, or cannot be written now and is written later. Beyond
   * 10,000 the oldest is dropped.
   */
  async add(receipt: FalseReceipt): Promise<void> {
    const isKnown = this.#byAuthor.has(receipt.author)
    const [oldest] = isKnown || this.#byAuthor.size < MAX_FALSE_RECEIPTS ? [] : this.all()
    this.#unwritten.add(this.#records.putFalseReceipt(receipt))
    if (oldest !== undefined) {
      this.#unwritten.add(this.#records.removeFalseReceipt(oldest.author))
      this.#byAuthor.delete(oldest.author)
    }
    // Its author is among the latest again.
    this.#byAuthor.delete(receipt.author)
    this.#byAuthor.set(receipt.author, receipt)
    try {
      await this.#write()
    } catch {
      this.#writing.later()
    }
  }

  async #write(): Promise<void> {
    const operations = [...this.#unwritten]
    await this.#store.commit(operations)
    for (const each of operations) this.#unwritten.delete(each)
  }
}
