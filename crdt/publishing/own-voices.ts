/**
 * This node's voice in a closed swarm: what introduces its authors, and what each of its entries
 * shows. An author is a generation of its epoch; after a restart or a crash a later one follows,
 * so that what is said last stands. A directory that was restored from an older copy does not know
 * the last one: until a peer has told its heads it takes one of the hour, and then it looks again. A
 * node whose clock was set back over the beginning of an epoch goes on in the later one: what it says
 * would stand behind what it has said there.
 */
import { HOUR_GENERATIONS, MAX_GENERATION } from '../constants.ts'
import { createAuthor } from '../feeds/author.ts'
import { delegationBytes, docSubject } from '../feeds/voice-part.ts'
import { MemberError } from '../errors.ts'
import type { OwnAuthor } from '../feeds/author.ts'
import type { KeptAuthor } from './author-keeper.ts'
import type { FeedVoice, FeedVoices } from '../feeds/feed-voices.ts'
import type { Introduction, VoicePart } from '../feeds/voice-part.ts'
import type { Membership, OwnVoice } from '../membership.ts'
import type { Value } from '../records/value.ts'

/** An author of this node, and in a closed swarm whose voice it is. */
export interface VoicedAuthor extends OwnAuthor {
  readonly voice?: AuthorVoice
}

export interface AuthorVoice {
  readonly own: OwnVoice
  readonly generation: number
  readonly introduction: Introduction
}

export interface OwnVoicesInit {
  readonly swarm: string
  readonly membership: Membership
  readonly voices: Pick<FeedVoices, 'lastGeneration' | 'lastOfOthers'>
}

/** Of a week. */
const LAST_HOUR = 7 * 24 - 1

export class OwnVoices {
  readonly #init: OwnVoicesInit
  /** The last generation that was given out in an epoch: its author may have no entry yet. */
  #given: { readonly epoch: number; readonly generation: number } | undefined

  constructor(init: OwnVoicesInit) {
    this.#init = init
  }

  /**
   * A new author for knowledge; `hasHeardPeers`: this replica has what a peer has. Throws `MemberError`
   * where this node has no voice.
   */
  async author(
    doc: string,
    { hasHeardPeers }: { readonly hasHeardPeers: boolean }
  ): Promise<VoicedAuthor> {
    const own = await this.#own()
    const stored = (await this.#init.voices.lastGeneration(own.tag)) ?? -1
    const given = this.#given?.epoch === own.epoch ? this.#given.generation : -1
    const last = Math.max(stored, given)
    const first = hasHeardPeers ? 0 : this.#hourOf(own.epoch) * HOUR_GENERATIONS
    const generation = Math.max(last + 1, first)
    if (generation > MAX_GENERATION) {
      throw new MemberError(
        'AUTHORS_USED',
        `This member has used all ${MAX_GENERATION + 1} author keys of the epoch, one at each start. It can publish again in the next epoch.`
      )
    }
    this.#given = { epoch: own.epoch, generation }
    return this.#introduced(own, doc, generation)
  }

  /** Whether another author of this voice comes after this one, or at the same place. */
  async isOvertaken({ key, voice }: VoicedAuthor): Promise<boolean> {
    if (voice === undefined) return false
    const { own, generation } = voice
    const last = await this.#init.voices.lastOfOthers(own.tag, key)
    return last !== undefined && last >= generation
  }

  /** An author of an earlier run again; undefined if its epoch is over. */
  async restored(
    author: OwnAuthor,
    doc: string,
    { epoch, generation }: NonNullable<KeptAuthor['voice']>
  ): Promise<VoicedAuthor | undefined> {
    const own = await this.#own()
    return own.epoch === epoch ? this.#introduced(own, doc, generation, author) : undefined
  }

  /** A new author for a playbook, where the order of generations has no meaning. */
  async editor(doc: string): Promise<VoicedAuthor> {
    return this.#introduced(await this.#own(), doc, 0)
  }

  /** In the next epoch where this voice has spoken in it already. */
  async #own(): Promise<OwnVoice> {
    const { membership, voices } = this.#init
    const next = membership.epoch() + 1
    const hasSpoken =
      this.#given?.epoch === next ||
      (await voices.lastGeneration(membership.ownTag(next))) !== undefined
    return membership.ownVoice(hasSpoken ? next : undefined)
  }

  /** Whole hours since the epoch began; one that is to come is in its first. */
  #hourOf(epoch: number): number {
    const { membership } = this.#init
    return epoch > membership.epoch() ? 0 : Math.min(membership.hour(), LAST_HOUR)
  }

  #introduced(
    own: OwnVoice,
    doc: string,
    generation: number,
    author = createAuthor()
  ): VoicedAuthor {
    const { epoch, credential } = own
    const message = delegationBytes(this.#init.swarm, { epoch, generation }, doc, author.key)
    const introduction = { credential, delegation: own.sign(message) }
    return { ...author, voice: { own, generation, introduction } }
  }
}

/** What a replica keeps of the author's voice. */
export function feedVoiceOf({ voice }: VoicedAuthor): FeedVoice | undefined {
  if (voice === undefined) return undefined
  const { own, generation } = voice
  return { epoch: own.epoch, generation, tag: own.tag }
}

/** The values, each register with the voice of the author's member. */
export async function voiced(
  { voice }: VoicedAuthor,
  values: readonly Value[]
): Promise<readonly Value[]> {
  if (voice === undefined) return values
  const missing = values.flatMap((value) =>
    value.type === 'register' && value.voice === undefined ? [value.digest] : []
  )
  const tags = await voice.own.tags(missing)
  let next = 0
  return values.map((value) => {
    if (value.type !== 'register' || value.voice !== undefined) return value
    const tag = tags[next]
    next += 1
    return tag === undefined ? value : { ...value, voice: tag }
  })
}

/** What an entry with these values shows. Undefined in an open swarm. */
export async function partOf(
  { key, voice }: VoicedAuthor,
  values: readonly Value[],
  isIntroduced: boolean
): Promise<VoicePart | undefined> {
  if (voice === undefined) return undefined
  const registers = values.flatMap((value) => (value.type === 'register' ? [value] : []))
  const tags = registers.flatMap((value) => value.voice ?? [])
  return signedPart(voice, key, isIntroduced, {
    digests: registers.map(({ digest }) => digest),
    tags
  })
}

/** The same for an edit of a playbook: each has the member's tag for the document. */
export async function editPartOf(
  { key, voice }: VoicedAuthor,
  doc: string,
  isFirst: boolean
): Promise<VoicePart | undefined> {
  if (voice === undefined) return undefined
  const digests = [docSubject(doc)]
  return signedPart(voice, key, isFirst, { digests, tags: await voice.own.tags(digests) })
}

async function signedPart(
  { own, generation, introduction }: AuthorVoice,
  context: Uint8Array,
  isIntroduced: boolean,
  {
    digests,
    tags
  }: { readonly digests: readonly Uint8Array[]; readonly tags: readonly Uint8Array[] }
): Promise<VoicePart> {
  const { epoch, tag } = own
  const proof =
    tags.length === 0 ? undefined : await own.prove({ epoch, tag, context, digests, tags })
  return {
    epoch,
    generation,
    ...(isIntroduced ? { introduction } : {}),
    tags,
    ...(proof === undefined ? {} : { proof })
  }
}
