/**
 * What must hold at the doors of a simulated swarm, decided from the bare statements of each node and not
 * by what the product concludes from them: a node is connected to members only, and keeps what it knows.
 */
import { equalBytes, toHex } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import type { Certificate, Statement } from '../../../crdt/index.ts'
import type { Owner } from '../environment/owner.ts'
import type { RunningNode, SimulatedNode } from '../simulated-node.ts'

/** Milliseconds in which a node ends a connection to a member that is no member any more. */
const GRACE = 5_000

export class DoorWatch {
  /** When a connection to somebody who is no member was seen first, by life of a node and by peer. */
  readonly #since = new WeakMap<Owner, Map<string, number>>()
  /** Statements that a node has had on its disk, by id. */
  readonly #stored = new Map<string, Map<string, Statement>>()
  readonly #report: (node: SimulatedNode, text: string) => void

  constructor(report: (node: SimulatedNode, text: string) => void) {
    this.#report = report
  }

  /** Statements of the node are on its disk. */
  noteStored(node: SimulatedNode, statements: readonly Statement[]): void {
    const stored = this.#stored.get(node.name) ?? new Map<string, Statement>()
    for (const statement of statements) stored.set(toHex(statement.id), statement)
    this.#stored.set(node.name, stored)
  }

  /** The node has read its disk. */
  checkStored(node: SimulatedNode, statements: readonly Statement[]): void {
    const known = new Set(statements.map(({ id }) => toHex(id)))
    for (const [id, statement] of this.#stored.get(node.name) ?? []) {
      if (known.has(id) || statements.some((other) => replaces(other, statement))) continue
      this.#report(node, `has lost the statement ${id.slice(0, 6)}`)
    }
  }

  /** Call often: `keyOf` has the signing key of the member that a peer is. */
  checkConnections(node: SimulatedNode, keyOf: (peer: string) => Uint8Array | undefined): void {
    const { running } = node
    if (running === undefined) return
    const { time } = simulated()
    const seconds = time.runAs(running.owner, () => Math.floor(Date.now() / 1000))
    const before = this.#since.get(running.owner) ?? new Map<string, number>()
    const after = new Map<string, number>()
    this.#since.set(running.owner, after)
    for (const { remotePeer } of running.host.getConnections()) {
      const peer = remotePeer.toString()
      const key = keyOf(peer)
      if (key === undefined || isMember(statementsOf(running), key, seconds)) continue
      const since = before.get(peer) ?? time.now
      after.set(peer, since)
      if (time.now - since < GRACE) continue
      after.set(peer, Infinity)
      this.#report(node, `is connected to ${toHex(key).slice(0, 6)}, which is no member`)
    }
  }
}

/** An issuer has one revocation of a certificate. */
function replaces(statement: Statement, other: Statement): boolean {
  return (
    statement.kind === 'revocation' &&
    other.kind === 'revocation' &&
    equalBytes(statement.target, other.target) &&
    equalBytes(statement.issuer, other.issuer)
  )
}

/** Whether any certificate of the key admits it. */
export function isMember(
  statements: readonly Statement[],
  key: Uint8Array,
  seconds: number
): boolean {
  return certificatesOf(statements, key, seconds).length > 0
}

/**
 * Certificates of the key within their dates, of which neither they nor what they renew is revoked, and
 * which a root signed that reigns, or that its successor keeps.
 */
export function certificatesOf(
  statements: readonly Statement[],
  key: Uint8Array,
  seconds: number
): readonly Certificate[] {
  const kept = keptOf(statements)
  const revoked = statements.flatMap((each) =>
    each.kind === 'revocation' && kept(each) ? [each.target] : []
  )
  const isRevoked = (id: Uint8Array | undefined): boolean =>
    id !== undefined && revoked.some((target) => equalBytes(target, id))
  return statements.filter(
    (each): each is Certificate =>
      each.kind === 'certificate' &&
      equalBytes(each.member, key) &&
      each.notBefore <= seconds &&
      seconds < each.notAfter &&
      !isRevoked(each.id) &&
      !isRevoked(each.renews) &&
      kept(topOf(each, statements))
  )
}

/** Whether the successor of the first root keeps what that one signed; without a successor all stays. */
function keptOf(statements: readonly Statement[]): (statement: Issued) => boolean {
  const founding = statements.find((each) => each.kind === 'founding')
  const [succession] = statements
    .filter((each) => each.kind === 'succession')
    .toSorted((a, b) => Buffer.compare(a.id, b.id))
  if (founding === undefined || succession === undefined) return () => true
  const ids = new Set(succession.kept.map((id) => toHex(id)))
  return ({ id, issuer }) => !equalBytes(issuer, founding.root) || ids.has(toHex(id))
}

type Issued = Pick<Certificate, 'id' | 'issuer'>

/** The certificate of the chain that a root signed. */
function topOf(certificate: Certificate, statements: readonly Statement[]): Certificate {
  const parent = statements.find(
    (each) => each.kind === 'certificate' && equalBytes(each.id, certificate.issuer)
  )
  return parent?.kind === 'certificate' ? topOf(parent, statements) : certificate
}

export function statementsOf({ parts }: RunningNode): readonly Statement[] {
  return parts.members?.statements.list() ?? []
}
