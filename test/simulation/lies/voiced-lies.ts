/** What a member of a closed swarm can sign that no honest node signs. */
import { clientIdOf, createAuthor } from '../../../crdt/index.ts'
import { KNOWLEDGE_DOC, LESSON_FORMAT } from '../../../crdt/constants.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { pack } from '../../../crdt/feeds/payload.ts'
import { delegationBytes, joinPayload } from '../../../crdt/feeds/voice-part.ts'
import { partOf, voiced } from '../../../crdt/publishing/own-voices.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { proveTags } from '../../../crdt/voices/record-tags.ts'
import { epochTag, recordTag } from '../../../crdt/voices/tags.ts'
import { voiceKeyOf } from '../../../crdt/voices/voice-key.ts'
import { honestValues } from '../../fixtures/forgery.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { OwnVoice } from '../../../crdt/membership.ts'
import type { VoicedAuthor } from '../../../crdt/publishing/own-voices.ts'
import type { Value } from '../../../crdt/records/value.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'

/** Author keys of one member in an epoch that a liar uses, of 4,096. */
const GENERATIONS = 1_000

/** A new author of the node's member, in some generation. */
export async function voicedAuthor(
  { parts }: RunningNode,
  random: Seeded
): Promise<VoicedAuthor | undefined> {
  const own = await parts.members?.membership.ownVoice()
  if (own === undefined) return undefined
  const author = createAuthor()
  const generation = random.below(GENERATIONS)
  const message = delegationBytes(
    parts.replica.swarm,
    { epoch: own.epoch, generation },
    KNOWLEDGE_DOC,
    author.key
  )
  const introduction = { credential: own.credential, delegation: own.sign(message) }
  return { ...author, voice: { own, generation, introduction } }
}

/** The first entry of an author. */
export async function firstEntry(
  swarm: string,
  author: VoicedAuthor,
  given: readonly Value[]
): Promise<Entry> {
  const values = await voiced(author, given)
  const part = await partOf(author, values, true)
  const update = pack(writeLogUpdate(clientIdOf(swarm, author.key), 0, values))
  const position = {
    format: LESSON_FORMAT,
    seq: 1,
    prev: NO_ENTRY,
    doc: KNOWLEDGE_DOC,
    heads: [],
    base: 1
  }
  return createEntry(swarm, author, position, joinPayload(part, update))
}

/** How a vote is signed: as it is, with a tag that is made up, or with a credential that is. */
export type VoiceLie = 'none' | 'tag' | 'credential'

/** One more vote of the member on a record. */
export async function anotherVote(
  running: RunningNode,
  random: Seeded,
  lie: VoiceLie
): Promise<{ readonly entry: Entry; readonly values: readonly Value[] } | undefined> {
  const { replica } = running.parts
  const records = await replica.newestRecords(0, 100)
  const author = await voicedAuthor(running, random)
  if (records.length === 0 || author?.voice === undefined) return undefined
  const digest = random.pick(records)
  const { voice } = author
  const own = lie === 'none' ? voice.own : forged(voice.own, lie, replica.swarm, random)
  const { credential } = own
  const introduction = { ...voice.introduction, credential }
  const votes = honestValues().flatMap((value) =>
    value.type === 'register' ? [{ ...value, digest }] : []
  )
  const signer = { ...author, voice: { ...voice, own, introduction } }
  return { entry: await firstEntry(replica.swarm, signer, votes), values: votes }
}

/** Another voice, which is in no ring. */
function forged(
  own: OwnVoice,
  lie: Exclude<VoiceLie, 'none'>,
  swarm: string,
  random: Seeded
): OwnVoice {
  const key = voiceKeyOf(new Uint8Array(random.bytes(32)))
  const tags = (digests: readonly Uint8Array[]): Promise<Uint8Array[]> =>
    Promise.resolve(digests.map((digest) => recordTag(key, swarm, digest)))
  if (lie === 'tag') {
    return { ...own, tags, prove: () => Promise.resolve(new Uint8Array(random.bytes(64))) }
  }
  const { epoch } = own
  const tag = epochTag(key, swarm, epoch)
  const credential = Uint8Array.from(own.credential)
  credential.set(tag, Buffer.from(credential).indexOf(own.tag))
  return {
    ...own,
    tag,
    credential,
    tags,
    prove: (claim) => Promise.resolve(proveTags({ ...claim, swarm, epoch, key }))
  }
}
