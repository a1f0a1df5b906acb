/** The searchable text of a stored fact, or of a record of the hive. */
import { readAll } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/records/index.ts'
import { contextWords, readFact } from '../fact-format/index.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'
import type { SearchOrigin, SearchText } from './search-query.ts'

const NO_TAGS: readonly string[] = []

/** Reads a stored fact, or the record of the hive. */
export function searchTextOf(
  origin: SearchOrigin,
  digest: Uint8Array,
  stored: Uint8Array
): SearchText {
  if (origin === 'hive') {
    const parsed = readAll(stored, readRecord)
    const { entity } = parsed
    const content = contentOf(parsed)
    return { entity, content, tags: NO_TAGS, context: '', confidence: 0, recordedAt: 0 }
  }
  const { record, tags, confidence, recordedAt, context } = readFact(digest, stored)
  const parsed = readAll(record, readRecord)
  return {
    entity: parsed.entity,
    content: contentOf(parsed),
    tags,
    context: context === undefined ? '' : contextWords(context),
    confidence,
    recordedAt: recordedAt.getTime()
  }
}

/** The text to embed, and whether it may leave this node. */
export function embeddedTextOf(
  origin: SearchOrigin,
  digest: Uint8Array,
  stored: Uint8Array
): { text: string; isPrivate: boolean } {
  const { entity, content } = searchTextOf(origin, digest, stored)
  const isPrivate = origin === 'local' && readFact(digest, stored).private
  return { text: `${entity}: ${content}`, isPrivate }
}

function contentOf({ content, attribute, value }: HiveRecord): string {
  return attribute === undefined ? content : `${content} ${attribute} ${value ?? ''}`
}
