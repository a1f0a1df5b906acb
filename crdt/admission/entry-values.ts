/** Reads the values of stored entries. */
import { readEntry } from '../feeds/entry.ts'
import { KNOWLEDGE_DOC } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { clientIdOf, readLogUpdate } from '../records/knowledge-log.ts'
import { unpack } from '../feeds/payload.ts'
import { splitPayload } from '../feeds/voice-part.ts'
import { voiceOrder } from '../records/voice-order.ts'
import { readCredential } from '../voices/credential.ts'
import { withVoices } from '../records/voiced-values.ts'
import type { FeedVoice } from '../feeds/feed-voices.ts'
import type { EntryValues } from '../publishing/restatement.ts'

/** Whose voice an admitted entry introduces its author as. */
export function readIntroducedVoice(swarm: string, bytes: Uint8Array): FeedVoice | undefined {
  try {
    const { part } = splitPayload(swarm, readEntry(bytes).payload)
    if (part?.introduction === undefined) return undefined
    const { tag } = readCredential(part.introduction.credential)
    return { epoch: part.epoch, generation: part.generation, tag: tag.slice() }
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** Which entries a replica reads. */
export interface ReadableEntries {
  readonly swarm: string
  /** The highest format. */
  readonly entryFormat: number
}

/** Whether the entry is of a format that the replica reads, or damaged: nothing will read that. */
export function isRead(
  { entryFormat }: Pick<ReadableEntries, 'entryFormat'>,
  bytes: Uint8Array
): boolean {
  try {
    return readEntry(bytes).format <= entryFormat
  } catch (error) {
    if (error instanceof MalformedError) return true
    throw error
  }
}

/** The values of an admitted entry; none for an entry of a playbook or of an unread format. */
export function readEntryValues(
  { swarm, entryFormat }: ReadableEntries,
  seq: number,
  bytes: Uint8Array
): EntryValues {
  try {
    const entry = readEntry(bytes)
    const { base } = entry
    if (entry.format > entryFormat || entry.doc !== KNOWLEDGE_DOC)
      return { seq, values: [], bytes: bytes.length, base }
    const { part, update: packed } = splitPayload(swarm, entry.payload)
    const update = unpack(packed)
    const { values } = readLogUpdate(update, clientIdOf(swarm, entry.author))
    if (part === undefined) return { seq, values, bytes: update.length, base }
    const order = voiceOrder(part.epoch, part.generation, seq)
    return { seq, order, values: withVoices(values, part.tags), bytes: update.length, base }
  } catch (error) {
    if (error instanceof MalformedError) return { seq, values: [], bytes: bytes.length }
    throw error
  }
}
