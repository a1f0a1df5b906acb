/** Enrolments at the door: an invite and its secret against a certificate. */
import { isEnrolmentProof } from '../../crdt/index.ts'
import { ENROLMENT_WINDOW, ENROLMENTS_IN_ALL, ENROLMENTS_PER_PEER } from '../constants.ts'
import { DoorClosed } from './door-reasons.ts'
import type { EnrolAnswer, EnrolRequest, PeerPair } from '../../crdt/index.ts'
import type { EnrolFrame } from './door-frames.ts'

/**
 * Issues a certificate for an invite. The certificate and the use of the invite must be on disk before
 * it resolves, and secrets compared in constant time. A second request with the same invite and the same
 * keys gets the same certificate: the first answer may have been lost.
 */
export type Enrol = (request: EnrolRequest) => Promise<EnrolAnswer>

export interface EnrolmentsInit {
  readonly swarm: string
  /** Undefined: this node admits no new members. */
  readonly enrol: Enrol | undefined
  /** Milliseconds. */
  readonly now: () => number
}

export class Enrolments {
  readonly #init: EnrolmentsInit
  /** Times and peers of recent attempts, the oldest first. */
  #attempts: { readonly peer: string; readonly time: number }[] = []

  constructor(init: EnrolmentsInit) {
    this.#init = init
  }

  /** The statements for the newcomer. Throws `DoorClosed`. */
  async run(frame: EnrolFrame, peers: PeerPair): Promise<readonly Uint8Array[]> {
    const { swarm, enrol } = this.#init
    if (enrol === undefined) throw new DoorClosed('enrolment closed', { isOurs: true })
    if (!this.#mayTry(peers.prover)) throw new DoorClosed('too many attempts', { isOurs: true })
    const { invite, secret, member, voice, proof } = frame
    if (!isEnrolmentProof(swarm, { ...peers, invite, member, voice }, proof)) {
      throw new DoorClosed('proof', { isOurs: true })
    }
    const answer = await enrol({ invite, secret, member, voice })
    if ('refusal' in answer) throw new DoorClosed(answer.refusal, { isOurs: true })
    return answer.statements
  }

  #mayTry(peer: string): boolean {
    const now = this.#init.now()
    this.#attempts = this.#attempts.filter(({ time }) => now - time < ENROLMENT_WINDOW)
    const own = this.#attempts.filter((attempt) => attempt.peer === peer).length
    if (own >= ENROLMENTS_PER_PEER || this.#attempts.length >= ENROLMENTS_IN_ALL) return false
    this.#attempts.push({ peer, time: now })
    return true
  }
}
