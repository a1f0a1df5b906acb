/** What nodes ask of an inviter: a certificate for an invite, or another one for theirs. */

/** A newcomer that has proved to have the keys it names. */
export interface EnrolRequest {
  /** Id of the invite, and its secret: at most 64 bytes each. */
  readonly invite: Uint8Array
  readonly secret: Uint8Array
  /** The signing key and the voice key of the newcomer, 32 bytes each. */
  readonly member: Uint8Array
  readonly voice: Uint8Array
}

/** Why an enrolment is refused. */
export type EnrolRefusal =
  /** No invite of the node has this id and secret. Only the node that made an invite has it. */
  | 'invite unknown'
  | 'invite expired'
  | 'invite used'
  /** The node is no inviter, its certificate ends, or it has issued all that it may. */
  | 'enrolment closed'
  /** Limits of the peer on attempts. */
  | 'too many attempts'

/** The statements that the newcomer needs, from the founding to its certificate; or why it gets none. */
export type EnrolAnswer =
  | { readonly statements: readonly Uint8Array[] }
  | { readonly refusal: EnrolRefusal }

/** Why a certificate is not renewed. */
export type RenewalRefusal =
  /** The owner of the node has turned renewal off. */
  | 'off'
  /** The node is not above the member, or is no inviter now. */
  | 'not above'
  /** The certificate of the inviter ends first. */
  | 'inviter ends'
  /** The inviter has admitted as many members as it may. */
  | 'used up'
  /** The certificate of the member does not count: it is revoked, say. */
  | 'not admitted'

/** A certificate that lasts longer, or why there is none. */
export type RenewalAnswer =
  | { readonly certificate: Uint8Array }
  | { readonly refusal: RenewalRefusal }

/** Renewals as a node asks for them, and as it gives them to others. */
export interface CertificateRenewals {
  /** Signing keys of the members that may renew this node's certificate now, in the order to ask. */
  wanted(): readonly Uint8Array[]
  /** A member with this signing key asks. What is issued is durable when it resolves. */
  give(member: Uint8Array): Promise<RenewalAnswer>
  /** What became of the last requests; undefined: nobody was asked. Called each minute at least. */
  noteAnswer(answer: RenewalAnswer | undefined): void
}
