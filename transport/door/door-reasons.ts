/** Why a peer is refused at the door: a byte on the wire, and words for people. */
import type { EnrolRefusal, StatementRefusal, VerdictReason } from '../../crdt/index.ts'

/** Why a door is closed. */
export type DoorReason =
  | VerdictReason
  | StatementRefusal
  | EnrolRefusal
  /** Nothing came for two seconds. */
  | 'silence'
  /** The signature does not prove that the peer has the keys of the certificate. */
  | 'proof'
  /** The node that closes the door has no certificate itself. */
  | 'no certificate'
  /** The node failed, not the peer. */
  | 'failure'

/** In the order of their bytes; later versions append. */
const REASONS: readonly DoorReason[] = [
  'failure',
  'silence',
  'malformed',
  'proof',
  'unknown',
  'void',
  'revoked',
  'superseded',
  'expired',
  'not yet',
  'signature',
  'another swarm',
  'voice key',
  'issuer',
  'over the maximum',
  'chain too long',
  'dates',
  'surplus',
  'full',
  'invite unknown',
  'invite expired',
  'invite used',
  'enrolment closed',
  'too many attempts',
  'no certificate'
]

const TEXTS: Readonly<Record<DoorReason, string>> = {
  failure: 'the node that checks it has failed',
  silence: 'nothing came for two seconds',
  malformed: 'the bytes are no message of the door',
  proof: 'the keys of the certificate were not proved',
  unknown: 'there is no certificate of this swarm',
  void: 'an inviter above the certificate has admitted more members than it may',
  revoked: 'the certificate is revoked',
  superseded: 'an earlier root issued the certificate, and the next root does not keep it',
  expired: 'the certificate has expired; compare the clocks of both nodes too',
  'not yet': 'the certificate is not valid yet; compare the clocks of both nodes',
  signature: 'a signature of the certificates is wrong',
  'another swarm': 'the certificate is of another swarm',
  'voice key': 'the voice key of the certificate is not valid',
  issuer: 'no inviter issued the certificate',
  'over the maximum': 'the number of the certificate is above the maximum of the inviter',
  'chain too long': 'more than four certificates lead to the root',
  dates: 'the dates of the certificate lie beyond those of the inviter',
  surplus: 'the inviter has admitted more members than it may',
  full: 'the set of certificates is full',
  'invite unknown': 'there is no such invite',
  'invite expired': 'the invite has expired',
  'invite used': 'the invite was used before',
  'enrolment closed': 'the node admits no new members',
  'too many attempts': 'there were too many attempts; wait a minute',
  'no certificate': 'the node that closes it has no certificate itself yet'
}

/** What is wrong, as the end of a sentence. */
export function describeDoorReason(reason: DoorReason): string {
  return TEXTS[reason]
}

export function doorReasonByte(reason: DoorReason): number {
  return REASONS.indexOf(reason)
}

/** `failure` for bytes of later versions. */
export function doorReasonOf(byte: number): DoorReason {
  return REASONS[byte] ?? 'failure'
}

/** Thrown inside when a door is closed: by this node, or by the peer. */
export class DoorClosed extends Error {
  override readonly name = 'DoorClosed'
  readonly reason: DoorReason
  readonly isOurs: boolean
  /** What ended the certificate of a side that is revoked; empty for other reasons. */
  readonly revocation: Uint8Array

  constructor(
    reason: DoorReason,
    {
      isOurs,
      revocation = new Uint8Array(),
      ...options
    }: ErrorOptions & { readonly isOurs: boolean; readonly revocation?: Uint8Array }
  ) {
    const subject = isOurs ? 'This node refused the peer' : 'The peer refused this node'
    super(`${subject} at the door: ${describeDoorReason(reason)}.`, options)
    this.reason = reason
    this.isOurs = isOurs
    this.revocation = revocation
  }
}
