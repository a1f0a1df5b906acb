/** Reads the values of stored entries. */
import { readEntry } from '../feeds/entry.ts'
import { ENTRY_FORMAT, KNOWLEDGE_DOC } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { clientIdOf, readLogUpdate } from '../records/knowledge-log.ts'
import { unpack } from '../feeds/payload.ts'
import type { EntryValues } from '../publishing/restatement.ts'

/** The values of an admitted entry; none for an entry of a playbook or of an unread format. */
export function readEntryValues(swarm: string, seq: number, bytes: Uint8Array): EntryValues {
  try {
    const entry = readEntry(bytes)
    if (entry.format > ENTRY_FORMAT || entry.doc !== KNOWLEDGE_DOC)
      return { seq, values: [], bytes: bytes.length }
    const update = unpack(entry.payload)
    const { values } = readLogUpdate(update, clientIdOf(swarm, entry.author))
    return { seq, values, bytes: update.length }
  } catch (error) {
    if (error instanceof MalformedError) return { seq, values: [], bytes: bytes.length }
    throw error
  }
}
