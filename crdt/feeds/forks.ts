/** Stores proofs of equivocation, and the headers of entries that ended a feed. */
import { readAll } from '../bytes/index.ts'
import { readSignedParts, writeSignedHeader } from './entry.ts'
import { readProof, writeProof } from './equivocation.ts'
import type { SignedHeader } from './entry.ts'
import type { Proof } from './equivocation.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export class Forks {
  readonly #proofs: Section
  readonly #endings: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#proofs = store.section('proofs')
    this.#endings = store.section('endings')
  }

  /** The proof of the author's lowest fork. */
  async proofOf(author: Uint8Array): Promise<Proof | undefined> {
    const bytes = await this.#proofs.get(author)
    return bytes === undefined ? undefined : readProof(bytes)
  }

  putProof(proof: Proof): Operation {
    return this.#proofs.put(proof[0].author, writeProof(proof))
  }

  /** Header of the ill-formed entry that ended the author's feed. */
  async endingOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    const bytes = await this.#endings.get(author)
    return bytes === undefined ? undefined : readAll(bytes, readSignedParts)
  }

  putEnding(header: SignedHeader): Operation {
    return this.#endings.put(header.author, writeSignedHeader(header))
  }
}
