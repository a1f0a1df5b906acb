/** The format of records: reading, writing and checking them. All layers may use this room. */
export { MAX_ACTION_BYTES, MAX_RECORD_BYTES, MAX_VERSIONS_BYTES } from '../constants.ts'
export {
  canonicalLines,
  canonicalRecord,
  canonicalText,
  checkRecord,
  encodedRecord,
  encodeRecord,
  kindOf,
  readRecord,
  recordDigest,
  writeRecord
} from './record.ts'
export type { EncodedRecord, HiveRecord, RecordKind } from './record.ts'
