/**
 * The votes of this node, under any of its authors, with the secrets that retract them. Resident
 * nowhere: a vote exists while its secret is on disk.
 */
import { SECRET_BYTES } from '../constants.ts'
import { concat } from '../bytes/index.ts'
import type { PreparedPublication } from './publication.ts'
import type { Retraction } from '../records/retraction.ts'
import { Mirror } from '../store/mirror.ts'
import type { MirrorInit } from '../store/mirror.ts'
import type { Operation, Store } from '../store/section.ts'

/** The vote of a node on a record. */
export type OwnVote = 'vouch' | 'dispute' | 'stale'

/** Follows the secret of a vote. */
const SUFFIXES: Readonly<Record<OwnVote, Uint8Array>> = {
  vouch: new Uint8Array(),
  dispute: Uint8Array.of(1),
  stale: Uint8Array.of(2)
}

export class OwnVotes {
  /** Kept twice: with a lost secret a vote could not be retracted, and would be cast again. */
  readonly #votes: Mirror

  constructor(store: MirrorInit['store']) {
    this.#votes = new Mirror({ store, name: 'vouched' })
  }

  load(commit: Store['commit']): Promise<void> {
    return this.#votes.load(commit)
  }

  async voteOn(digest: Uint8Array): Promise<OwnVote | undefined> {
    return (await this.votesOn([digest]))[0]
  }

  /** The vote on each record. */
  async votesOn(digests: readonly Uint8Array[]): Promise<(OwnVote | undefined)[]> {
    const cast = await this.#votes.getMany([...digests])
    return cast.map((stored) => (stored === undefined ? undefined : voteIn(stored)))
  }

  /** Whether this node has a vote on each record. */
  async has(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const cast = await this.#votes.getMany([...digests])
    return cast.map((vote) => vote !== undefined)
  }

  async secretOf(digest: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.#votes.get(digest))?.subarray(0, SECRET_BYTES)
  }

  /** The retractions of the votes that exist. */
  async retractionsOf(digests: readonly Uint8Array[]): Promise<Retraction[]> {
    const cast = await this.#votes.getMany([...digests])
    return digests.flatMap((digest, i) => {
      const secret = cast[i]?.subarray(0, SECRET_BYTES)
      return secret === undefined ? [] : [{ digest, secret }]
    })
  }

  /** Call it before the commit with the operations of `put`. */
  prepare(publications: readonly PreparedPublication[]): Promise<void> {
    return this.#votes.prepare(publications.map((each) => [each.digest, voteOf(each)]))
  }

  /** Stores the vote: the secret of its retraction, and what it states. */
  put(publication: PreparedPublication): Operation {
    return this.#votes.put(publication.digest, voteOf(publication))
  }

  del(digest: Uint8Array): Operation {
    return this.#votes.del(digest)
  }

  /** Call it after the commit with the operations of `del`. */
  finish(digests: readonly Uint8Array[]): Promise<void> {
    return this.#votes.finish(digests)
  }
}

/** What a stored vote states. */
function voteIn(stored: Uint8Array): OwnVote {
  const suffix = stored[SECRET_BYTES]
  if (suffix === undefined) return 'vouch'
  return suffix === SUFFIXES.stale[0] ? 'stale' : 'dispute'
}

function voteOf({ secret, register }: PreparedPublication): Uint8Array {
  return concat(secret, SUFFIXES[register.vote === 'none' ? 'vouch' : register.vote])
}
