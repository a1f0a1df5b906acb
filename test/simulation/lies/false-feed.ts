/** The feed of an author that somebody makes up: well-formed, whatever it says and to whom. */
import { createAuthor } from '../../../crdt/index.ts'
import { KNOWLEDGE_DOC, LESSON_FORMAT } from '../../../crdt/constants.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { pack } from '../../../crdt/feeds/payload.ts'
import { joinPayload } from '../../../crdt/feeds/voice-part.ts'
import { partOf, voiced } from '../../../crdt/publishing/own-voices.ts'
import { clientIdOf, writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { voicedAuthor } from './voiced-lies.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { VoicedAuthor } from '../../../crdt/publishing/own-voices.ts'
import type { Value } from '../../../crdt/records/value.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'

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
    const end = { seq: 0, hash: NO_ENTRY, clock: 0, base: 1 }
    return new FalseFeed(running.parts.replica.swarm, author, end)
  }

  get seq(): number {
    return this.#end.seq
  }

  /** Another feed of the same author, which goes on from here. */
  branch(): FalseFeed {
    return new FalseFeed(this.#swarm, this.author, this.#end)
  }

  /** `isBase`: the feed begins with this entry. `prev`: follows another entry. */
  async sign(
    given: readonly Value[],
    { isBase = false, prev }: { readonly isBase?: boolean; readonly prev?: Uint8Array } = {}
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
      { format: LESSON_FORMAT, seq, prev: prev ?? hash, doc: KNOWLEDGE_DOC, heads: [], base },
      joinPayload(await partOf(author, values, isFirst), update)
    )
    this.#end = { seq, hash: entry.hash, clock: clock + values.length, base }
    return entry
  }
}
