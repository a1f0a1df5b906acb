/** Signs values of this node, and appends them to the feed of their author. */
import { feedVoiceOf, voiced } from './own-voices.ts'
import { entryOf } from './publication.ts'
import { writeEntry } from '../feeds/entry.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { FeedAppender } from './feed-appender.ts'
import type { HeldVote } from './held-votes.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { Entry } from '../feeds/entry.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { PositionedRegister } from '../records/standing-reader.ts'
import type { Value } from '../records/value.ts'
import type { Operation } from '../store/section.ts'

export interface FeedSignerInit {
  readonly swarm: string
  readonly current: Pick<CurrentAuthor, 'nextBase' | 'values'>
  readonly recordStore: Pick<RecordStore, 'latest'>
  /** Runs without a concurrent admission; an entry is admitted together with `extra`. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T>
}

export interface SignOptions {
  /** Raises the base of the feed, with the last entry. */
  readonly base?: number
  /** Held votes that the first entry takes the place of. */
  readonly dropped?: readonly HeldVote[]
}

export class FeedSigner {
  readonly #init: FeedSignerInit

  constructor(init: FeedSignerInit) {
    this.#init = init
  }

  /** The latest register of the author's voice for the record. */
  async latestOf(
    { key, voice }: VoicedAuthor,
    digest: Uint8Array
  ): Promise<PositionedRegister | undefined> {
    const [tag = key] = voice === undefined ? [] : await voice.own.tags([digest])
    return this.#init.recordStore.latest(digest, tag)
  }

  /** Appends groups of values to the author's feed, in as few entries as possible. */
  async sign(
    author: VoicedAuthor,
    given: readonly (readonly Value[])[],
    extra: (from: number, to: number) => Operation[],
    { base, dropped = [] }: SignOptions = {}
  ): Promise<Entry[]> {
    const entries: Entry[] = []
    // Before its turn: tags take long.
    const groups: (readonly Value[])[] = []
    for (const group of given) groups.push(await voiced(author, group))
    const commits = await this.#init.runExclusive(async ({ feed, admit, drop }) => {
      await drop(dropped)
      const durable: Promise<void>[] = []
      for (let from = 0, to = groups.length; from < groups.length; to = groups.length) {
        let values: readonly Value[] = []
        const next = (): Promise<Entry | undefined> => {
          values = groups.slice(from, to).flat()
          return entryOf(this.#init.swarm, author, feed(author.key), values, {
            base: to === groups.length ? base : undefined,
            isIntroduced: feed(author.key).seq + 1 === this.#init.current.nextBase
          })
        }
        let entry = await next()
        while (entry === undefined) {
          to = from + Math.ceil((to - from) / 2)
          entry = await next()
        }
        const [first, last] = [from, to]
        const bytes = writeEntry(entry)
        const admission = await admit(bytes, () => extra(first, last), {
          voice: feedVoiceOf(author),
          values
        })
        durable.push(admission.durable)
        entries.push(entry)
        from = to
      }
      return durable
    })
    await Promise.all(commits)
    this.#init.current.values += groups.flat().length
    return entries
  }
}
