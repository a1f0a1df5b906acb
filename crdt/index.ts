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
 *
 * @module noormme-hive/crdt
 */
export {
  MARKS,
  MAX_BODY_BYTES,
  MAX_ENTRY_BYTES,
  MAX_NAME_BYTES,
  MAX_STEPS,
  MAX_TAGS,
  MAX_TAG_BYTES,
  MAX_TITLE_BYTES,
  SUCCESSES,
  TAG_CLASSES,
  TRIALS
} from './constants.ts'
export {
  CodedError,
  errorOf,
  LimitError,
  MalformedError,
  MemberError,
  messageOf,
  StoreError,
  VoiceError
} from './errors.ts'
export * from './members/index.ts'
export { isClosedSwarm, storedSwarmName, storeSwarmName } from './swarm-name.ts'
export type {
  CheckedCredential,
  CredentialVerdict,
  Membership,
  OwnVoice,
  TagClaim
} from './membership.ts'
export { makeDirectory } from './make-directory.ts'
export { authorEpochs } from './feeds/author-epoch.ts'
export { createAuthor } from './feeds/author.ts'
export {
  hasOwnPayload,
  hasValidSignature,
  readEntry,
  readSignedHeader,
  writeEntry,
  writeSignedHeader
} from './feeds/entry.ts'
export { readProof, writeProof } from './feeds/equivocation.ts'
export { LEAF_HEADS, MAX_PREFIX_DIGITS } from './feeds/head-tree.ts'
export { pack, packHashes, unpack } from './feeds/payload.ts'
export { elementHasher, filterKeyOf } from './filters/filter-element.ts'
export { GrowingFilter, parametersOf } from './filters/growing-filter.ts'
export { SeenDigests } from './filters/seen-digests.ts'
export { StoredFilter } from './filters/stored-filter.ts'
export { playbookDoc } from './playbooks/playbook-doc.ts'
export {
  insertStep,
  markStep,
  moveStep,
  readSteps,
  removeStep,
  writeStep
} from './playbooks/steps.ts'
export { rangeIn } from './playbooks/splices.ts'
export { digestOf } from './publishing/publication.ts'
export { voteTiming } from './publishing/vote-timing.ts'
export {
  commitmentOf,
  RETRACTION_BYTES,
  readRetraction,
  retractionId,
  writeRetraction
} from './records/retraction.ts'
export { ClaimIndex } from './records/claim-index.ts'
export { clientIdOf, readLogUpdate } from './records/knowledge-log.ts'
export * from './records/index.ts'
export { canonicalTags } from './records/register.ts'
export { openReplica } from './open-replica.ts'
export { Commits } from './store/commits.ts'
export { Mirror } from './store/mirror.ts'
export { Retry } from './store/retry.ts'
export type { RetryInit } from './store/retry.ts'
export type { OpenStoreOptions } from './store/store.ts'
export type { StoreInspection } from './store/inspect-store.ts'
export type { FileDamage, Suspicion } from './store/inventory.ts'
export type { ReplicaAuditReport } from './admission/replica-audit.ts'
export type { StoreCondition } from './store/open-directory.ts'
export type { Scrub, SnapshotContents, Snapshots, StoreReport } from './store/section.ts'
export type { ValuesReport } from './store/verify-values.ts'
export type { MirrorChange, MirrorInit } from './store/mirror.ts'
export { DigestLog } from './store/digest-log.ts'
export { StoredPosition } from './store/stored-position.ts'
export { Serial } from './store/serial.ts'
export { readCopy } from './store/copy-store.ts'
export { inspectStore } from './store/inspect-store.ts'
export { openStore } from './store/store.ts'
export {
  createCredential,
  MAX_CREDENTIAL_BYTES,
  MAX_RING_KEYS,
  readCredential,
  verifyCredential
} from './voices/credential.ts'
export { epochKeyOf } from './voices/epoch-key.ts'
export { MAX_RECORD_TAGS, proveTags, TAG_PROOF_BYTES, verifyTags } from './voices/record-tags.ts'
export { epochTag, recordTag } from './voices/tags.ts'
export { isVoiceKey, RING_ID_BYTES, ringIdOf, voiceKeyOf } from './voices/voice-key.ts'
export { VoiceThread } from './voices/voice-thread.ts'
export { inlineVoices } from './voices/voices.ts'
export { excessOf } from './admission/entry-cost.ts'
export type { RejectReason } from './admission/validate-entry.ts'
export type { AdmissionResult } from './admission/admitter.ts'
export type { ProofResult } from './admission/feed-windows.ts'
export type { DayBudget } from './admission/day-budgets.ts'
export type { BudgetLimits } from './admission/entry-budgets.ts'
export type { IntakeBudget, IntakePayer } from './admission/intake.ts'
export type { LimitErrorCode, MemberErrorCode, StoreErrorCode, VoiceErrorCode } from './errors.ts'
export type { Author, OwnAuthor } from './feeds/author.ts'
export type { Entry, EntryHeader, SignedHeader } from './feeds/entry.ts'
export type { Proof } from './feeds/equivocation.ts'
export type { Feed, FeedHead } from './feeds/feed.ts'
export type { HeadNode, HeadTotals } from './feeds/head-tree.ts'
export type { PrefixNode } from './bytes/prefix-tree.ts'
export type { SliceState } from './filters/growing-filter.ts'
export type { CopyOptions, StoreCopy } from './store/copy-store.ts'
export type { Commit, CommitsInit } from './store/commits.ts'
export type { FilterSnapshot, FilterVersion, StoredFilterInit } from './filters/stored-filter.ts'
export type { Change, EditOptions, PlaybookSnapshot } from './playbooks/playbooks.ts'
export type { Mark, Span, Step } from './playbooks/steps.ts'
export type { PublicView, PublicViewReplica } from './public-view.ts'
export type { Publication } from './publishing/publication.ts'
export type { VoteTiming } from './publishing/vote-timing.ts'
export type { OwnVote } from './publishing/own-votes.ts'
export type { Published } from './publishing/published-groups.ts'
export type { Counters } from './records/evidence.ts'
export type {
  AttestedRecord,
  AuthorRegister,
  LikelyMissing,
  LikelyMissingInit
} from './records/record-store.ts'
export type { Standing, Tally, TrialGroup } from './records/standing.ts'
export type { StandingChange } from './records/standing-change.ts'
export type { Register, Vote } from './records/register.ts'
export type { Replica } from './replica.ts'
export type { ReplicaRetractions, WaitingChanges } from './replica-retractions.ts'
export type { RetractionResult } from './admission/retraction-admitter.ts'
export type { ReplicaEvents, ReplicaInit } from './replica-init.ts'
export type { Database } from './store/database.ts'
export type { LogPart } from './store/digest-log.ts'
export type { CommitOptions, Operation, Range, Section, Store } from './store/section.ts'
export type { AuthorEpochs } from './feeds/author-epoch.ts'
export type { BloomParameters } from './filters/bloom-filter.ts'
export type { ClaimKey } from './records/claim-index.ts'
export type { LogUpdate } from './records/knowledge-log.ts'
export type { Retraction } from './records/retraction.ts'
export type { HiddenEntries, HiddenFeed, NextBase } from './publishing/hidden-entries.ts'
export type { EntryRecords, HiddenRecords } from './publishing/hidden-records.ts'
export type { Value } from './records/value.ts'
export type { Decoder } from './bytes/encoding.ts'
export type { Credential, CredentialInit } from './voices/credential.ts'
export type { EpochKey } from './voices/epoch-key.ts'
export type { TagBatch } from './voices/record-tags.ts'
export type { RingSignature } from './voices/ring-signature.ts'
export type { VoiceKey } from './voices/voice-key.ts'
export type { CheckSource } from './voices/fair-queue.ts'
export type { ProveInit, VerifyInit, Voices } from './voices/voices.ts'
