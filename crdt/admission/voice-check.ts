/**
 * Checks whose voice an entry of a closed swarm is: the credential behind its author, and the proof
 * that its tags are of the same member. Both take long and run in another thread, so they begin
 * before the entry's turn among admissions (`prepare`), for peers' entries and for own ones that
 * come back alike. The verdict depends on the entry and on its feed alone.
 */
import { MAX_VOICE_SEQ, PLAYBOOK_FORMAT } from '../constants.ts'
import { toHex, verifySignature } from '../bytes/index.ts'
import { MalformedError, VoiceError } from '../errors.ts'
import { hasOwnPayload, hasValidSignature, readEntry } from '../feeds/entry.ts'
import { delegationBytes, docSubject, splitPayload } from '../feeds/voice-part.ts'
import { unpack } from '../feeds/payload.ts'
import { clientIdOf, readLogUpdate } from '../records/knowledge-log.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { FeedVoice, FeedVoices } from '../feeds/feed-voices.ts'
import type { Introduction, VoicePart } from '../feeds/voice-part.ts'
import type { Membership } from '../membership.ts'
import { readCredential } from '../voices/credential.ts'
import type { CheckSource } from '../voices/fair-queue.ts'
import type { Value } from '../records/value.ts'

export type VoiceVerdict =
  | { readonly status: 'valid'; readonly voice: FeedVoice }
  /** It rests on members or an epoch that this node does not know yet. */
  | { readonly status: 'unknown' }
  /** No honest author writes it. */
  | { readonly status: 'invalid' }

export interface VoiceCheckInit {
  readonly swarm: string
  readonly membership: Membership
  readonly voices: FeedVoices
  /** The highest entry format that is read. */
  readonly entryFormat: number
  feed(author: Uint8Array): Feed
  /** Of an own feed that peers do not see all of: the last entry that they see. */
  publicSeq(author: Uint8Array): number | undefined
}

/** A verdict before the turn of its entry. */
interface Prepared {
  readonly verdict: Promise<VoiceVerdict>
  isDone: boolean
}

/** Verdicts that no turn has asked for. Those that are still computed have callers that wait. */
const MAX_PREPARED = 64

const INVALID: VoiceVerdict = { status: 'invalid' }
const UNKNOWN: VoiceVerdict = { status: 'unknown' }

export class VoiceCheck {
  readonly #init: VoiceCheckInit
  /** By the hash of the entry. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(init: VoiceCheckInit) {
    this.#init = init
  }

  /**
   * Checks an entry from any source before its turn. Only one that its author signed and that
   * follows what is stored: all others are refused without it. `from`: the peer that brings it.
   */
  async prepare(bytes: Uint8Array, from = ''): Promise<void> {
    const entry = readIf(() => readEntry(bytes))
    // It is refused without a look at its voice.
    if (entry === undefined || entry.format > this.#init.entryFormat) return
    const name = toHex(entry.hash)
    const pending = this.#prepared.get(name)
    // The same entry from several peers at once is checked once.
    if (pending?.isDone === false) {
      await pending.verdict
      return
    }
    const { swarm } = this.#init
    const feed = this.#init.feed(entry.author)
    // A hidden own entry that comes back is checked as that of another would be, and takes as long.
    const last = this.#init.publicSeq(entry.author) ?? feed.seq
    if (entry.seq !== last + 1 || (feed.fork > 0 && entry.seq >= feed.fork)) return
    if (!hasValidSignature(swarm, entry) || !hasOwnPayload(entry)) return
    const content = readIf(() => this.#contentOf(entry))
    if (content === undefined) return
    const prepared: Prepared = {
      verdict: this.#check(entry, content.part, content.subjects, from),
      isDone: false
    }
    this.#prepared.delete(name)
    this.#prepared.set(name, prepared)
    try {
      await prepared.verdict
    } finally {
      prepared.isDone = true
      this.#dropOldest()
    }
  }

  #dropOldest(): void {
    const done = [...this.#prepared].filter(([, { isDone }]) => isDone)
    for (const [name] of done.slice(0, -MAX_PREPARED)) this.#prepared.delete(name)
  }

  /** The verdict on an entry in its turn; `subjects` are what its tags are for. */
  check(entry: Entry, part: VoicePart, subjects: readonly Uint8Array[]): Promise<VoiceVerdict> {
    const name = toHex(entry.hash)
    const prepared = this.#prepared.get(name)
    this.#prepared.delete(name)
    return prepared?.verdict ?? this.#check(entry, part, subjects)
  }

  /** Throws `MalformedError`. */
  #contentOf(
    entry: Entry
  ): { readonly part: VoicePart; readonly subjects: readonly Uint8Array[] } | undefined {
    const { swarm } = this.#init
    const { part, update } = splitPayload(swarm, entry.payload)
    if (part === undefined) return undefined
    const values =
      entry.format === PLAYBOOK_FORMAT
        ? []
        : readLogUpdate(unpack(update), clientIdOf(swarm, entry.author)).values
    // Copies: the check waits for its turn, and must not keep what is unpacked for so long.
    return { part, subjects: taggedSubjects(entry, values).map((subject) => subject.slice()) }
  }

  async #check(
    entry: Entry,
    part: VoicePart,
    subjects: readonly Uint8Array[],
    from = ''
  ): Promise<VoiceVerdict> {
    const { voices } = this.#init
    // Of an author that is known by its voice; of a new one by the voice that it claims.
    const claimed = (await voices.of(entry.author))?.tag ?? claimedTag(part.introduction)
    const source = { peer: from, voice: claimed === undefined ? '' : toHex(claimed) }
    try {
      return await this.#checkFrom(source, entry, part, subjects)
    } catch (error) {
      // Too many wait: it comes again with a later sync.
      if (error instanceof VoiceError && error.code === 'VOICES_BUSY') return UNKNOWN
      throw error
    }
  }

  async #checkFrom(
    source: CheckSource,
    entry: Entry,
    part: VoicePart,
    subjects: readonly Uint8Array[]
  ): Promise<VoiceVerdict> {
    const { membership, voices } = this.#init
    if (entry.seq > MAX_VOICE_SEQ || part.tags.length !== subjects.length) return INVALID
    let voice = await voices.of(entry.author)
    if (part.introduction !== undefined) {
      const verdict = await this.#introduce(entry, part, part.introduction, source)
      if (verdict.status !== 'valid') return verdict
      // From here on the feed has this voice. It may become the first entry of the window, where
      // nobody can compare it with the voice before: so nobody does.
      voice = verdict.voice
    }
    // The feed's first entry had one: it is lost on this disk, which is nobody's offence.
    if (voice === undefined) return UNKNOWN
    const { epoch, generation, tag } = voice
    if (part.epoch !== epoch || part.generation !== generation) return INVALID
    if (part.proof !== undefined) {
      const claim = { epoch, tag, context: entry.author, digests: subjects, tags: part.tags }
      if (!(await membership.checkTags(claim, part.proof, source))) return INVALID
    }
    return { status: 'valid', voice }
  }

  async #introduce(
    { author, doc }: Entry,
    { epoch, generation }: VoicePart,
    { credential, delegation }: Introduction,
    source: CheckSource
  ): Promise<VoiceVerdict> {
    const { swarm, membership } = this.#init
    const checked = await membership.checkCredential(credential, source)
    if (checked.status !== 'valid') return checked
    const { signer, tag } = checked
    const message = delegationBytes(swarm, { epoch, generation }, doc, author)
    if (checked.epoch !== epoch || !verifySignature(signer, message, delegation)) return INVALID
    return { status: 'valid', voice: { epoch, generation, tag } }
  }
}

/** The epoch tag in a credential that is not checked yet. */
function claimedTag(introduction: Introduction | undefined): Uint8Array | undefined {
  if (introduction === undefined) return undefined
  return readIf(() => readCredential(introduction.credential))?.tag
}

/** What the tags of an entry have to be for: each register, or the document of a playbook. */
export function taggedSubjects(
  { format, doc }: Pick<Entry, 'doc' | 'format'>,
  values: readonly Value[]
): readonly Uint8Array[] {
  if (format === PLAYBOOK_FORMAT) return [docSubject(doc)]
  return values.flatMap((value) => (value.type === 'register' ? [value.digest] : []))
}

function readIf<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}
