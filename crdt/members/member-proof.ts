/**
 * Proofs that a peer has the keys of a member. They name both peers of a connection, so that neither the
 * peer that receives one nor anybody between can use it elsewhere.
 */
import * as encoding from 'lib0/encoding'
import { concat, verifySignature } from '../bytes/index.ts'
import { labelledFor } from './domain.ts'
import type { MemberKeys } from './member-keys.ts'

/** The two peers of a connection, by their peer ids. */
export interface PeerPair {
  /** The peer that proves that it has the keys. */
  readonly prover: string
  readonly verifier: string
}

/** What a newcomer wants to be admitted with. */
export interface Enrolment extends PeerPair {
  /** Names the invite. */
  readonly invite: Uint8Array
  /** The signing key of the newcomer, 32 bytes. */
  readonly member: Uint8Array
  /** The voice key of the newcomer, 32 bytes. */
  readonly voice: Uint8Array
}

/** The signature of a member for a door, 64 bytes. */
export function signDoorProof(
  swarm: string,
  peers: PeerPair,
  keys: Pick<MemberKeys, 'sign'>
): Uint8Array {
  return keys.sign(doorBytes(swarm, peers))
}

/** Whether the member with this signing key signed for this door. */
export function isDoorProof(
  swarm: string,
  peers: PeerPair,
  member: Uint8Array,
  signature: Uint8Array
): boolean {
  return verifySignature(member, doorBytes(swarm, peers), signature)
}

/** The signature of a newcomer with its new signing key, 64 bytes. */
export function signEnrolment(
  swarm: string,
  enrolment: Enrolment,
  keys: Pick<MemberKeys, 'sign'>
): Uint8Array {
  return keys.sign(enrolmentBytes(swarm, enrolment))
}

/** Whether the newcomer has the signing key that it names. */
export function isEnrolmentProof(
  swarm: string,
  enrolment: Enrolment,
  signature: Uint8Array
): boolean {
  return verifySignature(enrolment.member, enrolmentBytes(swarm, enrolment), signature)
}

function doorBytes(swarm: string, { prover, verifier }: PeerPair): Uint8Array {
  return labelledFor(swarm, 'door', texts(prover, verifier))
}

function enrolmentBytes(swarm: string, enrolment: Enrolment): Uint8Array {
  const { prover, verifier, invite, member, voice } = enrolment
  const named = encoding.encode((encoder) => encoding.writeVarUint8Array(encoder, invite))
  return labelledFor(swarm, 'enrol', texts(prover, verifier), concat(named, member, voice))
}

function texts(...values: readonly string[]): Uint8Array {
  return encoding.encode((encoder) => {
    for (const value of values) encoding.writeVarString(encoder, value)
  })
}
