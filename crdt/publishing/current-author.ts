/**
 * The author that this node publishes with: a new one for each epoch, or that of an earlier run which
 * was stopped cleanly; and what is known of its feed.
 */
import { authorOf, createAuthor } from '../feeds/author.ts'
import { equalBytes, toHex } from '../bytes/index.ts'
import { KNOWLEDGE_DOC, MAX_OVERTAKEN } from '../constants.ts'
import type { AuthorEpochs } from '../feeds/author-epoch.ts'
import type { AuthorKeeper, KeptAuthor } from './author-keeper.ts'
import type { Feed } from '../feeds/feed.ts'
import type { OwnVoices, VoicedAuthor } from './own-voices.ts'

export interface CurrentAuthorInit {
  readonly epochs: AuthorEpochs
  /** Of a closed swarm. */
  readonly ownVoices?: OwnVoices
  readonly keeper: Pick<AuthorKeeper, 'keep' | 'take'>
  /** Where the feed of an author stands, behind all admissions before. */
  feedOf(author: Uint8Array): Promise<Feed>
}

/** Callers call one after the other. */
export class CurrentAuthor {
  readonly #init: CurrentAuthorInit
  #author: VoicedAuthor | undefined
  #epoch: number | undefined
  #hasHeardPeers = false
  /** Peers have told news since the author was compared with others of its voice. */
  #hasNews = false
  #overtaken = 0
  #hasTaken = false
  /** Of an earlier run: records with evidence of it are not known. */
  #isRestored = false
  /** Records with evidence: the next register of them must contain the counts. */
  readonly #hasEvidence = new Set<string>()
  /** Values in its feed, and those that are no longer live. */
  values = 0
  deadValues = 0
  /**
   * Where its feed begins after its last compaction in this run, which may be under way. In a closed swarm
   * the entry at this place introduces its author again: it may become the first.
   */
  nextBase: number | undefined

  constructor(init: CurrentAuthorInit) {
    this.#init = init
  }

  /** The author in use; undefined before the first publication, and after `rotate`. */
  get known(): VoicedAuthor | undefined {
    return this.#author
  }

  get hasHeardPeers(): boolean {
    return this.#hasHeardPeers
  }

  /** For a publication. Throws `MemberError` where this node has no voice in its closed swarm. */
  async get(): Promise<VoicedAuthor> {
    const { epochs, ownVoices } = this.#init
    const epoch = epochs.current()
    if (epoch !== this.#epoch) this.rotate()
    this.#epoch = epoch
    if (this.#author !== undefined && !(await this.#isOvertaken(this.#author))) return this.#author
    const hasHeardPeers = this.#hasHeardPeers
    const author =
      (await this.#restored()) ??
      (await ownVoices?.author(KNOWLEDGE_DOC, { hasHeardPeers })) ??
      createAuthor()
    this.#author = author
    return author
  }

  /** A peer has told its heads, and this replica has what it lacked. */
  hearPeers(): void {
    this.#hasHeardPeers = true
    this.#hasNews = true
  }

  /** Keeps the author for the next start; the next `get` gives a new one. */
  async keep(): Promise<void> {
    const { keeper, epochs } = this.#init
    const author = this.#author
    if (author === undefined) return
    const { seq, head, fork, end } = await this.#init.feedOf(author.key)
    const { voice } = author
    const kept: KeptAuthor = {
      secret: author.secret(),
      seq,
      head,
      began: epochs.began(),
      values: this.values,
      deadValues: this.deadValues,
      ...(voice === undefined
        ? {}
        : { voice: { epoch: voice.own.epoch, generation: voice.generation } })
    }
    this.rotate()
    if (seq > 0 && fork === 0 && end === 0) await keeper.keep(kept)
  }

  /** Drops the key: the next publication starts a new feed. */
  rotate(): void {
    this.#author = undefined
    this.#isRestored = false
    this.#hasEvidence.clear()
    this.nextBase = undefined
    this.values = 0
    this.deadValues = 0
  }

  /** Drops the key if it is this one, since its feed cannot be continued. */
  rotateIf(author: Uint8Array): void {
    if (this.#author !== undefined && toHex(this.#author.key) === toHex(author)) this.rotate()
  }

  /** Notes that the author has evidence on the record. */
  addEvidence(digest: Uint8Array): void {
    this.#hasEvidence.add(toHex(digest))
  }

  /** Whether the author may have evidence on the record. */
  mayHaveEvidence(digest: Uint8Array): boolean {
    if (this.#isRestored) return true
    return this.#hasEvidence.size > 0 && this.#hasEvidence.has(toHex(digest))
  }

  /** Drops an author that another one of its voice comes after: a copy of the directory went on. */
  async #isOvertaken(author: VoicedAuthor): Promise<boolean> {
    if (!this.#hasNews || this.#overtaken >= MAX_OVERTAKEN) return false
    this.#hasNews = false
    if ((await this.#init.ownVoices?.isOvertaken(author)) !== true) return false
    this.#overtaken += 1
    this.rotate()
    return true
  }

  /**
   * The author of an earlier run, if its feed is as it was, and peers know of nothing behind it. Taken
   * before the first publication only, so that a run that publishes nothing leaves it.
   */
  async #restored(): Promise<VoicedAuthor | undefined> {
    if (this.#hasTaken) return undefined
    const kept = await this.#init.keeper.take()
    this.#hasTaken = true
    if (kept === undefined || !this.#hasHeardPeers) return undefined
    const author = authorOf(kept.secret)
    const { seq, head, fork, end } = await this.#init.feedOf(author.key)
    if (seq !== kept.seq || !equalBytes(head, kept.head) || fork > 0 || end > 0) return undefined
    const restored = await this.#resumed(author, kept)
    if (restored === undefined || (await this.#init.ownVoices?.isOvertaken(restored)) === true) {
      return undefined
    }
    this.#isRestored = true
    this.values = kept.values
    this.deadValues = kept.deadValues
    return restored
  }

  /** Undefined if the epoch of the author is over. */
  async #resumed(
    author: ReturnType<typeof authorOf>,
    { began, voice }: KeptAuthor
  ): Promise<VoicedAuthor | undefined> {
    const { ownVoices, epochs } = this.#init
    if (ownVoices !== undefined) {
      return voice === undefined ? undefined : ownVoices.restored(author, KNOWLEDGE_DOC, voice)
    }
    if (!epochs.resume(began)) return undefined
    this.#epoch = epochs.current()
    return author
  }
}
