/** Who is who at the door of a simulated swarm, and who is revoked. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import { isMember, statementsOf } from './door-watch.ts'
import type { Statement } from '../../../crdt/index.ts'
import type { RunningNode, SimulatedNode } from '../simulated-node.ts'
import type { DoorRole, Membership } from './closed-swarm.ts'

export interface DoorMembersInit {
  readonly memberships: readonly Membership[]
  readonly roles: readonly DoorRole[]
  readonly nodes: () => readonly SimulatedNode[]
  readonly tell: (node: SimulatedNode, text: string) => void
}

export class DoorMembers {
  readonly #init: DoorMembersInit
  readonly revoked = new Set<SimulatedNode>()
  /** Signing keys by the ids of their certificates. */
  readonly #keys = new Map<string, string>()

  constructor(init: DoorMembersInit) {
    this.#init = init
  }

  get nodes(): readonly SimulatedNode[] {
    return this.#init.nodes()
  }

  /** The one that invites. */
  get first(): SimulatedNode | undefined {
    return this.nodes[0]
  }

  /** The one that comes by an invite. */
  get newcomer(): Membership | undefined {
    return this.#init.memberships[this.#init.roles.indexOf('late')]
  }

  roleOf(node: SimulatedNode): DoorRole | undefined {
    return this.#init.roles[this.nodes.indexOf(node)]
  }

  membershipOf(node: SimulatedNode): Membership | undefined {
    return this.#init.memberships[this.nodes.indexOf(node)]
  }

  /** Whether the node belongs to the swarm at the end. */
  isMember(node: SimulatedNode | undefined): boolean {
    return node !== undefined && !this.revoked.has(node) && this.roleOf(node) !== 'outsider'
  }

  /** Whether its certificate counts, as far as it knows. */
  isAdmitted(node: SimulatedNode): boolean {
    const key = this.membershipOf(node)?.key
    const { running } = node
    if (running === undefined || key === undefined || !this.isMember(node)) return false
    return isMember(statementsOf(running), key, secondsOf(running))
  }

  /** Whether the node knows a certificate of the member. */
  isKnown({ running }: SimulatedNode, member: Membership | undefined): boolean {
    if (member === undefined) return false
    return (running?.parts.members?.statements.certificatesOf(member.key).length ?? 0) > 0
  }

  /** The signing key of the member that a peer is. */
  keyOf(peer: string): Uint8Array | undefined {
    const node = this.nodes.find(({ running }) => running?.hive.peerId === peer)
    return node === undefined ? undefined : this.membershipOf(node)?.key
  }

  /** A node that crashes while it revokes may have done it. */
  note(statement: Statement): void {
    if (statement.kind === 'certificate') {
      this.#keys.set(toHex(statement.id), toHex(statement.member))
    }
    if (statement.kind !== 'revocation') return
    const key = this.#keys.get(toHex(statement.target))
    const at = this.#init.memberships.findIndex((each) => toHex(each.key) === key)
    const node = this.nodes[at]
    if (node === undefined || this.revoked.has(node)) return
    this.revoked.add(node)
    this.#init.tell(node, 'is revoked')
  }
}

/** Of the Unix epoch, by the clock of the node. */
export function secondsOf({ owner }: RunningNode): number {
  return simulated().time.runAs(owner, () => Math.floor(Date.now() / 1000))
}
