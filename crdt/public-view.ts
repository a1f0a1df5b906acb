/**
 * The replica as peers see it: like one that does not have the own entries that no peer has shown
 * yet. All that a peer can ask, and all that it can tell, goes through this view, so that the
 * author of a hidden entry answers like every other node.
 */
import type { SignedHeader } from './feeds/entry.ts'
import type { FeedHead } from './feeds/feed.ts'
import type { HeadNode, HeadTotals } from './feeds/head-tree.ts'
import type { AdmissionResult } from './admission/admitter.ts'
import type { ProofResult } from './admission/feed-windows.ts'
import type { HiddenEntries } from './publishing/hidden-entries.ts'
import type { HiddenRecords } from './publishing/hidden-records.ts'

/** The part of a replica that the view reads and admits through. */
export interface PublicViewReplica {
  /** Where each feed stands. */
  heads(): FeedHead[]
  /** Where the feed of an author stands. */
  headOf(author: Uint8Array): FeedHead
  /** The digest of the heads that peers see. */
  publicDigest(): Uint8Array
  /** How much peers see. */
  totals(): HeadTotals
  /** A node of the tree over the heads that peers see. */
  nodeAt(prefix: string): HeadNode
  /** Admits the bytes of an entry that a peer brings. */
  admit(bytes: Uint8Array, from?: string): Promise<AdmissionResult>
  /** Admits a signed header that may prove an equivocation. */
  admitHeader(header: SignedHeader): Promise<ProofResult>
  /** Admits the header of a hidden entry that sets the base of a feed of which peers have seen nothing. */
  beginHidden(header: SignedHeader): Promise<ProofResult>
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
  readonly #hiddenRecords: Pick<HiddenRecords, 'hides'>

  constructor(
    replica: PublicViewReplica,
    hidden: HiddenEntries,
    hiddenRecords: Pick<HiddenRecords, 'hides'>
  ) {
    this.#replica = replica
    this.#hidden = hidden
    this.#hiddenRecords = hiddenRecords
  }

  /** Where each feed stands. */
  heads(): FeedHead[] {
    return this.#replica.heads().flatMap((head) => this.#hidden.publicHead(head) ?? [])
  }

  /** Where the feed of an author stands; undefined if peers see none of it. */
  headOf(author: Uint8Array): FeedHead | undefined {
    return this.#hidden.publicHead(this.#replica.headOf(author))
  }

  /** The digest of the heads that peers see. */
  digest(): Uint8Array {
    return this.#replica.publicDigest()
  }

  /** How much peers see. */
  totals(): HeadTotals {
    return this.#replica.totals()
  }

  /** A node of the tree over the heads that peers see. */
  nodeAt(prefix: string): HeadNode {
    return this.#replica.nodeAt(prefix)
  }

  /** Admits the bytes of an entry that a peer brings. */
  admit(bytes: Uint8Array, from?: string): Promise<AdmissionResult> {
    return this.#replica.admit(bytes, from)
  }

  /** Admits a signed header that may prove an equivocation. */
  async admitHeader(header: SignedHeader): Promise<ProofResult> {
    if (this.#isPublic(header.author, header.seq)) return this.#replica.admitHeader(header)
    // Who lacks the entry takes a header that raises the base, and no other one.
    const base = this.headOf(header.author)?.base ?? 1
    return header.base > base ? this.#replica.beginHidden(header) : 'held'
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
    if (header === undefined) return undefined
    // Of a feed that peers have seen, a peer has sent it.
    const isSent = (this.#hidden.publicSeq(author) ?? 0) > 0
    return isSent || this.#isPublic(author, header.seq) ? header : undefined
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
      return digest !== undefined && this.#hiddenRecords.hides(digest) ? undefined : body
    })
  }

  #isPublic(author: Uint8Array, seq: number): boolean {
    const publicSeq = this.#hidden.publicSeq(author)
    return publicSeq === undefined || seq <= publicSeq
  }
}
