/** Finds the digests of records by the first digits of their hexadecimal form. */
import type { Section, Store } from '../store/section.ts'

export class RecordIds {
  readonly #records: Section
  readonly #goals: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#records = store.section('records')
    this.#goals = store.section('goals')
  }

  /** At most `limit` digests of stored records, or of goals alone, in order. */
  find(digits: string, limit: number, kind?: 'goal'): Promise<Uint8Array[]> {
    return (kind === 'goal' ? this.#goals : this.#records).keysFrom(digits, limit)
  }
}
