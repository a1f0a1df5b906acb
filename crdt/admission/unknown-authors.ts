/**
 * Authors without an entry in the replica. A base or a fork of an author can come before its entries,
 * and anybody can sign bases and forks for any number of authors. So the replica stores those of at
 * most `MAX_UNKNOWN_AUTHORS` authors. It ignores the forks of others. Of their bases the latest
 * `MAX_WAITING_BASES` wait in memory for the entries that follow.
 */
import { MAX_UNKNOWN_AUTHORS, MAX_WAITING_BASES } from '../constants.ts'
import { toHex } from '../bytes/index.ts'
import type { SignedHeader } from '../feeds/entry.ts'
import type { FeedHead } from '../feeds/feed.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { FeedVoices } from '../feeds/feed-voices.ts'

export interface UnknownAuthorsInit {
  readonly feeds: Pick<FeedStore, 'feed' | 'heads'>
  /** Of a closed swarm: a member may have introduced an author whose entries are gone. */
  readonly voices?: Pick<FeedVoices, 'of'>
}

export class UnknownAuthors {
  readonly #init: UnknownAuthorsInit
  #stored: Set<string> | undefined
  /** Headers by author, the oldest first. */
  readonly #waiting = new Map<string, SignedHeader>()

  constructor(init: UnknownAuthorsInit) {
    this.#init = init
  }

  /** Whether a base or a fork of the author may be stored; counts it. */
  async mayStore(author: Uint8Array): Promise<boolean> {
    if (await this.#isKnown(author)) return true
    const stored = (this.#stored ??= await this.#read())
    const name = toHex(author)
    if (stored.has(name)) return true
    if (stored.size >= MAX_UNKNOWN_AUTHORS) return false
    stored.add(name)
    return true
  }

  /** A header that raises a base, and may not be stored. */
  wait(header: SignedHeader): void {
    const name = toHex(header.author)
    this.#waiting.delete(name)
    this.#waiting.set(name, header)
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING_BASES) break
      this.#waiting.delete(oldest)
    }
  }

  waiting(author: Uint8Array): SignedHeader | undefined {
    return this.#waiting.size === 0 ? undefined : this.#waiting.get(toHex(author))
  }

  /** An entry of the author is stored. */
  introduce(author: Uint8Array): void {
    if (this.#waiting.size === 0 && (this.#stored?.size ?? 0) === 0) return
    const name = toHex(author)
    this.#stored?.delete(name)
    this.#waiting.delete(name)
  }

  /** Reads again which authors are stored: after a failed commit. */
  forget(): void {
    this.#stored = undefined
  }

  async #read(): Promise<Set<string>> {
    const stored = new Set<string>()
    for (const { author } of this.#init.feeds.heads().filter(isEmpty)) {
      if (!(await this.#isKnown(author))) stored.add(toHex(author))
    }
    return stored
  }

  async #isKnown(author: Uint8Array): Promise<boolean> {
    const { feeds, voices } = this.#init
    return !isEmpty(feeds.feed(author)) || (await voices?.of(author)) !== undefined
  }
}

/** A base or a fork is stored, and no entry. */
function isEmpty({ seq, base }: FeedHead): boolean {
  return seq < base
}
