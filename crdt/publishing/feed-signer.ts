/** Signs values of this node, and appends them to the feed of their author. */
import { MAX_PAYLOAD_BYTES } from '../constants.ts'
import { errorOf, LimitError, OwnEntryError, StoreError } from '../errors.ts'
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
  readonly current: Pick<CurrentAuthor, 'nextBase' | 'rotateIf' | 'values'>
  readonly recordStore: Pick<RecordStore, 'latest'>
  /** Runs without a concurrent admission; an entry is admitted together with `extra`. */
  runExclusive<T>(task: (append: FeedAppender) => Promise<T>): Promise<T>
}

export interface SignOptions {
  /** Added to the commit of the entry, which has the first `count` of the groups. */
  readonly extra: (count: number) => Operation[]
  /** Held votes that the entry with the first `count` of the groups takes the place of. */
  readonly dropped?: (count: number) => readonly HeldVote[]
  /** Raises the base of the feed, with the last entry. */
  readonly base?: number
}

export interface SignedEntry {
  /** How many of the groups the entry has. */
  readonly count: number
  /** Durable; an error if it could not be written. */
  readonly entry: Entry | Error
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
    groups: readonly (readonly Value[])[],
    extra: (from: number, to: number) => Operation[],
    base?: number
  ): Promise<Entry[]> {
    const entries: Entry[] = []
    for (let from = 0; from < groups.length;) {
      const start = from
      const { count, entry } = await this.signNext(author, groups.slice(start), {
        extra: (taken) => extra(start, start + taken),
        base
      })
      if (entry instanceof Error) throw entry
      entries.push(entry)
      from += count
    }
    return entries
  }

  /**
   * Appends an entry with as many of the groups as it takes, the first ones. Throws where nothing was
   * written: `OwnEntryError` or `LimitError` if one of the groups may be the cause.
   */
  async signNext(
    author: VoicedAuthor,
    given: readonly (readonly Value[])[],
    { extra, dropped, base }: SignOptions
  ): Promise<SignedEntry> {
    const { swarm, current } = this.#init
    // Before its turn: tags take long.
    const groups: (readonly Value[])[] = []
    for (const group of given) groups.push(await voiced(author, group))
    const { count, entry, durable } = await this.#init.runExclusive(
      async ({ feed, admit, drop }) => {
        const { entry: next, count: taken } = await firstEntry(groups, (some) =>
          entryOf(swarm, author, feed(author.key), some.flat(), {
            base: some.length === groups.length ? base : undefined,
            // The author may have been dropped since the compaction began.
            isIntroduced: [current.nextBase, base].includes(feed(author.key).seq + 1)
          })
        )
        await drop(dropped?.(taken) ?? [])
        try {
          const admission = await admit(writeEntry(next), () => extra(taken), {
            voice: feedVoiceOf(author),
            values: groups.slice(0, taken).flat()
          })
          return { entry: next, count: taken, durable: admission.durable }
        } catch (error) {
          // The feed ends before an entry that is refused.
          if (error instanceof OwnEntryError) current.rotateIf(author.key)
          throw error
        }
      }
    )
    try {
      await durable
    } catch (error) {
      return { count, entry: notWritten(error, count) }
    }
    current.values += groups.slice(0, count).flat().length
    return { count, entry }
  }
}

/** The entry of the most groups, by halves. */
async function firstEntry(
  groups: readonly (readonly Value[])[],
  entryWith: (groups: readonly (readonly Value[])[]) => Promise<Entry | undefined>
): Promise<{ readonly entry: Entry; readonly count: number }> {
  for (let count = groups.length; ; count = Math.ceil(count / 2)) {
    const entry = await entryWith(groups.slice(0, count))
    if (entry !== undefined) return { entry, count }
    if (count === 1) {
      throw new LimitError(
        'RECORD_TOO_LARGE',
        `A record with its vote does not fit an entry of ${MAX_PAYLOAD_BYTES} bytes. Shorten its text.`
      )
    }
  }
}

/** Says what else the entry had. */
function notWritten(thrown: unknown, count: number): Error {
  const error = errorOf(thrown)
  if (count === 1 || !(error instanceof StoreError)) return error
  return new StoreError(
    error.code,
    `The entry of ${count} publications was not written, so none of these is published. ${error.message}`,
    { cause: error }
  )
}
