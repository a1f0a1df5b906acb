/**
 * Lies: authors whose receipt gave something else when it was repeated here. One is enough: honest runs
 * of one engine give the same. Kept for good, the author being a key that nobody else can sign with.
 */
import { MAX_FALSE_RECEIPTS } from '../constants.ts'
import type { Store } from '../../../crdt/index.ts'
import { SkillRecords } from './skill-records.ts'
import type { FalseReceipt } from './skill-values.ts'

export class FalseReceipts {
  readonly #store: Pick<Store, 'commit'>
  readonly #records: SkillRecords
  readonly #falseReceipts = new Map<string, FalseReceipt>()

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#records = new SkillRecords(store.section('skills'))
  }

  static async open(store: Pick<Store, 'commit' | 'section'>): Promise<FalseReceipts> {
    const lies = new FalseReceipts(store)
    for await (const lie of lies.#records.falseReceipts()) lies.#falseReceipts.set(lie.author, lie)
    return lies
  }

  /** `author`: its key, in hex. */
  has(author: string): boolean {
    return this.#falseReceipts.has(author)
  }

  /** The latest last. */
  all(): readonly FalseReceipt[] {
    return [...this.#falseReceipts.values()].toSorted(
      (one, other) => one.at.getTime() - other.at.getTime()
    )
  }

  /** On disk when it resolves. Beyond 10,000 the oldest is forgiven. */
  async add(lie: FalseReceipt): Promise<void> {
    this.#falseReceipts.set(lie.author, lie)
    const operations = [this.#records.putFalseReceipt(lie)]
    const [oldest] = this.#falseReceipts.size > MAX_FALSE_RECEIPTS ? this.all() : []
    if (oldest !== undefined) {
      this.#falseReceipts.delete(oldest.author)
      operations.push(this.#records.removeFalseReceipt(oldest.author))
    }
    await this.#store.commit(operations)
  }
}
