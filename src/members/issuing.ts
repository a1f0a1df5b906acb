/** Certificates that this node issues: to newcomers and to members that it renews. */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { createCertificate } from '../../crdt/index.ts'
import { beginOf } from './terms.ts'
import type { Certificate, MemberKeys, MemberStatements } from '../../crdt/index.ts'

/** What a new certificate states of its member. */
export interface IssueTerms extends Pick<Certificate, 'max' | 'member' | 'role' | 'voice'> {
  /** Seconds that it lasts, at most up to the end of this node's own certificate. */
  readonly lifetime: number
  /** Of a renewal: the id of the first certificate. */
  readonly renews?: Uint8Array
}

export interface IssuingInit {
  readonly statements: MemberStatements
  readonly keys: MemberKeys
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
}

export class Issuing {
  readonly #init: IssuingInit
  /** Members whose certificate is signed and not yet a statement. */
  readonly #pending = new Set<string>()

  constructor(init: IssuingInit) {
    this.#init = init
  }

  /** The certificate with which this node issues others. */
  get certificate(): Certificate | undefined {
    const { statements, keys } = this.#init
    const verdict = statements.chains.verdictOfMember(keys.key, this.#seconds())
    return verdict.isAdmitted && verdict.certificate.role === 'inviter'
      ? verdict.certificate
      : undefined
  }

  /** How many more members this node may admit; 0 if it is no inviter. */
  get left(): number {
    const { certificate } = this
    if (certificate === undefined) return 0
    const { statements } = this.#init
    this.#settle(certificate)
    return Math.max(0, certificate.max - statements.admittedBy(certificate.id) - this.#pending.size)
  }

  /** Whether a certificate can be signed for the member: it has a place, or there is another one. */
  hasPlaceFor(member: Uint8Array): boolean {
    const { certificate } = this
    if (certificate === undefined) return false
    return this.#hasPlace(certificate, member) || this.left > 0
  }

  /** Signs; the caller adds it to the statements. Call only if there is a place. */
  sign(issuer: Certificate, { lifetime, ...terms }: IssueTerms): Certificate {
    const { statements, keys } = this.#init
    const seconds = this.#seconds()
    if (!this.#hasPlace(issuer, terms.member)) this.#pending.add(toHex(terms.member))
    return createCertificate(
      statements.swarm,
      {
        ...terms,
        notBefore: Math.max(issuer.notBefore, beginOf(statements, seconds)),
        notAfter: Math.min(issuer.notAfter, seconds + lifetime),
        issuer: issuer.id,
        number: statements.nextNumber(issuer.id, terms)
      },
      keys
    )
  }

  #settle(issuer: Certificate): void {
    for (const member of this.#pending) {
      if (this.#hasPlace(issuer, Buffer.from(member, 'hex'))) this.#pending.delete(member)
    }
  }

  #hasPlace(issuer: Certificate, member: Uint8Array): boolean {
    const { statements } = this.#init
    return statements.certificatesOf(member).some((id) => {
      const statement = statements.get(id)
      return statement?.kind === 'certificate' && equalBytes(statement.issuer, issuer.id)
    })
  }

  #seconds(): number {
    return Math.floor(this.#init.now() / 1000)
  }
}
