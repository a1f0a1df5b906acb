/**
 * Where the stored part of a feed begins and ends. A base raises its beginning; a proof that its author
 * signed two entries for one place ends it there. Both may come without an entry.
 */
import { equalBytes } from '../bytes/index.ts'
import { hasValidSignature } from '../feeds/entry.ts'
import { isProven, readProof, writeProof } from '../feeds/equivocation.ts'
import { MalformedError } from '../errors.ts'
import { isIntroduction } from '../feeds/voice-part.ts'
import type { AdmissionObserver } from './admission-observer.ts'
import type { Sweeper } from './sweeper.ts'
import type { UnknownAuthors } from './unknown-authors.ts'
import type { SignedHeader } from '../feeds/entry.ts'
import type { Proof } from '../feeds/equivocation.ts'
import type { Feed } from '../feeds/feed.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { FeedVoices } from '../feeds/feed-voices.ts'
import type { Commits } from '../store/commits.ts'
import type { Operation } from '../store/section.ts'
import type { Serial } from '../store/serial.ts'

/** The result of a proof of equivocation. */
export type ProofResult =
  /** The author is now void from a lower sequence number; durable. */
  | 'admitted'
  /** Nothing new. */
  | 'held'
  /** Not two headers that the author signed for one place. */
  | 'rejected'

export interface FeedWindowsInit {
  readonly swarm: string
  readonly serial: Serial
  readonly commits: Commits
  readonly feeds: FeedStore
  readonly sweeper: Pick<Sweeper, 'mark' | 'sweep'>
  readonly unknown: UnknownAuthors
  /** Of a closed swarm: whose voice its feeds are. */
  readonly voices?: Pick<FeedVoices, 'of'>
  readonly observer: Pick<
    AdmissionObserver,
    'authorVoided' | 'docChanged' | 'entriesRemoved' | 'feedReset'
  >
}

/** See `FeedWindows.beginOwn`. */
interface OwnBegin {
  readonly operations: readonly Operation[]
  readonly after: (durable: Promise<void>) => void
}

export class FeedWindows {
  readonly #init: FeedWindowsInit

  constructor(init: FeedWindowsInit) {
    this.#init = init
  }

  /** Admits a proof of equivocation from any source. Never throws for invalid bytes. */
  async admitProof(bytes: Uint8Array): Promise<ProofResult> {
    let proof: Proof
    try {
      proof = readProof(bytes)
    } catch (error) {
      if (error instanceof MalformedError) return 'rejected'
      throw error
    }
    if (this.#isVoid(proof)) return 'held'
    if (!isProven(this.#init.swarm, proof)) return 'rejected'
    if (!(await this.#init.unknown.mayStore(proof[0].author))) return 'held'
    return this.#voidAlone(proof)
  }

  /**
   * Admits the header of an entry that another replica stores, where this one stores `held`. A
   * higher base raises the base of the feed; a contradiction voids its author.
   */
  async admitHeader(header: SignedHeader, held: SignedHeader | undefined): Promise<ProofResult> {
    const { swarm, feeds } = this.#init
    const isLater = header.base > feeds.feed(header.author).base
    const isNews = held !== undefined && !equalBytes(held.hash, header.hash)
    if (!isLater && !isNews) return 'held'
    if (!hasValidSignature(swarm, header)) return 'rejected'
    if (!isLater && held !== undefined) return this.#voidAlone([held, header])
    if (!(await this.#init.unknown.mayStore(header.author))) {
      this.#init.unknown.wait(header)
      return 'held'
    }
    await this.begin(header)
    return 'admitted'
  }

  /** Begins the feed at the base of a valid header, if that is higher. */
  begin(header: SignedHeader): Promise<void> {
    return this.#init.serial.run(() => this.raiseBase(header))
  }

  /** Empties an author's feed, so that the next sync fetches it again. */
  forget(author: Uint8Array): Promise<void> {
    const { serial, commits, feeds, observer } = this.#init
    return serial.run(async () => {
      await commits.refresh()
      const { doc } = feeds.feed(author)
      const operation = feeds.forget(author)
      observer.feedReset(author, doc)
      await commits.commit([operation])
    })
  }

  /**
   * Whether the feed's window may begin at a base: in a closed swarm only with an entry that
   * introduces its author, since a replica that lacks those before cannot know the voice.
   */
  async mayBegin({ author, base, seq }: Feed, next: number): Promise<boolean> {
    const { commits, feeds, swarm, voices } = this.#init
    if (voices === undefined || next <= base || next > seq) return true
    await commits.flush()
    for await (const bytes of feeds.between(author, next, next)) {
      return isIntroduction(swarm, bytes)
    }
    return true
  }

  /**
   * Begins a feed of this node at the base of the header, with a commit of the caller. `after` is to be
   * called with that one. Undefined if the feed begins there or later already.
   */
  beginOwn(header: SignedHeader): OwnBegin | undefined {
    const { feeds, sweeper, observer } = this.#init
    const { author } = header
    const { doc } = feeds.feed(author)
    const operations = feeds.setBase(header)
    if (operations.length === 0) return undefined
    const after = (durable: Promise<void>): void => {
      observer.entriesRemoved(doc)
      sweeper.sweep(author, durable)
    }
    return { operations: [...operations, sweeper.mark(author)], after }
  }

  /** Begins the feed at the base of the header. For an admission's turn. */
  async setBase(header: SignedHeader): Promise<void> {
    const { commits, feeds, sweeper, observer } = this.#init
    const { author } = header
    await commits.flush()
    const feed = feeds.feed(author)
    const { doc } = feed
    const mayBegin = await this.mayBegin(feed, header.base)
    const operations = mayBegin ? feeds.setBase(header) : await feeds.endAtBase(header)
    observer.feedReset(author, doc)
    await commits.commit([...operations, sweeper.mark(author)])
    sweeper.sweep(author)
    observer.docChanged(doc)
  }

  async #voidAlone(proof: Proof): Promise<ProofResult> {
    return (await this.#init.serial.run(() => this.voidFrom(proof))) ? 'admitted' : 'held'
  }

  /** Ends the author's feed before the fork. False if it ended there or earlier already. */
  async voidFrom(proof: Proof): Promise<boolean> {
    const { commits, feeds, sweeper, observer } = this.#init
    await commits.refresh()
    if (this.#isVoid(proof)) return false
    const [{ author }] = proof
    await commits.flush()
    const { doc } = feeds.feed(author)
    const operations = await feeds.fork(proof)
    observer.feedReset(author, doc)
    await commits.commit([...operations, sweeper.mark(author)])
    sweeper.sweep(author)
    observer.docChanged(doc)
    observer.authorVoided(writeProof(proof))
    return true
  }

  /** Raises the base of the author's feed to that of a header. For an admission's turn. */
  async raiseBase(header: SignedHeader): Promise<void> {
    await this.#init.commits.refresh()
    if (header.base > this.#init.feeds.feed(header.author).base) await this.setBase(header)
  }

  /** Whether the author is void already from the proven place, or earlier. */
  #isVoid([{ author, seq }]: Proof): boolean {
    const { fork } = this.#init.feeds.feed(author)
    return fork > 0 && fork <= seq
  }
}
