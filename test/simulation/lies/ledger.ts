/** What a stranger has signed under names that it made up: what of it may count, and what never. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'

/** Two entries for one place. */
export interface Fork {
  readonly author: string
  readonly seq: number
  readonly entries: readonly Entry[]
}

/** The feed of an author whose node is of a later version, in a closed swarm. */
export interface LaterFeed {
  readonly author: string
  /** The last entry of a format that all read: on the disk of its node, and signed. */
  plain: number
  signed: number
  /** Where an entry of the later format begins the feed again; 1 if none does. */
  base: number
  /** Records of live entries of the later format, on the disk of its node. */
  records: Uint8Array[]
}

export class LieLedger {
  readonly forks: Fork[] = []
  /** Records that only entries name which nobody may take. */
  readonly refused: Uint8Array[] = []
  readonly later: LaterFeed[] = []
  /** Authors that say something of a record, by record. */
  readonly #authors = new Map<string, Set<string>>()
  /** Records that an author names from a place on, by author. */
  readonly #named = new Map<string, { readonly seq: number; readonly digest: Uint8Array }[]>()

  /** An entry says it. */
  note({ author, seq }: Pick<Entry, 'author' | 'seq'>, values: readonly Value[]): void {
    const name = toHex(author)
    const named = this.#named.get(name) ?? []
    this.#named.set(name, named)
    for (const { digest } of values) {
      const id = toHex(digest)
      this.#authors.set(id, (this.#authors.get(id) ?? new Set()).add(name))
      named.push({ seq, digest })
    }
  }

  /** Nobody may take an entry that says it. */
  noteRefused(values: readonly Value[]): void {
    for (const value of values) if (value.type === 'record') this.refused.push(value.digest)
  }

  noteLater(author: Uint8Array): LaterFeed {
    const feed: LaterFeed = { author: toHex(author), plain: 0, signed: 0, base: 1, records: [] }
    this.later.push(feed)
    return feed
  }

  noteFork(entries: readonly Entry[]): void {
    const [{ author, seq } = { author: new Uint8Array(), seq: 0 }] = entries
    this.forks.push({ author: toHex(author), seq, entries })
  }

  /** Made-up authors that say something of the record. */
  authorsOn(record: string, without?: string): number {
    const authors = this.#authors.get(record) ?? new Set()
    return authors.size - (without !== undefined && authors.has(without) ? 1 : 0)
  }

  /** Records that the author names only from the place on. */
  namedSince(author: string, seq: number): readonly Uint8Array[] {
    const named = this.#named.get(author) ?? []
    const before = new Set(
      named.filter((each) => each.seq < seq).map(({ digest }) => toHex(digest))
    )
    const since = named.filter((each) => each.seq >= seq && !before.has(toHex(each.digest)))
    return [...new Map(since.map(({ digest }) => [toHex(digest), digest])).values()]
  }
}
