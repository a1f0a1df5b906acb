/**
 * Renewals: a node asks for a certificate that lasts longer before its own ends, and gives one to
 * members that it is above.
 *
 * A node asks its inviter in the last third of its certificate's life, and in the last ninth any
 * inviter above it. The new certificate lasts as long as the first one, and never longer than that of the
 * inviter. It names the first certificate, so that a revocation of that one ends all renewals.
 */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { KeyedSerial } from '../stored/index.ts'
import { membersAbove, originOf } from './terms.ts'
import type {
  Certificate,
  CertificateRenewals,
  MemberKeys,
  MemberStatements,
  RenewalAnswer,
  RenewalRefusal
} from '../../crdt/index.ts'
import type { Issuing } from './issuing.ts'

/** The part of a certificate's life at whose begin a node asks its inviter: a month of 90 days. */
const ASKS_INVITER = 1 / 3

/** And others above it, whom it makes its inviter: 10 days of 90. */
const ASKS_OTHERS = 1 / 9

/** The part in which an inviter renews: more than above, since clocks differ. */
const RENEWS = 1 / 2

export interface RenewalsInit {
  readonly statements: MemberStatements
  readonly keys: MemberKeys
  readonly issuing: Issuing
  /** Whether this node renews the certificates of others. */
  readonly renewsOthers: boolean
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
}

export class Renewals implements CertificateRenewals {
  readonly #init: RenewalsInit
  readonly #serial = new KeyedSerial()
  readonly #listeners = new Set<() => void>()
  #refusal: RenewalRefusal | undefined

  constructor(init: RenewalsInit) {
    this.#init = init
  }

  /** Why the last inviter that was asked has refused; undefined if none has. */
  get refusal(): RenewalRefusal | undefined {
    return this.#refusal
  }

  /** Calls the listener when this node has asked, and each minute. Returns what ends that. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  wanted(): readonly Uint8Array[] {
    const { statements, keys } = this.#init
    const seconds = this.#seconds()
    const verdict = statements.chains.verdictOfMember(keys.key, seconds)
    if (!verdict.isAdmitted) return []
    const { certificate } = verdict
    const above = membersAbove(statements, certificate)
    if (seconds >= startOf(certificate, ASKS_OTHERS)) return above
    return seconds >= startOf(certificate, ASKS_INVITER) ? above.slice(0, 1) : []
  }

  /** One at a time for each member: of two requests at once the second gets what the first gave. */
  give(member: Uint8Array): Promise<RenewalAnswer> {
    return this.#serial.run(toHex(member), () => this.#give(member))
  }

  noteAnswer(answer: RenewalAnswer | undefined): void {
    if (answer !== undefined) this.#refusal = 'refusal' in answer ? answer.refusal : undefined
    for (const listener of this.#listeners) listener()
  }

  async #give(member: Uint8Array): Promise<RenewalAnswer> {
    const { statements, keys, issuing, renewsOthers } = this.#init
    const seconds = this.#seconds()
    const verdict = statements.chains.verdictOfMember(member, seconds)
    if (!verdict.isAdmitted) return { refusal: 'not admitted' }
    const { certificate } = verdict
    // The member may not know what it got last.
    if (seconds < startOf(certificate, RENEWS)) return { certificate: certificate.bytes }
    if (!renewsOthers) return { refusal: 'off' }
    const issuer = issuing.certificate
    const isAbove = membersAbove(statements, certificate).some((each) => equalBytes(each, keys.key))
    if (issuer === undefined || !isAbove) return { refusal: 'not above' }
    const origin = originOf(statements, certificate)
    const lifetime = origin.notAfter - origin.notBefore
    const end = Math.min(issuer.notAfter, seconds + lifetime)
    if (end <= certificate.notAfter) return { refusal: 'inviter ends' }
    if (!issuing.hasPlaceFor(member)) return { refusal: 'used up' }
    const { role, max, voice } = certificate
    const terms = { member, voice, role, max, lifetime, renews: origin.id }
    const { bytes } = issuing.sign(issuer, terms)
    await statements.add([bytes])
    return { certificate: bytes }
  }

  #seconds(): number {
    return Math.floor(this.#init.now() / 1000)
  }
}

/** When a node begins to ask for the renewal of a certificate, in seconds. */
export function renewalBegin(certificate: Certificate): number {
  return startOf(certificate, ASKS_INVITER)
}

/** The second from which on `part` of the certificate's life is left, or less. */
function startOf({ notBefore, notAfter }: Certificate, part: number): number {
  return Math.ceil(notAfter - (notAfter - notBefore) * part)
}
