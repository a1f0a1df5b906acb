/** Whether a statement is valid by itself: its form, its issuer's limits and its signature. */
import { equalBytes, fromHex, toHex } from '../bytes/index.ts'
import { KEY_BYTES } from '../constants.ts'
import { bindsRoot } from './closed-swarm.ts'
import {
  MAX_BRANCH_STATEMENTS,
  MAX_CHAIN,
  MAX_STATEMENTS,
  MAX_STATEMENTS_BYTES,
  MAX_SUCCESSIONS
} from './constants.ts'
import { isSignedBy } from './statement-bytes.ts'
import { isVoiceKey } from '../voices/voice-key.ts'
import type { Certificate } from './certificate.ts'
import type { Founding } from './founding.ts'
import type { Revocation } from './revocation.ts'
import type { Statement } from './statement.ts'
import type { CertificateNode, StatementIndex } from './statement-index.ts'
import type { Succession } from './succession.ts'

/** Why a statement is refused. Only the first five prove that its sender is at fault. */
export type StatementRefusal =
  /** The bytes are no statement, or another form of one. */
  | 'malformed'
  /** The signature is wrong: also of statements of another swarm. */
  | 'signature'
  /** A founding that the swarm's name does not bind. */
  | 'another swarm'
  /** The voice key is no element of the group. */
  | 'voice key'
  /** The issuer is no inviter, or not above the target of a revocation. */
  | 'issuer'
  /** The number is above the maximum of the issuer. */
  | 'over the maximum'
  /** More than four certificates up to the root. */
  | 'chain too long'
  /** The dates do not lie within those of the issuer's certificate. */
  | 'dates'
  /** The inviter has admitted more members than it may, or another revocation by the issuer counts. */
  | 'surplus'
  /** What the statement builds on is unknown, and the caller does not want it to wait. */
  | 'unknown'
  /** A limit of this node: the set, or the part of one inviter, is full. */
  | 'full'

/** The result of a check; `waits` names what to check it again for, in hex. */
export type Check =
  | { readonly outcome: 'valid' }
  | { readonly outcome: 'known' }
  | { readonly outcome: 'waits'; readonly for: readonly string[] }
  | { readonly outcome: 'refused'; readonly reason: StatementRefusal }

const VALID: Check = { outcome: 'valid' }

/** Options of a check. */
export interface CheckOptions {
  /** False for statements of the own store, which were checked before. */
  readonly verifies: boolean
}

/** Checks a statement against those that are known. */
export function checkStatement(
  swarm: string,
  index: StatementIndex,
  statement: Statement,
  options: CheckOptions
): Check {
  if (index.get(toHex(statement.id)) !== undefined) return { outcome: 'known' }
  const isFull =
    index.size >= MAX_STATEMENTS || index.bytes + statement.bytes.length > MAX_STATEMENTS_BYTES
  if (isFull) return refused('full')
  switch (statement.kind) {
    case 'founding':
      return checkFounding(swarm, statement)
    case 'certificate':
      return checkCertificate(swarm, index, statement, options)
    case 'revocation':
      return checkRevocation(swarm, index, statement, options)
    case 'succession':
      return checkSuccession(swarm, index, statement, options)
  }
}

function checkFounding(swarm: string, founding: Founding): Check {
  return bindsRoot(swarm, founding) ? VALID : refused('another swarm')
}

function checkCertificate(
  swarm: string,
  index: StatementIndex,
  certificate: Certificate,
  { verifies }: CheckOptions
): Check {
  const issuer = toHex(certificate.issuer)
  const parent = index.certificate(issuer)
  if (parent === undefined && !index.roots.isRoot(issuer)) return waits(issuer)
  const limit = parent === undefined ? undefined : limitOf(index, parent, certificate)
  if (limit !== undefined) return refused(limit)
  if (index.displacedBy(certificate) === 'surplus') return refused('surplus')
  if (!verifies) return VALID
  const key = parent?.certificate.member ?? certificate.issuer
  if (!isSignedBy(swarm, 'certificate', certificate, key)) return refused('signature')
  return isVoiceKey(certificate.voice) ? VALID : refused('voice key')
}

/** The limit of the inviter that the certificate breaks. */
function limitOf(
  index: StatementIndex,
  parent: CertificateNode,
  { number, notBefore, notAfter }: Certificate
): StatementRefusal | undefined {
  const { role, max, notBefore: earliest, notAfter: latest } = parent.certificate
  if (role !== 'inviter') return 'issuer'
  if (parent.depth >= MAX_CHAIN) return 'chain too long'
  if (number > max) return 'over the maximum'
  if (notBefore < earliest || notAfter > latest) return 'dates'
  return index.branchSize(parent) >= MAX_BRANCH_STATEMENTS ? 'full' : undefined
}

function checkRevocation(
  swarm: string,
  index: StatementIndex,
  revocation: Revocation,
  { verifies }: CheckOptions
): Check {
  const issuer = toHex(revocation.issuer)
  const target = toHex(revocation.target)
  const other = index.revocationBy(target, issuer)
  if (other !== undefined && Buffer.compare(other.id, revocation.id) < 0) return refused('surplus')
  const key = fromHex(issuer, KEY_BYTES)
  if (key !== undefined && index.roots.isRoot(issuer)) {
    return signed(verifies, swarm, revocation, key)
  }
  const node = index.certificate(target)
  // An unknown issuer may be a root, whose revocations need no target.
  if (node === undefined) return waits(target, issuer)
  const ancestor = ancestorOf(node, issuer)
  if (ancestor === undefined) {
    // It may be a root that is not known yet; a certificate below another one never becomes its ancestor.
    const isForeign = index.certificate(issuer) !== undefined
    return isForeign ? refused('issuer') : waits(issuer)
  }
  if (index.branchSize(ancestor) >= MAX_BRANCH_STATEMENTS) return refused('full')
  return signed(verifies, swarm, revocation, ancestor.certificate.member)
}

function signed(verifies: boolean, swarm: string, revocation: Revocation, key: Uint8Array): Check {
  const isSigned = !verifies || isSignedBy(swarm, 'revocation', revocation, key)
  return isSigned ? VALID : refused('signature')
}

function ancestorOf({ parent }: CertificateNode, id: string): CertificateNode | undefined {
  let node = parent
  while (node !== undefined && node.id !== id) node = node.parent
  return node
}

function checkSuccession(
  swarm: string,
  index: StatementIndex,
  succession: Succession,
  { verifies }: CheckOptions
): Check {
  // It contains its own key, so that its signature can be checked before anything else is known.
  if (verifies && !isSignedBy(swarm, 'succession', succession, succession.root)) {
    return refused('signature')
  }
  const commitment = index.roots.missingCommitment(succession)
  if (commitment !== undefined) return waits(commitment)
  const isAgain = equalBytes(succession.root, index.roots.founding?.root ?? succession.id)
  if (isAgain) return refused('issuer')
  return index.roots.successions >= MAX_SUCCESSIONS ? refused('full') : VALID
}

function waits(...missing: readonly string[]): Check {
  return { outcome: 'waits', for: missing }
}

function refused(reason: StatementRefusal): Check {
  return { outcome: 'refused', reason }
}
