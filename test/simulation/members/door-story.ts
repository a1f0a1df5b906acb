/**
 * The door of a simulated swarm: a newcomer that comes late, a member that is revoked, certificates that
 * end, and what must hold then.
 */
import { toHex } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import { add, invite, renewEnded, revoke, revokeByRoot } from './door-acts.ts'
import { certificatesOf, DoorWatch, isMember, statementsOf } from './door-watch.ts'
import { RootStory } from './root-story.ts'
import type { Certificate, Statement } from '../../../crdt/index.ts'
import type { RunningNode, SimulatedNode } from '../simulated-node.ts'
import type { DoorRole, Membership, SimulatedRoots } from './closed-swarm.ts'

/** Milliseconds after which a person tries again. */
const AGAIN = 3_000

/** Milliseconds that a newcomer has for its door. */
const JOINS = 60_000

export interface DoorStoryInit {
  readonly roots: SimulatedRoots
  readonly memberships: readonly Membership[]
  readonly roles: readonly DoorRole[]
  readonly nodes: () => readonly SimulatedNode[]
  /** Starts a node that is down, in a moment. */
  readonly start: (node: SimulatedNode) => void
  readonly restart: (node: SimulatedNode) => Promise<void>
  readonly tell: (node: SimulatedNode, text: string) => void
  readonly report: (node: SimulatedNode, text: string) => void
}

export class DoorStory {
  readonly #init: DoorStoryInit
  readonly #watch: DoorWatch
  readonly #roots: RootStory
  readonly #revoked = new Set<SimulatedNode>()
  /** Those that will show an invite which is not theirs. */
  readonly #thieves = new Set<SimulatedNode>()
  /** Signing keys by the ids of their certificates. */
  readonly #keys = new Map<string, string>()
  #isOver = false

  constructor(init: DoorStoryInit) {
    this.#init = init
    this.#watch = new DoorWatch(init.report)
    this.#roots = new RootStory(init.roots)
  }

  /** Whether the node has no invite yet, and is not started before. */
  isWaiting(node: SimulatedNode): boolean {
    return this.#roleOf(node) === 'late' && this.#membershipOf(node)?.invite === undefined
  }

  isRevoked(node: SimulatedNode): boolean {
    return this.#revoked.has(node)
  }

  /** Whether the node belongs to the swarm at the end. */
  isMember(node: SimulatedNode | undefined): boolean {
    return node !== undefined && !this.isRevoked(node) && this.#roleOf(node) !== 'outsider'
  }

  noteStatements(node: SimulatedNode, statements: readonly Statement[], isRead: boolean): void {
    if (isRead && !node.hasFlippedBit) this.#watch.checkStored(node, statements)
    this.#watch.noteStored(node, statements)
    for (const each of statements) this.#noteMember(each)
  }

  /** A node that crashes while it revokes may have done it. */
  #noteMember(statement: Statement): void {
    if (statement.kind === 'certificate') {
      this.#keys.set(toHex(statement.id), toHex(statement.member))
    }
    if (statement.kind !== 'revocation') return
    const key = this.#keys.get(toHex(statement.target))
    const at = this.#init.memberships.findIndex((each) => toHex(each.key) === key)
    const node = this.#init.nodes()[at]
    if (node === undefined || this.#revoked.has(node)) return
    this.#revoked.add(node)
    this.#init.tell(node, 'is revoked')
  }

  join(node: SimulatedNode): void {
    void this.#join(node)
  }

  /** The node shows the invite that another one has used, as soon as that one has. */
  steal(node: SimulatedNode): void {
    this.#thieves.add(node)
    this.#stealLater(node)
  }

  #stealLater(node: SimulatedNode): void {
    if (this.#isOver || !this.#thieves.has(node)) return
    if (!this.#canSteal(node)) this.#later(() => this.#stealLater(node))
    else void this.#showStolen(node)
  }

  #canSteal({ running }: SimulatedNode): boolean {
    const [first] = this.#init.nodes()
    const used = this.#newcomer
    return running !== undefined && first !== undefined && this.#isKnown(first, used)
  }

  async #showStolen(node: SimulatedNode): Promise<void> {
    const own = this.#membershipOf(node)
    const invited = this.#newcomer?.invite
    if (own === undefined || invited === undefined) return
    this.#thieves.delete(node)
    own.invite = invited
    this.#init.tell(node, 'shows an invite that was used')
    await this.#init.restart(node)
  }

  /** The one that comes by an invite. */
  get #newcomer(): Membership | undefined {
    return this.#init.memberships[this.#init.roles.indexOf('late')]
  }

  revoke(node: SimulatedNode): void {
    void this.#revoke(node)
  }

  /** The successor of the root takes over, on the node or, if that cannot, on another. */
  succeed(node: SimulatedNode): void {
    void this.#succeed(node)
  }

  async #succeed(node: SimulatedNode): Promise<void> {
    if (this.#isOver) return
    const at = [node, ...this.#init.nodes()].find((each) => this.#isAdmitted(each))
    if (at?.running !== undefined && (await this.#roots.succeed(at.running))) {
      this.#init.tell(at, 'has another root, which took over')
    } else this.#later(() => this.succeed(node))
  }

  /** Whether its certificate counts, as far as it knows. */
  #isAdmitted(node: SimulatedNode): boolean {
    const key = this.#membershipOf(node)?.key
    const { running } = node
    if (running === undefined || key === undefined || !this.isMember(node)) return false
    return isMember(statementsOf(running), key, secondsOf(running))
  }

  /** Of all connections. */
  check(): void {
    const { nodes } = this.#init
    for (const node of nodes()) {
      if (this.isMember(node)) this.#watch.checkConnections(node, (peer) => this.#keyOf(peer))
    }
  }

  /** Persons put in order what ended without them; the network is whole, and all nodes run. */
  async settle(): Promise<void> {
    this.#isOver = true
    const { nodes, tell, restart } = this.#init
    const [first] = nodes()
    if (first?.running === undefined) return
    const running = nodes().flatMap((node) => node.running ?? [])
    await this.#roots.carry(running, first.running)
    const root = this.#roots.reigning(first.running)
    await this.#revokeAgain(first.running)
    for (const node of nodes()) {
      const membership = this.#membershipOf(node)
      if (membership === undefined || !this.isMember(node)) continue
      // It may have ended before the two met.
      if (!this.#isKnown(first, membership)) await add(first.running, membership.statements)
      if (await renewEnded(first.running, root, membership)) {
        tell(node, 'gets another certificate from the holder of the root')
      }
      if (this.#roleOf(node) !== 'late' || this.#isKnown(first, membership)) continue
      await invite(first.running, membership)
      tell(node, 'gets another invite')
      // Nobody knows whether it comes by this one.
      this.#thieves.clear()
      if (node.running === undefined) this.#init.start(node)
      else await restart(node)
    }
    for (const node of this.#thieves) if (this.#canSteal(node)) await this.#showStolen(node)
    await simulated().time.wait(JOINS)
    await this.#useStolenRoot(first.running)
  }

  async #revokeAgain(at: RunningNode): Promise<void> {
    const seconds = secondsOf(at)
    for (const node of this.#revoked) {
      const membership = this.#membershipOf(node)
      if (membership === undefined) continue
      if (await this.#roots.revokeAgain(at, membership, seconds)) {
        this.#init.tell(node, 'is revoked again, by the new root')
      }
    }
  }

  /** Who never got in comes with a certificate of the first root, which does not reign any more. */
  async #useStolenRoot(at: RunningNode): Promise<void> {
    const node = this.#init.nodes().find((each) => this.#roleOf(each) === 'outsider')
    const membership = node === undefined ? undefined : this.#membershipOf(node)
    if (node === undefined || membership === undefined) return
    const { time } = simulated()
    const now = time.runAs(at.owner, () => Date.now())
    if (!this.#roots.admitByFirst(at, membership, now)) return
    membership.invite = undefined
    this.#init.tell(node, 'comes with a certificate of the first root')
    await this.#init.restart(node)
    await time.wait(JOINS)
  }

  /** All members know the same, each has its certificate, and nobody else has an entry. */
  checkEnd(): void {
    this.check()
    const { nodes, report } = this.#init
    const members = nodes().filter((node) => this.isMember(node))
    const [first, ...others] = members
    const digestOf = ({ running }: SimulatedNode): string =>
      toHex(running?.parts.members?.statements.digest ?? Buffer.of())
    for (const node of others) {
      if (first !== undefined && digestOf(node) !== digestOf(first)) {
        report(node, `has other statements than ${first.name}`)
      }
    }
    for (const node of members) this.#checkMember(node)
    for (const node of nodes()) if (this.#roleOf(node) === 'outsider') this.#checkOutsider(node)
  }

  #checkMember(node: SimulatedNode): void {
    const { running } = node
    const membership = this.#membershipOf(node)
    if (running === undefined || membership === undefined) return
    const seconds = secondsOf(running)
    const certificates = certificatesOf(statementsOf(running), membership.key, seconds)
    if (certificates.length === 0) {
      this.#init.report(node, 'has no valid certificate at the end')
    } else if (certificates.every((each) => isInLastThird(each, seconds))) {
      this.#init.report(node, 'has not renewed its certificate')
    }
    for (const revoked of this.#revoked) {
      const key = this.#membershipOf(revoked)?.key
      if (key !== undefined && isMember(statementsOf(running), key, seconds)) {
        this.#init.report(node, `does not know that ${revoked.name} is revoked`)
      }
    }
  }

  #checkOutsider(node: SimulatedNode): void {
    const { running } = node
    if (running === undefined) return
    const { replica } = running.parts
    const [one] = replica.heads()
    if (one !== undefined) this.#init.report(node, 'has an entry, and no certificate')
    const given = this.#membershipOf(node)?.statements.length ?? 0
    const more = statementsOf(running).length - given
    if (more > 0) this.#init.report(node, `has ${more} statements of a swarm that it is not in`)
  }

  async #join(node: SimulatedNode): Promise<void> {
    const [first] = this.#init.nodes()
    const membership = this.#membershipOf(node)
    if (this.#isOver || membership === undefined || membership.invite !== undefined) return
    if (first?.running === undefined || !(await invite(first.running, membership))) {
      return this.#later(() => this.join(node))
    }
    this.#init.tell(node, 'gets an invite')
    this.#init.start(node)
  }

  async #revoke(node: SimulatedNode): Promise<void> {
    const [first] = this.#init.nodes()
    const membership = this.#membershipOf(node)
    if (this.#isOver || membership === undefined || this.#revoked.has(node)) return
    // By the inviter, or on some other node by the holder of the root.
    const byRoot = (membership.key[0] ?? 0) % 2 === 0
    const others = this.#init.nodes().filter((each) => each !== node && this.isMember(each))
    const at = (byRoot ? others.findLast(({ running }) => running !== undefined) : first)?.running
    const isDone =
      at !== undefined &&
      (byRoot
        ? await revokeByRoot(at, this.#roots.reigning(at), membership)
        : await revoke(at, membership))
    if (!isDone) this.#later(() => this.revoke(node))
  }

  #later(task: () => void): void {
    const { time } = simulated()
    time.schedule(AGAIN, task, time.world)
  }

  #isKnown({ running }: SimulatedNode, member: Membership | undefined): boolean {
    if (member === undefined) return false
    const { key } = member
    return (running?.parts.members?.statements.certificatesOf(key).length ?? 0) > 0
  }

  #keyOf(peer: string): Uint8Array | undefined {
    const node = this.#init.nodes().find(({ running }) => running?.hive.peerId === peer)
    return node === undefined ? undefined : this.#membershipOf(node)?.key
  }

  #roleOf(node: SimulatedNode): DoorRole | undefined {
    return this.#init.roles[this.#init.nodes().indexOf(node)]
  }

  #membershipOf(node: SimulatedNode): Membership | undefined {
    return this.#init.memberships[this.#init.nodes().indexOf(node)]
  }
}

/** Of the Unix epoch, by its clock. */
function secondsOf({ owner }: RunningNode): number {
  return simulated().time.runAs(owner, () => Math.floor(Date.now() / 1000))
}

/** It asks its inviter then, each minute. */
function isInLastThird({ notBefore, notAfter }: Certificate, seconds: number): boolean {
  return notAfter - seconds < (notAfter - notBefore) / 3
}
