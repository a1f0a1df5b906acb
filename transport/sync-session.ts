/**
 * One run of `/sync/1.0.0` over one stream.
 *
 * Both sides send the digest of all they hold; if it is equal they are done after 64 bytes. If not,
 * each sends its feed heads and then, for every feed in which it is ahead, the entries the other
 * lacks, in order. Entries are admitted as they arrive, so a broken run loses nothing and the next
 * one resumes where it broke.
 *
 * Guaranteed: after a complete run each side has every entry the other had when it sent its heads,
 * unless it refused one. Not guaranteed: equal digests (entries arrive meanwhile; an equivocating
 * author's branches stay apart).
 */
import { toHex } from '../crdt/index.ts'
import { HEADS_PER_PAGE, MAX_HEADS, SYNC_COMMIT_WINDOW } from './constants.ts'
import { ProtocolError } from './errors.ts'
import { readSyncFrame, writeSyncFrame } from './sync-frames.ts'
import type { Entry, FeedHead, Replica } from '../crdt/index.ts'
import type { FrameStream } from './frame-stream.ts'
import type { SyncFrame } from './sync-frames.ts'

export type SyncReplica = Pick<Replica, 'admit' | 'digest' | 'entriesAfter' | 'heads'>

export interface SyncReport {
  /** Entries the other side lacked, and entries this side admitted. */
  readonly sent: number
  readonly received: number
  /** The newest entry of each feed that got news. */
  readonly news: readonly Entry[]
}

type Role = 'initiator' | 'responder'

/** `signal` must end a run that stalls. */
export async function runSync(
  stream: FrameStream,
  replica: SyncReplica,
  role: Role,
  signal: AbortSignal
): Promise<SyncReport> {
  const session = new Session(stream, replica, signal)
  return session.run(role)
}

class Session {
  readonly #stream: FrameStream
  readonly #replica: SyncReplica
  readonly #signal: AbortSignal

  constructor(stream: FrameStream, replica: SyncReplica, signal: AbortSignal) {
    this.#stream = stream
    this.#replica = replica
    this.#signal = signal
  }

  async run(role: Role): Promise<SyncReport> {
    if (await this.#isEqual(role)) return { sent: 0, received: 0, news: [] }
    const ours = this.#replica.heads()
    const [theirs] = await Promise.all([this.#receiveHeads(), this.#sendHeads(ours)])
    const [received, sent] = await Promise.all([
      this.#receiveEntries(countAhead(ours, theirs)),
      this.#sendEntries(ours, theirs)
    ])
    return { sent, received: received.count, news: received.news }
  }

  async #isEqual(role: Role): Promise<boolean> {
    const digest = this.#replica.digest()
    if (role === 'initiator') await this.#write({ type: 'digest', digest })
    const frame = await this.#read()
    if (frame.type !== 'digest') throw new ProtocolError(`${frame.type} in place of a digest`)
    if (role === 'responder') await this.#write({ type: 'digest', digest })
    return Buffer.compare(digest, frame.digest) === 0
  }

  async #sendHeads(heads: readonly FeedHead[]): Promise<void> {
    let from = 0
    do {
      const page = heads.slice(from, from + HEADS_PER_PAGE)
      from += HEADS_PER_PAGE
      await this.#write({ type: 'heads', heads: page, more: from < heads.length })
    } while (from < heads.length)
  }

  async #receiveHeads(): Promise<Map<string, FeedHead>> {
    const heads = new Map<string, FeedHead>()
    for (;;) {
      const frame = await this.#read()
      if (frame.type !== 'heads') throw new ProtocolError(`${frame.type} in place of heads`)
      for (const head of frame.heads) heads.set(toHex(head.author), head)
      if (heads.size > MAX_HEADS) throw new ProtocolError(`more than ${MAX_HEADS} heads`)
      if (!frame.more) return heads
    }
  }

  async #sendEntries(
    ours: readonly FeedHead[],
    theirs: ReadonlyMap<string, FeedHead>
  ): Promise<number> {
    let sent = 0
    for (const { author, seq } of ours) {
      const have = theirs.get(toHex(author))?.seq ?? 0
      let left = seq - have
      if (left <= 0) continue
      for await (const bytes of this.#replica.entriesAfter(author, have)) {
        await this.#write({ type: 'entry', bytes })
        sent += 1
        // No more than was announced: the feed may have grown meanwhile.
        left -= 1
        if (left === 0) break
      }
    }
    await this.#write({ type: 'done' })
    return sent
  }

  async #receiveEntries(expected: number): Promise<{ count: number; news: Entry[] }> {
    const news = new Map<string, Entry>()
    let commits: Promise<void>[] = []
    let arrived = 0
    let count = 0
    for (;;) {
      const frame = await this.#read()
      if (frame.type === 'done') break
      if (frame.type !== 'entry') throw new ProtocolError(`${frame.type} in place of an entry`)
      arrived += 1
      if (arrived > expected) throw new ProtocolError('more entries than its heads announced')
      const admission = await this.#replica.admit(frame.bytes)
      if (admission.outcome === 'rejected' && admission.blame) {
        throw new ProtocolError(`an entry that was refused: ${admission.reason}`)
      }
      if (admission.outcome !== 'admitted') continue
      count += 1
      news.set(toHex(admission.entry.author), admission.entry)
      commits.push(admission.durable)
      if (commits.length === SYNC_COMMIT_WINDOW) {
        await Promise.all(commits)
        commits = []
      }
    }
    await Promise.all(commits)
    return { count, news: [...news.values()] }
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

/** How many entries the other side has that we lacked when we said what we have. */
function countAhead(ours: readonly FeedHead[], theirs: ReadonlyMap<string, FeedHead>): number {
  const held = new Map(ours.map(({ author, seq }) => [toHex(author), seq]))
  let ahead = 0
  for (const [author, { seq }] of theirs) ahead += Math.max(0, seq - (held.get(author) ?? 0))
  return ahead
}
