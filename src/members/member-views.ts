/** What callers see of members and invites. Times are ISO 8601. */
import type { RenewalRefusal, Role } from '../../crdt/index.ts'

/** Whether a member is admitted, or why not. */
export type MemberState =
  | 'admitted'
  | 'void'
  | 'revoked'
  | 'superseded'
  | 'expired'
  | 'not yet'
  | 'unknown'

/** A member, by its best certificate. Times are ISO 8601. */
export interface MemberView {
  /** The signing key in hex. It says nothing of what the member publishes. */
  readonly id: string
  readonly role: Role
  readonly state: MemberState
  readonly notBefore: string
  readonly notAfter: string
  /** The signing key of the inviter in hex; absent for a member that the root invited. */
  readonly invitedBy?: string
  /** Number of the certificate among those of its issuer. */
  readonly number: number
  /** From when on its node asks for a renewal; absent where only the root can renew it. */
  readonly renewsFrom?: string
  readonly isSelf: boolean
}

/** How a certificate is renewed without a person. Times are ISO 8601. */
export interface OwnRenewal {
  /** From when on the node asks for it. */
  readonly from: string
  /** Signing keys in hex of those that can renew it, in the order in which they are asked. */
  readonly by: readonly string[]
  /** Why the last one that was asked has refused. Known to the running node only. */
  readonly refusal?: RenewalRefusal
}

/** This node's own membership. */
export interface OwnMembership {
  readonly swarm: string
  readonly id: string
  readonly role?: Role
  readonly state: MemberState
  readonly notBefore?: string
  readonly notAfter?: string
  /** From when on this node can publish: absent for a light member. */
  readonly voiceFrom?: string
  /** Members with a voice in this epoch. */
  readonly voices: number
  readonly epoch: number
  /** Absent where only the root can renew the certificate. */
  readonly renewal?: OwnRenewal
  /** Members that this node can still admit. */
  readonly invitesLeft: number
}

/** What an invite allows. */
export interface InviteOptions {
  /** Default `member`. */
  readonly role?: Role
  /** Newcomers that can use it; default 1, at most 1,000. */
  readonly uses?: number
  /** Milliseconds that it can be used; default a day. */
  readonly expires?: number
  /** Days that their certificates last; default 90, at most 3,650. */
  readonly days?: number
  /** For an inviter: certificates that it may issue; default 16. */
  readonly max?: number
}

/** A new invite. Its secret is stored nowhere. */
export interface MadeInvite {
  readonly id: string
  readonly secret: string
  /** The founding of the swarm in hex: a newcomer checks everything against it. */
  readonly founding: string
  readonly swarm: string
  readonly role: Role
  readonly uses: number
  readonly expires: string
}

/** An invite of this node, without its secret. */
export interface InviteView {
  readonly id: string
  readonly role: Role
  readonly state: 'expired' | 'open' | 'used'
  readonly uses: number
  /** Signing keys of those that used it, in hex. */
  readonly usedBy: readonly string[]
  readonly expires: string
}

/** Which members to list. */
export interface ListOptions {
  /** At most this many; default and maximum 1,000. */
  readonly limit?: number
  /** Only of this state. */
  readonly state?: MemberState
}
