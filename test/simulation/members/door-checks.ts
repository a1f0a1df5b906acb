/** What must hold at a door on the way, and at the end. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { secondsOf } from './door-members.ts'
import { certificatesOf, DoorWatch, isMember, statementsOf } from './door-watch.ts'
import type { Certificate, Statement } from '../../../crdt/index.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import type { DoorMembers } from './door-members.ts'

type Fault = readonly [node: SimulatedNode, text: string]

type Report = (node: SimulatedNode, text: string) => void

export class DoorChecks {
  readonly #members: DoorMembers
  readonly #report: Report
  readonly #watch: DoorWatch

  constructor(members: DoorMembers, report: Report) {
    this.#members = members
    this.#report = report
    this.#watch = new DoorWatch(report)
  }

  /** Statements are on the disk of the node; `isRead`: it has just read them. */
  noteStatements(node: SimulatedNode, statements: readonly Statement[], isRead: boolean): void {
    if (isRead && !node.hasFlippedBit) this.#watch.checkStored(node, statements)
    this.#watch.noteStored(node, statements)
  }

  /** Of all connections. */
  check(): void {
    for (const node of this.#members.nodes) {
      if (!this.#members.isMember(node)) continue
      this.#watch.checkConnections(node, (peer) => this.#members.keyOf(peer))
    }
  }

  /** All members know the same, each has its certificate, and nobody else has an entry. */
  checkEnd(): void {
    this.check()
    for (const [node, text] of this.#faults()) this.#report(node, text)
  }

  /** Whether the end would hold now: statements are compared each minute. */
  isSettled(): boolean {
    return this.#faults().length === 0
  }

  #faults(): Fault[] {
    const members = this.#members
    const all = members.nodes.filter((node) => members.isMember(node))
    const [first, ...others] = all
    const digestOf = ({ running }: SimulatedNode): string =>
      toHex(running?.parts.members?.statements.digest ?? Buffer.of())
    const faults: Fault[] = []
    for (const node of others) {
      if (first !== undefined && digestOf(node) !== digestOf(first)) {
        faults.push([node, `has other statements than ${first.name}`])
      }
    }
    for (const node of all) faults.push(...this.#faultsOfMember(node))
    for (const node of members.nodes) {
      if (members.roleOf(node) === 'outsider') faults.push(...this.#faultsOfOutsider(node))
    }
    return faults
  }

  #faultsOfMember(node: SimulatedNode): Fault[] {
    const { running } = node
    const membership = this.#members.membershipOf(node)
    if (running === undefined || membership === undefined) return []
    const faults: Fault[] = []
    const seconds = secondsOf(running)
    const certificates = certificatesOf(statementsOf(running), membership.key, seconds)
    if (certificates.length === 0) {
      faults.push([node, 'has no valid certificate at the end'])
    } else if (certificates.every((each) => isInLastThird(each, seconds))) {
      faults.push([node, 'has not renewed its certificate'])
    }
    for (const revoked of this.#members.revoked) {
      const key = this.#members.membershipOf(revoked)?.key
      if (key !== undefined && isMember(statementsOf(running), key, seconds)) {
        faults.push([node, `does not know that ${revoked.name} is revoked`])
      }
    }
    return faults
  }

  /** A revoked node may let in whom it likes: nobody tells it what has changed since. */
  #faultsOfOutsider(node: SimulatedNode): Fault[] {
    const { running } = node
    if (running === undefined) return []
    const faults: Fault[] = []
    const revoked = [...this.#members.revoked].flatMap((each) => each.running ?? [])
    const mayHave = (author: Uint8Array): boolean =>
      revoked.some(({ parts }) => parts.replica.headOf(author).seq > 0)
    if (running.parts.replica.heads().some(({ author }) => !mayHave(author)))
      faults.push([node, 'has an entry, and no certificate'])
    const given = this.#members.membershipOf(node)?.statements.length ?? 0
    const known = new Set(
      revoked.flatMap((each) => statementsOf(each).map(({ bytes }) => toHex(bytes)))
    )
    const others = statementsOf(running).filter(({ bytes }) => !known.has(toHex(bytes)))
    const more = Math.min(others.length, statementsOf(running).length - given)
    if (more > 0) faults.push([node, `has ${more} statements of a swarm that it is not in`])
    return faults
  }
}

/** It asks its inviter then, each minute. */
function isInLastThird({ notBefore, notAfter }: Certificate, seconds: number): boolean {
  return notAfter - seconds < (notAfter - notBefore) / 3
}
