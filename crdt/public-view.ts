/**
 * The replica as peers see it: without own entries that no peer has shown yet. Peers' entries are
 * admitted through it too, since an own entry that comes back becomes public.
 */
import { equalBytes } from './bytes/index.ts'
import { digestOfHeads } from './feeds/feeds.ts'
import { readEntry } from './feeds/entry.ts'
import type { Entry, SignedHeader } from './feeds/entry.ts'
import type { FeedHead } from './feeds/feeds.ts'
import type { AdmissionResult, ProofResult } from './admission/admitter.ts'
import type { HiddenEntries } from './publishing/hidden-entries.ts'

/** The part of a replica that the view reads and admits through. */
export interface PublicViewReplica {
  /** Where each feed stands. */
  heads(): FeedHead[]
  /** Where the feed of an author stands. */
  headOf(author: Uint8Array): FeedHead
  /** The content digest. */
  digest(): Uint8Array
  /** Admits the bytes of an entry. */
  admit(bytes: Uint8Array): Promise<AdmissionResult>
  /** Admits a signed header that may prove an equivocation. */
  admitHeader(header: SignedHeader): Promise<ProofResult>
  /** Admits a proof of an equivocation. */
  admitProof(bytes: Uint8Array): Promise<ProofResult>
  /** The header at this place of an author's feed. */
  headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined>
  /** The header that sets the base of an author's feed. */
  checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined>
  /** The proof that voids an author. */
  proofOf(author: Uint8Array): Promise<Uint8Array | undefined>
  /** Bytes of the author's entries after `seq`, in order. */
  entriesAfter(author: Uint8Array, seq: number): AsyncIterable<Uint8Array>
  /** Bodies of records, in the order of the digests. */
  bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /** Marks the author's entries up to `seq` as shown by a peer. */
  unhide(author: Uint8Array, seq: number): Promise<void>
}

/**
 * The replica as peers see it. Methods answer like those of `Replica`, without own entries that no
 * peer has shown.
 */
export class PublicView {
  readonly #replica: PublicViewReplica
  readonly #hidden: HiddenEntries

  constructor(replica: PublicViewReplica, hidden: HiddenEntries) {
    this.#replica = replica
    this.#hidden = hidden
  }

  /** Where each feed stands. */
  heads(): FeedHead[] {
    const heads = this.#replica.heads()
    return this.#hidden.isEmpty
      ? heads
      : heads.flatMap((head) => this.#hidden.publicHead(head) ?? [])
  }

  /** The content digest of what peers see. */
  digest(): Uint8Array {
    return this.#hidden.isEmpty ? this.#replica.digest() : digestOfHeads(this.heads())
  }

  /** Admits the bytes of an entry. */
  admit(bytes: Uint8Array): Promise<AdmissionResult> {
    return this.#replica.admit(bytes)
  }

  /** Admits a signed header that may prove an equivocation. */
  admitHeader(header: SignedHeader): Promise<ProofResult> {
    return this.#replica.admitHeader(header)
  }

  /** Admits a proof of an equivocation. */
  admitProof(bytes: Uint8Array): Promise<ProofResult> {
    return this.#replica.admitProof(bytes)
  }

  /** The signed header at a position; undefined if it is missing or hidden. */
  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    return this.#isPublic(author, seq) ? this.#replica.headerAt(author, seq) : undefined
  }

  /** The header that set the author's base; undefined if it is missing or hidden. */
  async checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    const header = await this.#replica.checkpointOf(author)
    return header !== undefined && this.#isPublic(author, header.seq) ? header : undefined
  }

  /** Bytes of the proof against an author; undefined without one. */
  proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#replica.proofOf(author)
  }

  /** Bytes of the author's entries after `seq`, in order. */
  async *entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const publicSeq = this.#hidden.publicSeq(author)
    let next = Math.max(seq + 1, this.#replica.headOf(author).base)
    for await (const bytes of this.#replica.entriesAfter(author, seq)) {
      if (publicSeq !== undefined && next > publicSeq) return
      yield bytes
      next += 1
    }
  }

  /** Bytes of the records that peers may have. */
  async bodies(digests: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const bodies = await this.#replica.bodies(digests)
    return bodies.map((body, i) => {
      const digest = digests[i]
      return digest !== undefined && this.#hidden.hidesRecord(digest) ? undefined : body
    })
  }

  /**
   * Marks own entries as public that the peer reports in its heads; returns the newest of each
   * author.
   */
  async observeHeads(
    theirs: ReadonlyMap<string, FeedHead>,
    nameOf: (author: Uint8Array) => string
  ): Promise<Entry[]> {
    const shown: Entry[] = []
    for (const author of this.#hidden.authors()) {
      const head = theirs.get(nameOf(author))
      if (head === undefined || head.seq === 0) continue
      const own = await this.#replica.headerAt(author, head.seq)
      if (own === undefined || !equalBytes(own.hash, head.head)) continue
      await this.#replica.unhide(author, head.seq)
      for await (const bytes of this.#replica.entriesAfter(author, head.seq - 1)) {
        shown.push(readEntry(bytes))
        break
      }
    }
    return shown
  }

  #isPublic(author: Uint8Array, seq: number): boolean {
    const publicSeq = this.#hidden.publicSeq(author)
    return publicSeq === undefined || seq <= publicSeq
  }
}
