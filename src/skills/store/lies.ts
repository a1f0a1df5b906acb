/**
 * Lies: authors whose receipt gave something else when it was repeated here. One is enough: honest runs
 * of one engine give the same. Kept for good, the author being a key that nobody else can sign with.
 */
import { MAX_LIES } from '../constants.ts'
import type { Store } from '../../../crdt/index.ts'
import { SkillRecords } from './skill-records.ts'
import type { Lie } from './skill-values.ts'

export class Lies {
  readonly #store: Pick<Store, 'commit'>
  readonly #records: SkillRecords
  readonly #lies = new Map<string, Lie>()

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#records = new SkillRecords(store.section('skills'))
  }

  static async open(store: Pick<Store, 'commit' | 'section'>): Promise<Lies> {
    const lies = new Lies(store)
    for await (const lie of lies.#records.lies()) lies.#lies.set(lie.author, lie)
    return lies
  }

  /** `author`: its key, in hex. */
  has(author: string): boolean {
    return this.#lies.has(author)
  }

  /** The latest last. */
  all(): readonly Lie[] {
    return [...this.#lies.values()].toSorted((one, other) => one.at.getTime() - other.at.getTime())
  }

  /** On disk when it resolves. Beyond 10,000 the oldest is forgiven. */
  async add(lie: Lie): Promise<void> {
    this.#lies.set(lie.author, lie)
    const operations = [this.#records.putLie(lie)]
    const [oldest] = this.#lies.size > MAX_LIES ? this.all() : []
    if (oldest !== undefined) {
      this.#lies.delete(oldest.author)
      operations.push(this.#records.removeLie(oldest.author))
    }
    await this.#store.commit(operations)
  }
}
