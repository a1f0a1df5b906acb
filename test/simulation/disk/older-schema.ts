/** A store as versions before standings were stored left it: the next start migrates it. */
import { STANDING_SECTIONS } from '../../../crdt/admission/standing-rebuild.ts'
import type { Stored } from './simulated-files.ts'

const COMPUTED = new Set<string>(STANDING_SECTIONS)

/** Version of the layout. Entries and votes are as they are now. */
const OLDER_SCHEMA = 4

const SCHEMA_KEY = '!meta!schema'

/** Removes what an older version does not store. Keys are names of sections and keys in them. */
export function writtenBefore(
  stored: Stored,
  seal: (key: string, value: Uint8Array) => Uint8Array
): Stored {
  // The store of copies of a node that has made none.
  if (stored.size === 0) return stored
  const kept = [...stored].filter(([key]) => !COMPUTED.has(key.split('!')[1] ?? ''))
  return new Map(kept).set(SCHEMA_KEY, seal('schema', Uint8Array.of(OLDER_SCHEMA)))
}
