/** Invites, the swarms that they lead to, and what joining by one writes. */
export { usableByOthers } from './addresses.ts'
export { describeRefusal, enrol } from './enrol.ts'
export { checkPeers, MAX_INVITE_PEERS, readInvite, writeInvite } from './invite.ts'
export { newSwarmKey, planJoin, writeJoin } from './join-files.ts'
export { MemberDirectory } from './member-directory.ts'
export type { Admission, Invite } from './invite.ts'
export type { EnrolledOrNot, EnrolRefused } from './enrol.ts'
export type { JoinPlan } from './join-files.ts'
