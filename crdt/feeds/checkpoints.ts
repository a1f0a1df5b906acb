/**
 * Checkpoints: after restating its live values, an author names in the header of an entry the
 * sequence number at which its feed now begins. The replica stores the signed header with the
 * highest base, and sends it to peers with a lower one.
 */
import { readAll } from '../bytes/index.ts'
import { readSignedParts, writeSignedHeader } from './entry.ts'
import type { SignedHeader } from './entry.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export class Checkpoints {
  readonly #section: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('checkpoints')
  }

  async of(author: Uint8Array): Promise<SignedHeader | undefined> {
    const bytes = await this.#section.get(author)
    return bytes === undefined ? undefined : readAll(bytes, readSignedParts)
  }

  put(header: SignedHeader): Operation {
    return this.#section.put(header.author, writeSignedHeader(header))
  }
}
