/** The searchable text of a stored fact, or of a record of the hive. */
import { hash } from 'node:crypto'
import { readAll } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/records/index.ts'
import { contextWords, readFact } from '../fact-format/index.ts'
import { BEGINNING, claimFieldsOf, FOREVER } from './claim-slot.ts'
import { decodeRecordRow } from './record-row.ts'
import { keyOf } from './search-schema.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'
import type { FactContext } from '../fact-format/index.ts'
import type { ItemMarks } from './item-marks.ts'
import type { RecordRow, RowKind } from './record-row.ts'
import type { SearchOrigin, SearchText, TurnPlace } from './search-query.ts'

/** Reads a stored fact. */
export function factTextOf(digest: Uint8Array, stored: Uint8Array): SearchText {
  const {
    record,
    tags,
    confidence,
    recordedAt,
    context,
    validFrom,
    validAgainFrom = [],
    projects = [],
    stale
  } = readFact(digest, stored)
  const parsed = readAll(record, readRecord)
  return {
    entity: parsed.entity,
    content: searchedContent(parsed),
    tags,
    context: context === undefined ? '' : contextWords(context),
    turn: context === undefined ? undefined : turnPlaceOf(context),
    confidence,
    recordedAt: recordedAt.getTime(),
    // A value that no longer holds supersedes no other.
    claim: stale === true ? undefined : claimFieldsOf(parsed),
    begins: [validFrom?.getTime() ?? BEGINNING, ...validAgainFrom.map((time) => time.getTime())],
    until: FOREVER,
    projects,
    stale: stale === true ? 'hidden' : 'none'
  }
}

/** The text of a record of the hive. */
export function recordTextOf({
  record,
  tags,
  validFrom,
  validTo,
  validAgainFrom,
  stale = 'none'
}: RecordRow): SearchText {
  return {
    entity: record.entity,
    content: searchedContent(record),
    tags,
    context: '',
    confidence: 0,
    recordedAt: 0,
    claim: stale === 'hidden' ? undefined : claimFieldsOf(record),
    begins: [validFrom ?? BEGINNING, ...(validAgainFrom === undefined ? [] : [validAgainFrom])],
    until: validTo ?? FOREVER,
    projects: [],
    stale
  }
}

/** A text to embed. */
export interface EmbeddedItem {
  readonly text: string
  readonly isPrivate: boolean
  readonly marks: ItemMarks
}

/** The text to embed, and whether it may leave this node; undefined for what is not recalled. */
export function embeddedTextOf(
  origin: SearchOrigin,
  digest: Uint8Array,
  stored: Uint8Array
): EmbeddedItem | undefined {
  if (origin === 'local') {
    const text = factTextOf(digest, stored)
    return { ...embeddedOf(text), isPrivate: readFact(digest, stored).private }
  }
  const row = decodeRecordRow(stored)
  if (!isRecalled(row.kind) || row.state !== 'released') return undefined
  return { ...embeddedOf(recordTextOf(row)), isPrivate: false }
}

function embeddedOf({
  entity,
  content,
  projects,
  stale
}: SearchText): Omit<EmbeddedItem, 'isPrivate'> {
  return { text: `${entity}: ${content}`, marks: { projects, stale } }
}

/** Goals and skills have lists of their own. */
export function isRecalled(kind: RowKind): boolean {
  return kind === 'fact' || kind === 'insight' || kind === 'lesson'
}

function turnPlaceOf({ conversation, turn = 0 }: FactContext): TurnPlace | undefined {
  if (conversation === undefined) return undefined
  return { conversation: keyOf(hash('sha256', conversation, 'buffer')), number: turn }
}

/** What of a record is searched beside its entity. */
export function searchedContent(record: HiveRecord): string {
  const { kind, content, attribute, value, action, versions } = record
  if (kind === 'lesson') return [content, action, versions].filter(Boolean).join('\n')
  return attribute === undefined ? content : `${content} ${attribute} ${value ?? ''}`
}
