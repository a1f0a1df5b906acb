/**
 * Chains: whether a certificate admits its member. A certificate counts when no certificate of its chain
 * is void or revoked, nor one that these renew, when the root that issued the first one reigns or a succession keeps it, and
 * within its dates. The dates of a chain lie within each other, so those of the last certificate
 * are enough. A verdict costs one look-up for each certificate of the chain and each revocation of it.
 */
import { toHex } from '../bytes/index.ts'
import type { Certificate } from './certificate.ts'
import type { Revocation } from './revocation.ts'
import type { CertificateNode, StatementIndex } from './statement-index.ts'

/** Why a member is not admitted, the reason that lasts longest first. */
export type VerdictReason =
  /** An inviter of the chain has admitted as many members as it may before the one below it. */
  | 'void'
  /** The certificate is revoked, or one above it whose revocation does not keep this chain. */
  | 'revoked'
  /** An earlier root issued it, and a succession does not keep it. */
  | 'superseded'
  | 'expired'
  | 'not yet'
  /** No certificate is known. */
  | 'unknown'

/** Whether a certificate admits its member. */
export type Verdict =
  | { readonly isAdmitted: true; readonly certificate: Certificate }
  | {
      readonly isAdmitted: false
      readonly reason: VerdictReason
      /** Undefined if none is known. */
      readonly certificate?: Certificate
    }

const REASONS: readonly VerdictReason[] = ['void', 'revoked', 'superseded', 'expired', 'not yet']

const RANKS = { inviter: 2, member: 1, light: 0 } as const

const UNKNOWN: Verdict = { isAdmitted: false, reason: 'unknown' }

/** Decides whether certificates admit their members, from the statements that are known now. */
export class Chains {
  readonly #index: StatementIndex

  constructor(index: StatementIndex) {
    this.#index = index
  }

  /** Of one certificate, by its id, at a time in seconds. */
  verdictOf(certificate: Uint8Array, seconds: number): Verdict {
    const node = this.#index.certificate(toHex(certificate))
    return node === undefined ? UNKNOWN : this.#verdict(node, seconds)
  }

  /**
   * Of a member, by its signing key, at a time in seconds: that of its best certificate. An admitted one
   * is better than others, then the role counts, then the later end.
   */
  verdictOfMember(member: Uint8Array, seconds: number): Verdict {
    const verdicts = this.#index
      .certificatesOf(toHex(member))
      .map((node) => this.#verdict(node, seconds))
    return verdicts.toSorted(byWorth)[0] ?? UNKNOWN
  }

  /** From the certificate of the root to this one; empty if it is unknown. */
  chainOf(certificate: Uint8Array): Certificate[] {
    const chain: Certificate[] = []
    let node = this.#index.certificate(toHex(certificate))
    for (; node !== undefined; node = node.parent) chain.unshift(node.certificate)
    return chain
  }

  /** Whether a revocation of this certificate counts, or of the one that it renews. */
  isRevoked(certificate: Uint8Array): boolean {
    const node = this.#index.certificate(toHex(certificate))
    return node !== undefined && this.#revocationOf(node, undefined, Infinity) !== undefined
  }

  /** A revocation that ends the certificate, by itself or with one above it. */
  revocationOf(certificate: Uint8Array): Revocation | undefined {
    let below: CertificateNode | undefined
    let node = this.#index.certificate(toHex(certificate))
    for (; node !== undefined; below = node, node = node.parent) {
      const revocation = this.#revocationOf(node, below, Infinity)
      if (revocation !== undefined) return revocation
    }
    return undefined
  }

  /**
   * Why the chain does not count, whatever the time; revocations of later epochs left out.
   *
   * @internal
   */
  faultOf(node: CertificateNode, epoch = Infinity): 'void' | 'revoked' | 'superseded' | undefined {
    let isRevoked = false
    let below: CertificateNode | undefined
    let top = node
    for (let each: CertificateNode | undefined = node; each !== undefined; each = each.parent) {
      if (this.#index.isBeyondMaximum(each)) return 'void'
      isRevoked ||= this.#revocationOf(each, below, epoch) !== undefined
      below = each
      top = each
    }
    if (isRevoked) return 'revoked'
    return this.#index.roots.stands(top.id, top.root) ? undefined : 'superseded'
  }

  /**
   * Of the node itself or of the certificate that it renews; or of all below it, but what its revocations
   * keep.
   */
  #revocationOf(
    node: CertificateNode,
    below: CertificateNode | undefined,
    epoch: number
  ): Revocation | undefined {
    return [...this.#index.revocationsOf(node.id), ...this.#revocationsOfRenewed(node)].find(
      (revocation) =>
        revocation.epoch <= epoch &&
        !(below !== undefined && keeps(revocation, below.certificate.id)) &&
        this.counts(revocation)
    )
  }

  /**
   * A revocation counts unless its issuer was revoked, or the certificate that the issuer renews, and
   * that does not keep it.
   *
   * @internal
   */
  counts(revocation: Revocation): boolean {
    const issuer = this.#index.certificate(toHex(revocation.issuer))
    return (
      this.#stands(revocation) && !this.#endsAny(this.#revocationsOfRenewed(issuer), revocation)
    )
  }

  /** Without renewals: each step goes up the chain, so that it takes four at most. */
  #stands(revocation: Revocation): boolean {
    const name = toHex(revocation.issuer)
    const { roots } = this.#index
    if (roots.isRoot(name)) return roots.stands(toHex(revocation.id), name)
    return !this.#endsAny(this.#index.revocationsOf(name), revocation)
  }

  #endsAny(revocations: readonly Revocation[], { id }: Revocation): boolean {
    return revocations.some((revocation) => !keeps(revocation, id) && this.#stands(revocation))
  }

  #revocationsOfRenewed(node: CertificateNode | undefined): readonly Revocation[] {
    const renewed = node?.certificate.renews
    return renewed === undefined ? [] : this.#index.revocationsOf(toHex(renewed))
  }

  #verdict(node: CertificateNode, seconds: number): Verdict {
    const { certificate } = node
    const reason = this.faultOf(node) ?? datesOf(certificate, seconds)
    return reason === undefined
      ? { isAdmitted: true, certificate }
      : { isAdmitted: false, reason, certificate }
  }
}

function datesOf(
  { notBefore, notAfter }: Certificate,
  seconds: number
): 'expired' | 'not yet' | undefined {
  if (seconds >= notAfter) return 'expired'
  return seconds < notBefore ? 'not yet' : undefined
}

/** Whether the revocation keeps the statement: its ids are in ascending order. */
function keeps({ kept }: Revocation, id: Uint8Array): boolean {
  let low = 0
  let high = kept.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = Buffer.compare(kept[middle] ?? id, id)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return false
}

/** Ascending by worth, best first; equal only for one certificate. */
function byWorth(a: Verdict, b: Verdict): number {
  const left = a.certificate
  const right = b.certificate
  if (left === undefined || right === undefined) return 0
  return (
    worthOf(b) - worthOf(a) ||
    RANKS[right.role] - RANKS[left.role] ||
    right.notAfter - left.notAfter ||
    Buffer.compare(left.id, right.id)
  )
}

function worthOf(verdict: Verdict): number {
  return verdict.isAdmitted ? REASONS.length : REASONS.indexOf(verdict.reason)
}
