/**
 * The votes of this node, under any of its authors, with the secrets that retract them. Resident
 * nowhere: a vote exists while its secret is on disk.
 */
import { SECRET_BYTES } from '../constants.ts'
import { concat } from '../bytes/index.ts'
import type { PreparedPublication } from './publication.ts'
import type { Retraction } from '../records/retraction.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** The vote of a node on a record. */
export type OwnVote = 'vouch' | 'dispute'

/** Follows the secret of a dispute. */
const DISPUTES = Uint8Array.of(1)
const VOUCHES = new Uint8Array()

export class OwnVotes {
  readonly #section: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('vouched')
  }

  async voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    const cast = await this.#section.get(digest)
    if (cast === undefined) return undefined
    return cast.length > SECRET_BYTES ? 'dispute' : 'vouch'
  }

  /** Whether this node has a vote on each record. */
  async has(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const cast = await this.#section.getMany([...digests])
    return cast.map((vote) => vote !== undefined)
  }

  async secretOf(digest: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.#section.get(digest))?.subarray(0, SECRET_BYTES)
  }

  /** The retractions of the votes that exist. */
  async retractionsOf(digests: readonly Uint8Array[]): Promise<Retraction[]> {
    const cast = await this.#section.getMany([...digests])
    return digests.flatMap((digest, i) => {
      const secret = cast[i]?.subarray(0, SECRET_BYTES)
      return secret === undefined ? [] : [{ digest, secret }]
    })
  }

  /** Stores the vote: the secret of its retraction, and whether it disputes. */
  put({ digest, secret, register }: PreparedPublication): Operation {
    const mark = register.vote === 'dispute' ? DISPUTES : VOUCHES
    return this.#section.put(digest, concat(secret, mark))
  }

  del(digest: Uint8Array): Operation {
    return this.#section.del(digest)
  }
}
