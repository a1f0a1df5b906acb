/**
 * The statements of a swarm in memory, by what they are looked up by. It takes each statement that is
 * valid by itself: signed by the root or by a known inviter, within that inviter's limits. Whether a
 * certificate counts now is decided by `Chains`.
 *
 * The result does not depend on the order of delivery. So of an inviter that has admitted more members
 * than its maximum the first ones stay, and one more, which proves it; and of revocations of one target by
 * one issuer the one with the lowest id. What was built on a statement that leaves, leaves with it.
 */
import { toHex } from '../bytes/index.ts'
import { ringIdOf } from '../voices/voice-key.ts'
import { MAX_REPLACED } from './constants.ts'
import { Places } from './places.ts'
import { Roots } from './roots.ts'
import type { Certificate } from './certificate.ts'
import type { Revocation } from './revocation.ts'
import type { Statement } from './statement.ts'

/** A certificate, with the chain above it. */
export interface CertificateNode {
  readonly certificate: Certificate
  /** The id in hex. */
  readonly id: string
  /** Undefined when the root issued it. */
  readonly parent: CertificateNode | undefined
  /** The key of the root of its chain, in hex. */
  readonly root: string
  /** Certificates from here to the root, this one included. */
  readonly depth: number
}

export class StatementIndex {
  readonly roots = new Roots()
  /** Of inviters. A root has no maximum. */
  readonly places = new Places()
  readonly #statements = new Map<string, Statement>()
  readonly #certificates = new Map<string, CertificateNode>()
  /** Ids of certificates and revocations, by the certificate or the root that issued them. */
  readonly #issued = new Map<string, Set<string>>()
  /** By target, then by issuer. */
  readonly #revocations = new Map<string, Map<string, Revocation>>()
  readonly #byMember = new Map<string, Set<CertificateNode>>()
  readonly #byRingId = new Map<string, Set<CertificateNode>>()
  /** Statements below each certificate of the root. */
  readonly #branches = new Map<string, number>()
  /** Highest number of each issuer. */
  readonly #highest = new Map<string, number>()
  #bytes = 0
  #revision = 0

  /** Changes with each statement that comes or goes. */
  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.#statements.size
  }

  /** Bytes of all statements. */
  get bytes(): number {
    return this.#bytes
  }

  get(id: string): Statement | undefined {
    return this.#statements.get(id)
  }

  ids(): string[] {
    return [...this.#statements.keys()]
  }

  certificate(id: string): CertificateNode | undefined {
    return this.#certificates.get(id)
  }

  certificates(): Iterable<CertificateNode> {
    return this.#certificates.values()
  }

  /** Certificates of a member's signing key. */
  certificatesOf(member: string): readonly CertificateNode[] {
    return [...(this.#byMember.get(member) ?? [])]
  }

  members(): Iterable<string> {
    return this.#byMember.keys()
  }

  /** Certificates whose voice key has the ring id. */
  certificatesOfRingId(id: string): readonly CertificateNode[] {
    return [...(this.#byRingId.get(id) ?? [])]
  }

  /** Whether its inviter has admitted as many members as it may before this one. */
  isBeyondMaximum({ certificate, parent }: CertificateNode): boolean {
    return parent !== undefined && this.places.isBeyond(certificate, parent.certificate.max)
  }

  /** Ids of the certificates that make place for this one; `surplus`: it has none itself. */
  displacedBy(certificate: Certificate): 'surplus' | readonly string[] {
    const parent = this.#certificates.get(toHex(certificate.issuer))
    if (parent === undefined) return []
    return this.places.displaced(certificate, parent.certificate.max, MAX_REPLACED)
  }

  revocationsOf(target: string): readonly Revocation[] {
    return [...(this.#revocations.get(target)?.values() ?? [])]
  }

  /** The revocation of this target by this issuer. */
  revocationBy(target: string, issuer: string): Revocation | undefined {
    return this.#revocations.get(target)?.get(issuer)
  }

  /** Ids of what a certificate or a root issued. */
  issuedBy(issuer: string): readonly string[] {
    return [...(this.#issued.get(issuer) ?? [])]
  }

  /** The highest number that an issuer has used; 0 for none. */
  highestNumber(issuer: Uint8Array): number {
    return this.#highest.get(toHex(issuer)) ?? 0
  }

  /** Statements below a certificate of the root. */
  branchSize(certificate: CertificateNode): number {
    return this.#branches.get(topOf(certificate).id) ?? 0
  }

  /** Adds a statement that was checked. Returns the ids of statements that leave for it. */
  add(statement: Statement): string[] {
    const removed = this.#replacedBy(statement).flatMap((id) => this.#remove(id))
    const id = toHex(statement.id)
    this.#statements.set(id, statement)
    this.#bytes += statement.bytes.length
    this.#revision += 1
    if (statement.kind === 'founding') this.roots.addFounding(statement)
    if (statement.kind === 'succession') this.roots.addSuccession(statement)
    if (statement.kind === 'certificate') this.#addCertificate(id, statement)
    if (statement.kind === 'revocation') this.#addRevocation(id, statement)
    return removed
  }

  #replacedBy(statement: Statement): readonly string[] {
    if (statement.kind === 'certificate') {
      const displaced = this.displacedBy(statement)
      if (displaced === 'surplus' || displaced.length === 0) return []
      this.places.countReplaced(statement.issuer)
      return displaced
    }
    if (statement.kind !== 'revocation') return []
    const other = this.revocationBy(toHex(statement.target), toHex(statement.issuer))
    return other === undefined ? [] : [toHex(other.id)]
  }

  #addCertificate(id: string, certificate: Certificate): void {
    const { issuer, number, member, voice } = certificate
    const parent = this.#certificates.get(toHex(issuer))
    const node: CertificateNode = {
      certificate,
      id,
      parent,
      root: parent?.root ?? toHex(issuer),
      depth: (parent?.depth ?? 0) + 1
    }
    this.#certificates.set(id, node)
    if (parent !== undefined) this.places.add(id, certificate)
    this.#highest.set(toHex(issuer), Math.max(this.highestNumber(issuer), number))
    put(this.#byMember, toHex(member), node)
    put(this.#byRingId, toHex(ringIdOf(voice)), node)
    put(this.#issued, toHex(issuer), id)
    if (parent !== undefined) this.#countBelow(parent, 1)
  }

  #addRevocation(id: string, revocation: Revocation): void {
    const target = toHex(revocation.target)
    const issuer = toHex(revocation.issuer)
    const others = this.#revocations.get(target)
    if (others === undefined) this.#revocations.set(target, new Map([[issuer, revocation]]))
    else others.set(issuer, revocation)
    put(this.#issued, issuer, id)
    const parent = this.#certificates.get(issuer)
    if (parent !== undefined) this.#countBelow(parent, 1)
  }

  #countBelow(issuer: CertificateNode, change: 1 | -1): void {
    const top = topOf(issuer).id
    this.#branches.set(top, (this.#branches.get(top) ?? 0) + change)
  }

  /** Removes a certificate with all that was built on it, or a revocation. Returns their ids. */
  #remove(id: string): string[] {
    const statement = this.#statements.get(id)
    if (statement === undefined) return []
    const below = this.issuedBy(id).flatMap((each) => this.#remove(each))
    this.#statements.delete(id)
    this.#bytes -= statement.bytes.length
    this.#revision += 1
    if (statement.kind === 'revocation') this.#removeRevocation(id, statement)
    if (statement.kind !== 'certificate') return [id, ...below]
    return [id, ...below, ...this.#removeCertificate(id, statement)]
  }

  #removeCertificate(id: string, certificate: Certificate): string[] {
    const node = this.#certificates.get(id)
    if (node === undefined) return []
    // Those by ancestors could not be checked without their target; those by a root can.
    const about = this.revocationsOf(id)
      .filter(({ issuer }) => this.#certificates.has(toHex(issuer)))
      .flatMap((revocation) => this.#remove(toHex(revocation.id)))
    this.#certificates.delete(id)
    this.#branches.delete(id)
    this.#issued.delete(id)
    if (node.parent !== undefined) this.places.remove(id, certificate)
    take(this.#byMember, toHex(certificate.member), node)
    take(this.#byRingId, toHex(ringIdOf(certificate.voice)), node)
    take(this.#issued, toHex(certificate.issuer), id)
    if (node.parent !== undefined) this.#countBelow(node.parent, -1)
    return about
  }

  #removeRevocation(id: string, { target, issuer }: Revocation): void {
    this.#revocations.get(toHex(target))?.delete(toHex(issuer))
    const parent = this.#certificates.get(toHex(issuer))
    take(this.#issued, toHex(issuer), id)
    if (parent !== undefined) this.#countBelow(parent, -1)
  }
}

function topOf(node: CertificateNode): CertificateNode {
  let top = node
  while (top.parent !== undefined) top = top.parent
  return top
}

function put<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key)
  if (known === undefined) sets.set(key, new Set([value]))
  else known.add(value)
}

function take<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key)
  known?.delete(value)
  if (known?.size === 0) sets.delete(key)
}
