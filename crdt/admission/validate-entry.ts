/**
 * Validates the bytes of an entry: whether they become part of the replica. Cheapest test first;
 * each refusal has a named reason; no state changes before the verdict. An author's own entries
 * pass the same code.
 */
import { KNOWLEDGE_DOC, LESSON_FORMAT, MAX_ENTRY_BYTES, PLAYBOOK_FORMAT } from '../constants.ts'
import { equalBytes } from '../bytes/index.ts'
import { hasOwnPayload, hasValidSignature, NO_ENTRY, readEntry } from '../feeds/entry.ts'
import { MalformedError } from '../errors.ts'
import { clientIdOf, readLogUpdate } from '../records/knowledge-log.ts'
import { needLessonFormat } from '../records/value.ts'
import { unpack } from '../feeds/payload.ts'
import { splitPayload } from '../feeds/voice-part.ts'
import { withVoices } from '../records/voiced-values.ts'
import { taggedSubjects } from './voice-check.ts'
import { goalOfDoc } from '../playbooks/playbook-doc.ts'
import { areHeads, readEdit } from '../playbooks/playbook-entry.ts'
import type { Entry, SignedHeader } from '../feeds/entry.ts'
import type { Proof } from '../feeds/equivocation.ts'
import type { Feed } from '../feeds/feed.ts'
import type { FeedVoice } from '../feeds/feed-voices.ts'
import type { VoicePart } from '../feeds/voice-part.ts'
import type { VoiceVerdict } from './voice-check.ts'
import type { Value } from '../records/value.ts'

/** Why an entry is not admitted. */
export type RejectReason =
  /** More bytes than an entry can have. */
  | 'oversized'
  /** Not the bytes of an entry. */
  | 'malformed'
  /** The signature is not the author's. */
  | 'signature'
  /** The payload is not the one that was signed. */
  | 'payload'
  /** The author's feed was ended by an ill-formed entry at or before this place. */
  | 'ended'
  /** The author is proven to have signed two entries for this place or one before it. */
  | 'void'
  /** The author signed another entry for this place, or for the one before it. */
  | 'fork'
  /** Signed, but the format is lower than that of the entry before. */
  | 'format'
  /**
   * Signed, but with a document or heads that its format does not allow, or with another document
   * than before.
   */
  | 'document'
  /** Signed, but the payload does not unpack within its bounds. */
  | 'unpack'
  /** Signed, but not an update of its document: another client, an overwrite, a bad value ... */
  | 'structure'
  /** Of a closed swarm: no member stands behind the author, or not behind all that it says. */
  | 'voice'
  /** Of a closed swarm: it rests on members, an epoch or a format that this node does not know yet. */
  | 'unknown-member'
  /** Its author, or in a closed swarm its member, has used what a node takes of one in a day. */
  | 'quota'
  /** Of an open swarm: the peer has brought as much as a node takes from one in a day. */
  | 'peer-quota'
  /** Of an open swarm: all peers together have used what a node takes in a day. */
  | 'swarm-quota'

/** Reasons that no honest peer can cause, since it would have refused the entry itself. */
const OFFENCES: ReadonlySet<RejectReason> = new Set([
  'oversized',
  'malformed',
  'signature',
  'payload',
  'format',
  'document',
  'unpack',
  'structure',
  'voice'
])

type Admitted = Extract<EntryVerdict, { verdict: 'admit' }>
type Rejected = Extract<EntryVerdict, { verdict: 'reject' }>

export type EntryVerdict =
  | {
      readonly verdict: 'admit'
      readonly entry: Entry
      /**
       * Empty for an entry of a playbook, or of a higher format, which is stored and relayed
       * unread.
       */
      readonly values: readonly Value[]
      /** Unpacked bytes of the values. */
      readonly bytes: number
      readonly next: Feed
      /** In a closed swarm: whose voice the feed is. */
      readonly voice?: FeedVoice
    }
  | { readonly verdict: 'held' }
  | { readonly verdict: 'gap'; readonly entry: Entry; readonly have: number }
  | {
      readonly verdict: 'reject'
      readonly reason: RejectReason
      /** Whether the peer that sent it is at fault. */
      readonly isOffence: boolean
      /** The entry is the author's next one and ends the feed. */
      readonly endingEntry?: Entry
      /** The entry and a stored one contradict each other. */
      readonly proof?: Proof
    }

/** The part of the replica that validation reads. */
export interface FeedReader {
  readonly swarm: string
  /** The highest format that is read. */
  readonly entryFormat: number
  feed(author: Uint8Array): Feed
  /** Header of the entry at `seq`: the stored one, or the one that ended the feed. */
  headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined>
  /** Of a closed swarm. */
  readonly voices?: VoiceReader
  /** Of an own entry: what this node has written into it. */
  readonly known?: readonly Value[]
  /** Whether the payload of a well-signed next entry may be unpacked; a reason if not. */
  mayUnpack?(entry: Entry): Promise<RejectReason | undefined>
}

/** Decides on the voice of an entry: `VoiceCheck`, or trust in what this node has just signed. */
export interface VoiceReader {
  check(entry: Entry, part: VoicePart, subjects: readonly Uint8Array[]): Promise<VoiceVerdict>
}

export async function validateEntry(bytes: Uint8Array, feeds: FeedReader): Promise<EntryVerdict> {
  if (bytes.length > MAX_ENTRY_BYTES) return rejectWith('oversized')
  let entry: Entry
  try {
    entry = readEntry(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return rejectWith('malformed')
    throw error
  }
  const feed = feeds.feed(entry.author)
  // The author restated this entry: it is no longer live.
  if (entry.seq < feed.base) return { verdict: 'held' }
  if (entry.seq === feed.seq && equalBytes(entry.hash, feed.head)) return { verdict: 'held' }
  const mayBeStored = entry.seq <= feed.seq || entry.seq === feed.end
  const stored = mayBeStored ? await feeds.headerAt(entry.author, entry.seq) : undefined
  const isSame = stored !== undefined && equalBytes(stored.hash, entry.hash)
  if (isSame && entry.seq <= feed.seq) return { verdict: 'held' }
  if (!hasValidSignature(feeds.swarm, entry)) return rejectWith('signature')
  if (feed.fork > 0 && entry.seq >= feed.fork) return rejectWith('void')
  if (stored !== undefined && !isSame) return { ...rejectWith('fork'), proof: [stored, entry] }
  if (!hasOwnPayload(entry)) return rejectWith('payload')
  if (feed.end > 0 && entry.seq >= feed.end) return rejectWith('ended')
  // The stored header is damaged: the feed will be fetched again.
  if (entry.seq <= feed.seq) return rejectWith('fork')
  if (entry.seq > feed.seq + 1) return { verdict: 'gap', entry, have: feed.seq }
  if (!isAtBase(entry, feed) && !equalBytes(entry.prev, feed.head)) return rejectWith('fork')
  const refusal = await feeds.mayUnpack?.(entry)
  if (refusal !== undefined) return rejectWith(refusal)
  const { voices, swarm, entryFormat } = feeds
  // Without its voice it would be relayed for nobody.
  if (voices !== undefined && entry.format > entryFormat) return rejectWith('unknown-member')
  const content = validateContent(entry, feed, feeds)
  const verdict =
    content.verdict === 'admit' && voices !== undefined
      ? await validateVoice(content, feed, swarm, voices)
      : content
  if (verdict.verdict !== 'reject' || content.verdict === 'admit') {
    return voices === undefined ? verdict : withoutUnknownAuthor(verdict, feed)
  }
  // A replica that knows a higher base compares the entry with none before it, and relays it.
  const isOffence = validateContent(entry, atBase(feed, entry.seq), feeds).verdict === 'reject'
  const judged = { ...verdict, isOffence }
  return voices === undefined ? judged : withoutUnknownAuthor(judged, feed)
}

/**
 * An author that no member has introduced leaves no trace in a closed swarm: there can be any number
 * of them.
 */
function withoutUnknownAuthor(verdict: EntryVerdict, { seq, base }: Feed): EntryVerdict {
  if (verdict.verdict !== 'reject' || seq >= base) return verdict
  return { ...verdict, endingEntry: undefined }
}

/** The feed without entries, with a base. */
function atBase({ author }: Feed, base: number): Feed {
  const position = { seq: base - 1, head: NO_ENTRY, clock: 0, format: 1 }
  return { author, ...position, end: 0, fork: 0, base, doc: '' }
}

/** For the next entry of an author in a closed swarm. */
async function validateVoice(
  admitted: Admitted,
  feed: Feed,
  swarm: string,
  voices: VoiceReader
): Promise<EntryVerdict> {
  const { entry, values } = admitted
  let part: VoicePart | undefined
  try {
    ;({ part } = splitPayload(swarm, entry.payload))
  } catch (error) {
    if (error instanceof MalformedError) return rejectAndEnd('voice', entry)
    throw error
  }
  if (part === undefined) return rejectAndEnd('voice', entry)
  if (part.introduction === undefined && isFirst(entry, feed)) {
    // A replica that does not know the base admits the entry, and relays it.
    const isOffence = isFirst(entry, { ...feed, base: 1 })
    return { ...rejectAndEnd('voice', entry), isOffence }
  }
  const verdict = await voices.check(entry, part, taggedSubjects(entry, values))
  if (verdict.status === 'invalid') return rejectAndEnd('voice', entry)
  if (verdict.status === 'unknown') return rejectWith('unknown-member')
  return { ...admitted, values: withVoices(values, part.tags), voice: verdict.voice }
}

/** For the author's next entry: admits it, or ends the feed. */
function validateContent(
  entry: Entry,
  feed: Feed,
  { swarm, entryFormat, known }: Pick<FeedReader, 'entryFormat' | 'known' | 'swarm'>
): EntryVerdict {
  const base = Math.max(feed.base, entry.base)
  const { seq, hash: head, format, doc } = entry
  const next = { ...feed, seq, head, format, base, doc }
  if (format < feed.format && !isFirst(entry, feed)) return rejectAndEnd('format', entry)
  if (format > entryFormat) {
    return { verdict: 'admit', entry, values: [], bytes: entry.payload.length, next }
  }
  if (format === PLAYBOOK_FORMAT) return validateEdit(entry, feed, swarm, next)
  const isContinued = isFirst(entry, feed) || feed.doc === entry.doc
  if (entry.doc !== KNOWLEDGE_DOC || entry.heads.length > 0 || !isContinued) {
    return rejectAndEnd('document', entry)
  }
  let update: Uint8Array
  try {
    update = unpack(splitPayload(swarm, entry.payload).update)
  } catch (error) {
    if (error instanceof MalformedError) return rejectAndEnd('unpack', entry)
    throw error
  }
  try {
    const clock = isAtBase(entry, feed) ? undefined : feed.clock
    const log = readLogUpdate(update, clientIdOf(swarm, entry.author), clock, known)
    // Versions before this format would end the feed here.
    if (format < LESSON_FORMAT && needLessonFormat(log.values)) {
      return rejectAndEnd('structure', entry)
    }
    const bytes = update.length
    return {
      verdict: 'admit',
      entry,
      values: log.values,
      bytes,
      next: { ...next, clock: log.next }
    }
  } catch (error) {
    if (error instanceof MalformedError) return rejectAndEnd('structure', entry)
    throw error
  }
}

/**
 * For an entry of a playbook: checks its form and its document. Whether the edit counts depends on
 * its dependencies, which validation does not know.
 */
function validateEdit(entry: Entry, feed: Feed, swarm: string, next: Feed): EntryVerdict {
  const isKnown =
    goalOfDoc(entry.doc) !== undefined && (isFirst(entry, feed) || entry.doc === feed.doc)
  if (!isKnown || !areHeads(entry.heads)) return rejectAndEnd('document', entry)
  try {
    const { update } = readEdit(swarm, entry)
    return { verdict: 'admit', entry, values: [], bytes: update.length, next }
  } catch (error) {
    if (error instanceof MalformedError) return rejectAndEnd('structure', entry)
    throw error
  }
}

function isFirst(entry: Entry, feed: Feed): boolean {
  return entry.seq === 1 || isAtBase(entry, feed)
}

/** The first entry of a feed's window has no predecessor: also one that sets the base itself. */
function isAtBase({ seq, base }: Entry, feed: Feed): boolean {
  const first = Math.max(base, feed.base)
  return first > 1 && seq === first
}

function rejectWith(reason: RejectReason): Rejected {
  return { verdict: 'reject', reason, isOffence: OFFENCES.has(reason) }
}

function rejectAndEnd(reason: RejectReason, endingEntry: Entry): Rejected {
  return { ...rejectWith(reason), endingEntry }
}
