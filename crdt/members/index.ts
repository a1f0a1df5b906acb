/**
 * Members of closed swarms: the root, keys, certificates, revocations and successions, and the set of
 * statements that decides who belongs to a swarm.
 *
 * @example
 * ```ts
 * import {
 *   createCertificate,
 *   createMemberSeed,
 *   createRoot,
 *   foundSwarm,
 *   memberKeysOf,
 *   MemberStatements,
 *   openStore
 * } from 'noormme-hive/crdt'
 *
 * const root = createRoot()
 * const { swarm, founding } = foundSwarm('lab', { root: root.key, successor: createRoot().key })
 * const keys = memberKeysOf(createMemberSeed())
 * const certificate = createCertificate(
 *   swarm,
 *   {
 *     member: keys.key,
 *     voice: keys.voice,
 *     role: 'inviter',
 *     max: 50,
 *     notBefore: 1_800_000_000,
 *     notAfter: 1_831_536_000,
 *     issuer: root.key,
 *     number: 1
 *   },
 *   root
 * )
 * const statements = new MemberStatements({ swarm, store: await openStore() })
 * await statements.load()
 * await statements.add([founding.bytes, certificate.bytes])
 * console.log(statements.chains.verdictOfMember(keys.key, 1_800_000_000).isAdmitted)
 * ```
 */
export { createCertificate } from './certificate.ts'
export { bindsRoot, closedSwarmName, plainSwarmName, successorCommitment } from './closed-swarm.ts'
export {
  EPOCH_SECONDS,
  MAX_CHAIN,
  MAX_INVITES,
  MAX_KEPT,
  MAX_STATEMENT_BYTES,
  MAX_STATEMENTS
} from './constants.ts'
export { epochBegin, epochOf } from './epoch.ts'
export { foundSwarm } from './founding.ts'
export { createMemberSeed, memberFileText, memberKeysOf, readMemberFile } from './member-keys.ts'
export { isDoorProof, isEnrolmentProof, signDoorProof, signEnrolment } from './member-proof.ts'
export { MemberStatements } from './member-statements.ts'
export { createRevocation } from './revocation.ts'
export { createRoot, rootOf } from './root.ts'
export { rootWords, seedOfWords } from './root-words.ts'
export { openSealedRoot, sealRoot } from './sealed-root.ts'
export { readStatement } from './statement.ts'
export { createSuccession } from './succession.ts'
export { MemberVoices } from './member-voices.ts'
export type { Certificate, CertificateInit, Role } from './certificate.ts'
export type { Chains, Verdict, VerdictReason } from './chains.ts'
export type { StatementRefusal } from './check-statement.ts'
export type { RootBinding } from './closed-swarm.ts'
export type {
  CertificateRenewals,
  EnrolAnswer,
  EnrolRefusal,
  EnrolRequest,
  RenewalAnswer,
  RenewalRefusal
} from './enrolment.ts'
export type { Founding, FoundingInit } from './founding.ts'
export type { MemberKeys } from './member-keys.ts'
export type { Enrolment, PeerPair } from './member-proof.ts'
export type {
  AddOptions,
  Additions,
  MemberStatementsEvents,
  MemberStatementsInit,
  RefusedStatement
} from './member-statements.ts'
export type { Revocation, RevocationInit } from './revocation.ts'
export type { Root } from './root.ts'
export type { MemberVoicesInit, Rings } from './member-voices.ts'
export type { Roster } from './roster.ts'
export type { SigningKey } from '../bytes/index.ts'
export type { Statement } from './statement.ts'
export type { StatementBytes } from './statement-bytes.ts'
export type { Succession, SuccessionInit } from './succession.ts'
