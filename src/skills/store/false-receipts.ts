/**
 * False receipts: authors whose receipt gave another result when it was run again here. One is
 * enough, since honest runs of one engine give equal results. Stored permanently: nobody else can
 * sign with the author's key.
 */
import { MAX_FALSE_RECEIPTS } from '../constants.ts'
import type { Store } from '../../../crdt/index.ts'
import { SkillRecords } from './skill-records.ts'
import type { FalseReceipt } from './skill-values.ts'

export class FalseReceipts {
  readonly #store: Pick<Store, 'commit'>
  readonly #records: SkillRecords
  readonly #byAuthor = new Map<string, FalseReceipt>()

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#records = new SkillRecords(store.section('skills'))
  }

  static async open(store: Pick<Store, 'commit' | 'section'>): Promise<FalseReceipts> {
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

  /** Resolves when it is on disk. Beyond 10,000 the oldest is dropped. */
  async add(receipt: FalseReceipt): Promise<void> {
    const operations = [this.#records.putFalseReceipt(receipt)]
    const isKnown = this.#byAuthor.has(receipt.author)
    const [oldest] = isKnown || this.#byAuthor.size < MAX_FALSE_RECEIPTS ? [] : this.all()
    if (oldest !== undefined) operations.push(this.#records.removeFalseReceipt(oldest.author))
    await this.#store.commit(operations)
    if (oldest !== undefined) this.#byAuthor.delete(oldest.author)
    this.#byAuthor.set(receipt.author, receipt)
  }
}
