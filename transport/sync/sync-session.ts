/**
 * One run of `/sync/1.0.0` over one stream.
 *
 * Both sides send the digest of all they hold; if it is equal they are done. If not, each sends its
 * feed heads and then, for every feed in which it is ahead, the entries the other lacks, in order.
 * Entries are admitted as they arrive, so a broken run loses nothing and the next one resumes where
 * it broke.
 *
 * Where the hashes at the last common place differ, the author has signed two entries somewhere at
 * or before it. The side that sees it sends its headers from there back, at distances that double;
 * the first one that contradicts what the other holds is a proof. The next run begins before it, so
 * the lowest fork of a feed of n entries is found within log2(n) runs. Who knows of a lower fork
 * than the other sends the proof.
 *
 * Where a feed begins at a higher base than the other side knows, the header that says so goes first;
 * what lies before the base is not sent.
 *
 * A side that wants no entries (a light node) offers its own, and gets heads of those feeds only.
 *
 * Guaranteed: after a complete run each side that wants entries has every one the other had when it
 * sent its heads, unless it refused one. Not guaranteed: equal digests, since entries arrive
 * meanwhile and forks may need more runs.
 */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { HEADS_PER_PAGE, MAX_SYNC_HEADS, SYNC_COMMIT_WINDOW } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { readSyncFrame, writeSyncFrame } from './sync-frames.ts'
import type { Entry, FeedHead, PublicView } from '../../crdt/index.ts'
import type { FrameStream } from '../streams/frame-stream.ts'
import type { SyncFrame } from './sync-frames.ts'

export type SyncReplica = Pick<
  PublicView,
  | 'admit'
  | 'admitHeader'
  | 'admitProof'
  | 'checkpointOf'
  | 'digest'
  | 'entriesAfter'
  | 'headerAt'
  | 'heads'
  | 'proofOf'
  | 'observeHeads'
>

export interface SyncReport {
  /** Entries the other side lacked, and entries this side admitted. */
  readonly sent: number
  readonly received: number
  /** The newest entry of each feed that got news, own entries included that the peer has shown. */
  readonly latestEntries: readonly Entry[]
  /** Forks this side learned of: another run may find lower ones. */
  readonly forks: number
}

export interface SyncRole {
  readonly role: 'initiator' | 'responder'
  /** Whether this side takes entries of others. */
  readonly acceptsEntries: boolean
}

/** Headers of one walk back, at distances 0, 1, 2, 4 ... from where it begins. */
const MAX_WALK_HEADERS = 55

const EMPTY_REPORT: SyncReport = { sent: 0, received: 0, latestEntries: [], forks: 0 }

/** `signal` must end a run that stalls. */
export async function runSync(
  stream: FrameStream,
  replica: SyncReplica,
  sides: SyncRole,
  signal: AbortSignal
): Promise<SyncReport> {
  const session = new SyncSession(stream, replica, signal)
  return session.run(sides)
}

type Heads = ReadonlyMap<string, FeedHead>

class SyncSession {
  readonly #stream: FrameStream
  readonly #replica: SyncReplica
  readonly #signal: AbortSignal

  constructor(stream: FrameStream, replica: SyncReplica, signal: AbortSignal) {
    this.#stream = stream
    this.#replica = replica
    this.#signal = signal
  }

  async run({ role, acceptsEntries }: SyncRole): Promise<SyncReport> {
    const { equal, wanted } = await this.#exchangeDigests(role, acceptsEntries)
    if (equal || (!acceptsEntries && !wanted)) return EMPTY_REPORT
    const { ours, theirs, shown } = await this.#exchangeHeads(wanted)
    const expected = acceptsEntries
      ? expectedFrames(ours, theirs)
      : { entries: 0, headers: 0, proofs: 0 }
    const [received, sent] = await Promise.all([
      this.#receive(expected),
      wanted ? this.#send(ours, theirs) : this.#sendDone()
    ])
    return { ...received, latestEntries: [...shown, ...received.latestEntries], sent }
  }

  async #exchangeDigests(
    role: SyncRole['role'],
    acceptsEntries: boolean
  ): Promise<{ equal: boolean; wanted: boolean }> {
    const digest = this.#replica.digest()
    if (role === 'initiator') await this.#write({ type: 'digest', digest, acceptsEntries })
    const frame = await this.#read()
    if (frame.type !== 'digest')
      throw new ProtocolError(`a frame "${frame.type}" instead of a digest`)
    if (role === 'responder') await this.#write({ type: 'digest', digest, acceptsEntries })
    return { equal: equalBytes(digest, frame.digest), wanted: frame.acceptsEntries }
  }

  /** `wanted` false: the other side gets the heads of feeds that it has itself, and no others. */
  async #exchangeHeads(
    wanted: boolean
  ): Promise<{ ours: FeedHead[]; theirs: Heads; shown: readonly Entry[] }> {
    const all = this.#replica.heads()
    if (wanted) {
      const [theirs] = await Promise.all([this.#receiveHeads(), this.#sendHeads(all)])
      const shown = await this.#replica.observeHeads(theirs, toHex)
      return { ours: all, theirs, shown }
    }
    const theirs = await this.#receiveHeads()
    const ours = all.filter(({ author }) => theirs.has(toHex(author)))
    await this.#sendHeads(ours)
    return { ours, theirs, shown: [] }
  }

  async #sendHeads(heads: readonly FeedHead[]): Promise<void> {
    let from = 0
    do {
      const page = heads.slice(from, from + HEADS_PER_PAGE)
      from += HEADS_PER_PAGE
      await this.#write({ type: 'heads', heads: page, more: from < heads.length })
    } while (from < heads.length)
  }

  async #receiveHeads(): Promise<Heads> {
    const heads = new Map<string, FeedHead>()
    for (;;) {
      const frame = await this.#read()
      if (frame.type !== 'heads')
        throw new ProtocolError(`a frame "${frame.type}" instead of heads`)
      for (const head of frame.heads) heads.set(toHex(head.author), head)
      if (heads.size > MAX_SYNC_HEADS) throw new ProtocolError(`more than ${MAX_SYNC_HEADS} heads`)
      if (!frame.more) return heads
    }
  }

  async #sendDone(): Promise<number> {
    await this.#write({ type: 'done' })
    return 0
  }

  async #send(ours: readonly FeedHead[], theirs: Heads): Promise<number> {
    let sent = 0
    for (const our of ours) {
      const their = theirs.get(toHex(our.author)) ?? { seq: 0, fork: 0, base: 1 }
      if (isLowerFork(our.fork, their.fork)) await this.#sendProof(our.author)
      if (our.base > their.base) await this.#sendCheckpoint(our.author)
      if ('head' in their && their.seq <= our.seq && !(await this.#isSameAtHead(our, their))) {
        await this.#sendHeaders(our.author, their.seq)
      } else {
        const last = their.fork > 0 ? Math.min(our.seq, their.fork - 1) : our.seq
        sent += await this.#sendEntries(our.author, lastKnown(their, our.base), last)
      }
    }
    await this.#write({ type: 'done' })
    return sent
  }

  /** Whether both hold the same entry at the other side's head. */
  async #isSameAtHead(our: FeedHead, their: FeedHead): Promise<boolean> {
    if (their.seq < Math.max(our.base, their.base)) return true
    if (their.seq === our.seq) return equalBytes(our.head, their.head)
    const header = await this.#replica.headerAt(our.author, their.seq)
    return header === undefined || equalBytes(header.hash, their.head)
  }

  async #sendHeaders(author: Uint8Array, from: number): Promise<void> {
    for (const seq of walkBack(from)) {
      const header = await this.#replica.headerAt(author, seq)
      if (header !== undefined) await this.#write({ type: 'header', header })
    }
  }

  async #sendCheckpoint(author: Uint8Array): Promise<void> {
    const header = await this.#replica.checkpointOf(author)
    if (header !== undefined) await this.#write({ type: 'header', header })
  }

  async #sendProof(author: Uint8Array): Promise<void> {
    const bytes = await this.#replica.proofOf(author)
    if (bytes !== undefined) await this.#write({ type: 'proof', bytes })
  }

  /** No more than was announced: the feed may have grown meanwhile. */
  async #sendEntries(author: Uint8Array, after: number, last: number): Promise<number> {
    let left = last - after
    if (left <= 0) return 0
    for await (const bytes of this.#replica.entriesAfter(author, after)) {
      await this.#write({ type: 'entry', bytes })
      left -= 1
      if (left === 0) break
    }
    return last - after - left
  }

  async #receive(expected: ExpectedFrames): Promise<Omit<SyncReport, 'sent'>> {
    const left = { ...expected }
    const news = new Map<string, Entry>()
    let commits: Promise<void>[] = []
    let received = 0
    let forks = 0
    for (;;) {
      const frame = await this.#read()
      if (frame.type === 'done') break
      if (frame.type === 'header' || frame.type === 'proof') {
        forks += await this.#receiveHeaderOrProof(frame, left)
        continue
      }
      if (frame.type !== 'entry')
        throw new ProtocolError(`a frame "${frame.type}" instead of an entry`)
      left.entries -= 1
      if (left.entries < 0) throw new ProtocolError('more entries than its heads announced')
      const admission = await this.#replica.admit(frame.bytes)
      if (admission.outcome === 'rejected' && admission.isOffence) {
        throw new ProtocolError(`an entry that was refused: ${admission.reason}`)
      }
      if (admission.outcome !== 'admitted') continue
      received += 1
      news.set(toHex(admission.entry.author), admission.entry)
      commits.push(admission.durable)
      if (commits.length === SYNC_COMMIT_WINDOW) {
        await Promise.all(commits)
        commits = []
      }
    }
    await Promise.all(commits)
    return { received, latestEntries: [...news.values()], forks }
  }

  /** 1 when it voids an author from a lower place on than before. */
  async #receiveHeaderOrProof(
    frame: Extract<SyncFrame, { type: 'header' | 'proof' }>,
    left: ExpectedFrames
  ): Promise<number> {
    if (frame.type === 'header') left.headers -= 1
    else left.proofs -= 1
    if (left.headers < 0 || left.proofs < 0) {
      throw new ProtocolError(`more ${frame.type}s than its heads announced`)
    }
    const outcome =
      frame.type === 'header'
        ? await this.#replica.admitHeader(frame.header)
        : await this.#replica.admitProof(frame.bytes)
    if (outcome === 'rejected')
      throw new ProtocolError(`a frame "${frame.type}" that does not prove an equivocation`)
    return outcome === 'admitted' ? 1 : 0
  }

  async #read(): Promise<SyncFrame> {
    const bytes = await this.#stream.read({ signal: this.#signal })
    if (bytes === undefined) throw new Error('The peer closed the stream before the end.')
    return readSyncFrame(bytes)
  }

  #write(frame: SyncFrame): Promise<void> {
    return this.#stream.write(writeSyncFrame(frame), { signal: this.#signal })
  }
}

interface ExpectedFrames {
  entries: number
  headers: number
  proofs: number
}

/** The most that the other side can have to say, going by what both said they have. */
function expectedFrames(ours: readonly FeedHead[], theirs: Heads): ExpectedFrames {
  const ownHeads = new Map(ours.map((head) => [toHex(head.author), head]))
  const expected = { entries: 0, headers: 0, proofs: 0 }
  for (const [author, { seq, fork, base }] of theirs) {
    const our = ownHeads.get(author)
    expected.entries += Math.max(0, seq - lastKnown(our, base))
    if (our !== undefined) expected.headers += MAX_WALK_HEADERS
    if (base > (our?.base ?? 1)) expected.headers += 1
    if (isLowerFork(fork, our?.fork ?? 0)) expected.proofs += 1
  }
  return expected
}

/** The last place that need not be sent to who has this much of a feed that begins at `base`. */
function lastKnown(head: Pick<FeedHead, 'seq'> | undefined, base: number): number {
  return Math.max(head?.seq ?? 0, base - 1)
}

function isLowerFork(fork: number, than: number): boolean {
  return fork > 0 && (than === 0 || fork < than)
}

/** Lowest first: a proof there makes the ones above it needless. */
function walkBack(from: number): number[] {
  const places = [from]
  for (let distance = 1; distance < from; distance *= 2) places.push(from - distance)
  return places.toReversed()
}
