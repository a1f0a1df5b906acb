/** The feed of an author that somebody makes up: well-formed, whatever it says and to whom. */
import { readEntryValues } from '../../../crdt/admission/entry-values.ts'
import { createAuthor } from '../../../crdt/index.ts'
import { ENTRY_FORMAT, KNOWLEDGE_DOC, LESSON_FORMAT } from '../../../crdt/constants.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { pack } from '../../../crdt/feeds/payload.ts'
import { joinPayload } from '../../../crdt/feeds/voice-part.ts'
import { partOf, voiced } from '../../../crdt/publishing/own-voices.ts'
import { clientIdOf, writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { voicedAuthor } from './voiced-lies.ts'
import type { Entry, FeedHead } from '../../../crdt/index.ts'
import type { VoicedAuthor } from '../../../crdt/publishing/own-voices.ts'
import type { Value } from '../../../crdt/records/value.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'

/** Before the first entry. */
const NOTHING = { seq: 0, hash: NO_ENTRY, clock: 0, base: 1 }

interface Signing {
  readonly isBase?: boolean
  readonly prev?: Uint8Array
  readonly format?: number
}

interface End {
  readonly seq: number
  readonly hash: Uint8Array
  readonly clock: number
  readonly base: number
}

export class FalseFeed {
  readonly #swarm: string
  readonly author: VoicedAuthor
  #end: End

  private constructor(swarm: string, author: VoicedAuthor, end: End) {
    this.#swarm = swarm
    this.author = author
    this.#end = end
  }

  /** Of a new author; in a closed swarm one of the node's member. */
  static async create(running: RunningNode, random: Seeded): Promise<FalseFeed> {
    const author = (await voicedAuthor(running, random)) ?? createAuthor()
    return new FalseFeed(running.parts.replica.swarm, author, NOTHING)
  }

  /** Of an author that signs nothing of it: of a known one where it ends, or of one that is not there. */
  static async forged(running: RunningNode, random: Seeded): Promise<FalseFeed> {
    const { replica } = running.parts
    const heads = replica.heads().filter(({ fork }) => fork === 0)
    const head = random.chance(0.3) ? undefined : heads[random.below(heads.length)]
    const { key = createAuthor().key, ...end } = await endOf(running, head)
    const own = await voicedAuthor(running, random)
    const sign = (): Uint8Array => new Uint8Array(random.bytes(64))
    const author = { ...createAuthor(), key, sign, voice: own?.voice }
    return new FalseFeed(replica.swarm, author, end)
  }

  get seq(): number {
    return this.#end.seq
  }

  /** Another feed of the same author, which goes on from here. */
  branch(): FalseFeed {
    return new FalseFeed(this.#swarm, this.author, this.#end)
  }

  /** `isBase`: the feed begins with this entry. `prev`: follows another entry. `format`: a later one. */
  async sign(
    given: readonly Value[],
    { isBase = false, prev, format = LESSON_FORMAT }: Signing = {}
  ): Promise<Entry> {
    const { author } = this
    const { hash, clock: before, ...end } = this.#end
    const seq = end.seq + 1
    const base = isBase ? seq : end.base
    const isFirst = seq === base
    const clock = isFirst ? 0 : before
    const values = await voiced(author, given)
    const update = pack(writeLogUpdate(clientIdOf(this.#swarm, author.key), clock, values))
    const entry = createEntry(
      this.#swarm,
      author,
      { format, seq, prev: prev ?? hash, doc: KNOWLEDGE_DOC, heads: [], base },
      joinPayload(await partOf(author, values, isFirst), update)
    )
    this.#end = { seq, hash: entry.hash, clock: clock + values.length, base }
    return entry
  }

  /** Of a format that only later versions read. `isBase`: the feed begins with this entry. */
  signUnreadable(payload: Uint8Array, format: number, isBase: boolean): Entry {
    const { seq: last, hash: prev, clock, base: before } = this.#end
    const seq = last + 1
    const base = isBase ? seq : before
    const position = { format, seq, prev, doc: KNOWLEDGE_DOC, heads: [], base }
    const entry = createEntry(this.#swarm, this.author, position, payload)
    this.#end = { seq, hash: entry.hash, clock, base }
    return entry
  }
}

/** Where the feed of a head ends; of none: where it begins. */
async function endOf(
  { parts: { replica } }: RunningNode,
  head: FeedHead | undefined
): Promise<End & { readonly key?: Uint8Array }> {
  if (head === undefined) return NOTHING
  const { author: key, seq, head: hash, base } = head
  let clock = 0
  for await (const bytes of replica.entriesAfter(key, base - 1)) {
    const read = readEntryValues({ swarm: replica.swarm, entryFormat: ENTRY_FORMAT }, 0, bytes)
    clock += read.values.length
  }
  return { key, seq, hash, clock, base }
}
