/**
 * What a replica of a closed swarm asks of the membership: who has a voice, and this node's own.
 * Open swarms have none.
 */
import type { CheckSource } from './voices/fair-queue.ts'

/** The membership of a closed swarm, as its replica uses it. `source`: of a check, for its share. */
export interface Membership {
  /** The epoch of now. */
  epoch(): number
  /** The day of now, for quotas. */
  day(): number
  /** Whole hours since the epoch began, less than 168. */
  hour(): number
  /** What a credential proves. Reads no more than the statements that are held. */
  checkCredential(credential: Uint8Array, source?: CheckSource): Promise<CredentialVerdict>
  /** Whether the tags have the member key of the tag of the epoch. */
  checkTags(claim: TagClaim, proof: Uint8Array, source?: CheckSource): Promise<boolean>
  /**
   * This node's voice in an epoch; default: the current one. Throws `MemberError` where it has none: a
   * light member, a certificate that has expired, or one that begins with the next epoch.
   */
  ownVoice(epoch?: number): Promise<OwnVoice>
  /** The tag of this node's member in an epoch, whether it has a voice there or not. */
  ownTag(epoch: number): Uint8Array
}

/** The credential of a member in an epoch, without the member's name. */
export interface CheckedCredential {
  readonly epoch: number
  /** Equal in all credentials of one member and epoch. */
  readonly tag: Uint8Array
  /** The Ed25519 key that signs for authors in this epoch. */
  readonly signer: Uint8Array
}

/** What a check of a credential gives. */
export type CredentialVerdict =
  | ({ readonly status: 'valid' } & CheckedCredential)
  /** Members, or an epoch, that this node does not know yet. */
  | { readonly status: 'unknown' }
  /** No honest peer sends it. */
  | { readonly status: 'invalid' }

/** Tags of records that are said to be of the member with the tag of an epoch. */
export interface TagClaim {
  readonly epoch: number
  readonly tag: Uint8Array
  /** Bytes that the proof is bound to. */
  readonly context: Uint8Array
  readonly digests: readonly Uint8Array[]
  readonly tags: readonly Uint8Array[]
}

/** A member's voice in one epoch. */
export interface OwnVoice extends CheckedCredential {
  readonly credential: Uint8Array
  /** Signs with the key of the epoch. */
  sign(message: Uint8Array): Uint8Array
  /** The member's tags for records. */
  tags(digests: readonly Uint8Array[]): Promise<Uint8Array[]>
  /** A proof, 64 bytes, that the tags are of this member. */
  prove(claim: TagClaim): Promise<Uint8Array>
}
