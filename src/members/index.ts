/**
 * The members of a closed swarm, as a node sees and serves them: its own membership, invites,
 * enrolment, revocation.
 *
 * @example
 * ```ts
 * const name = 'team~3e4a32642d35fdb09ca38fc7799fd08a'
 * await using db = await createHive({ dataDir: './hive', swarm: { name } })
 * const invite = await db.members?.invite({ role: 'member' })
 * ```
 */
export { openMembers } from './open-members.ts'
export { Members } from './members.ts'
export { foundClosedSwarm } from './found-swarm.ts'
export { memberSelf, membershipWarning } from './own-membership.ts'
export { heldStatements, renewWithRoot, revokeWithRoot, succeedRoot } from './root-acts.ts'
export type { FoundedSwarm, FoundSwarmInit } from './found-swarm.ts'
export type { RootActOptions } from './root-acts.ts'
export type { OpenedMembers, MemberInit } from './open-members.ts'
export type {
  InviteOptions,
  InviteView,
  ListOptions,
  MadeInvite,
  MemberState,
  MemberView,
  OwnMembership,
  OwnRenewal
} from './member-views.ts'
export type { MembersInit } from './members.ts'
