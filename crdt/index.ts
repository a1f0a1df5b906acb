/**
 * The replica of the hive: signed entries, author feeds, admission and the store they live in.
 *
 * @example
 * ```ts
 * import { openReplica, openStore } from 'noormme-hive/crdt'
 *
 * const store = await openStore()
 * const replica = await openReplica({ store, swarm: 'default' })
 * const record = { kind: 'fact', entity: 'CSS gap', content: 'Works in flex containers.' } as const
 * const { entries } = await replica.publish([{ record, confidence: 0.9, day: 20_000 }])
 * console.log(entries.length, replica.digest())
 * await store.close()
 * ```
 */
export { authorEpochs } from './author-epoch.ts'
export { createAuthor } from './author.ts'
export { Claims } from './claims.ts'
export {
  MARKS,
  MAX_BODY_BYTES,
  MAX_ENTRY_BYTES,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  MAX_STEPS,
  MAX_TAG_BYTES,
  MAX_TAGS,
  MAX_TITLE_BYTES
} from './constants.ts'
export { DigestLog } from './digest-log.ts'
export { concat, equalBytes, fromHex, toHex } from './digest.ts'
export { readBlob, readBytes, readAll, readText, readUint } from './encoding.ts'
export {
  hasValidSignature,
  readEntry,
  readSignedHeader,
  writeEntry,
  writeSignedHeader
} from './entry.ts'
export { LimitError, MalformedError, StoreError } from './errors.ts'
export { readProof, writeProof } from './equivocation.ts'
export { elementsUnder, filterKeyOf } from './filter-element.ts'
export { GrowingFilter, parametersOf } from './growing-filter.ts'
export { clientIdOf, readLogUpdate } from './knowledge-log.ts'
export { pack, unpack } from './payload.ts'
export { playbookDoc } from './playbooks/playbook-doc.ts'
export {
  insertStep,
  markStep,
  moveStep,
  readSteps,
  removeStep,
  writeStep
} from './playbooks/steps.ts'
export { digestOf } from './publication.ts'
export {
  canonicalRecord,
  canonicalText,
  checkRecord,
  encodeRecord,
  recordDigest,
  readRecord,
  writeRecord,
  kindOf
} from './record.ts'
export { SEAL_BYTES } from './checksum.ts'
export { seqBytes, seqOf } from './sequence.ts'
export { canonicalTags } from './register.ts'
export { PublicView } from './public-view.ts'
export { openReplica } from './replica.ts'
export { Serial } from './serial.ts'
export { openStore } from './store.ts'
export { StoredFilter } from './stored-filter.ts'
export type { RejectReason } from './admission.ts'
export type { Author } from './author.ts'
export type { Decoder } from './encoding.ts'
export type { Database } from './database.ts'
export type { LogPart } from './digest-log.ts'
export type { Entry, EntryHeader, SignedHeader } from './entry.ts'
export type { LimitErrorCode, StoreErrorCode } from './errors.ts'
export type { Proof } from './equivocation.ts'
export type { Counters } from './evidence.ts'
export type { FeedHead } from './feeds.ts'
export type { AuthorRegister, Standing } from './materials.ts'
export type { Playbook } from './playbooks/playbooks.ts'
export type { Mark, Span, Step } from './playbooks/steps.ts'
export type { Publication } from './publication.ts'
export type { HiveRecord, RecordKind } from './record.ts'
export type { Register, Vote } from './register.ts'
export type { OwnVote, Published } from './publisher.ts'
export type { Admission, ProofAdmission } from './admissions.ts'
export type { Replica, ReplicaEvents } from './replica.ts'
export type { SliceState } from './growing-filter.ts'
export type { FilterSnapshot, FilterVersion } from './stored-filter.ts'
export type { Operation, Range, Section, Store } from './store.ts'
