/** The format of records: reading, writing and checking them. All layers may use this room. */
export { MAX_RECORD_BYTES } from '../constants.ts'
export {
  canonicalRecord,
  canonicalText,
  checkRecord,
  encodeRecord,
  kindOf,
  readRecord,
  recordDigest,
  writeRecord
} from './record.ts'
export type { HiveRecord, RecordKind } from './record.ts'
