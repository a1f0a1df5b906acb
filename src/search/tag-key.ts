/** The key of a tag: 48 bits of a hash. Rows are found by it, and compared by the tag itself. */
import { sha256 } from '../../crdt/bytes/index.ts'
import { keyOf } from './search-schema.ts'

export function tagKeyOf(tag: string): number {
  return keyOf(sha256(Buffer.from(tag)))
}
