/**
 * The door of a simulated swarm: a newcomer that comes late, a member that is revoked, certificates that
 * end, and what must hold then.
 */
import { simulated } from '../environment/simulated.ts'
import { invite, revoke, revokeByRoot } from './door-acts.ts'
import { DoorChecks } from './door-checks.ts'
import { DoorEnding } from './door-ending.ts'
import { DoorMembers } from './door-members.ts'
import { RootStory } from './root-story.ts'
import type { Statement } from '../../../crdt/index.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import type { SimulatedRoots } from './closed-swarm.ts'
import type { DoorMembersInit } from './door-members.ts'

/** Milliseconds after which a person tries again. */
const AGAIN = 3_000

export interface DoorStoryInit extends DoorMembersInit {
  readonly roots: SimulatedRoots
  /** Starts a node that is down, in a moment. */
  readonly start: (node: SimulatedNode) => void
  readonly restart: (node: SimulatedNode) => Promise<void>
  readonly report: (node: SimulatedNode, text: string) => void
}

export class DoorStory {
  readonly #init: DoorStoryInit
  readonly #members: DoorMembers
  readonly #checks: DoorChecks
  readonly #roots: RootStory
  readonly #ending: DoorEnding
  /** Those that will show an invite which is not theirs. */
  readonly #thieves = new Set<SimulatedNode>()
  #isOver = false

  constructor(init: DoorStoryInit) {
    this.#init = init
    this.#members = new DoorMembers(init)
    this.#checks = new DoorChecks(this.#members, init.report)
    this.#roots = new RootStory(init.roots)
    this.#ending = new DoorEnding({
      members: this.#members,
      roots: this.#roots,
      start: init.start,
      restart: init.restart,
      tell: init.tell,
      showStolen: async (node) => {
        if (this.#canSteal(node)) await this.#showStolen(node)
      }
    })
  }

  /** Whether the node has no invite yet, and is not started before. */
  isWaiting(node: SimulatedNode): boolean {
    return (
      this.#members.roleOf(node) === 'late' &&
      this.#members.membershipOf(node)?.invite === undefined
    )
  }

  isRevoked(node: SimulatedNode): boolean {
    return this.#members.revoked.has(node)
  }

  /** Whether the node belongs to the swarm at the end. */
  isMember(node: SimulatedNode | undefined): boolean {
    return this.#members.isMember(node)
  }

  noteStatements(node: SimulatedNode, statements: readonly Statement[], isRead: boolean): void {
    this.#checks.noteStatements(node, statements, isRead)
    for (const each of statements) this.#members.note(each)
  }

  /** Of all connections. */
  check(): void {
    this.#checks.check()
  }

  /** Persons put in order what ended without them; the network is whole, and all nodes run. */
  settle(): Promise<void> {
    this.#isOver = true
    return this.#ending.run(this.#thieves)
  }

  /** All members know the same, each has its certificate, and nobody else has an entry. */
  checkEnd(): void {
    this.#checks.checkEnd()
  }

  /** Whether all that holds at the end does so now. */
  isSettled(): boolean {
    return this.#checks.isSettled()
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
    const { first } = this.#members
    const used = this.#members.newcomer
    return running !== undefined && first !== undefined && this.#members.isKnown(first, used)
  }

  async #showStolen(node: SimulatedNode): Promise<void> {
    const own = this.#members.membershipOf(node)
    const invited = this.#members.newcomer?.invite
    if (own === undefined || invited === undefined) return
    this.#thieves.delete(node)
    own.invite = invited
    this.#init.tell(node, 'shows an invite that was used')
    await this.#init.restart(node)
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
    const at = [node, ...this.#init.nodes()].find((each) => this.#members.isAdmitted(each))
    if (at?.running !== undefined && (await this.#roots.succeed(at.running))) {
      this.#init.tell(at, 'has another root, which took over')
    } else this.#later(() => this.succeed(node))
  }

  async #join(node: SimulatedNode): Promise<void> {
    const { first } = this.#members
    const membership = this.#members.membershipOf(node)
    if (this.#isOver || membership === undefined || membership.invite !== undefined) return
    if (first?.running === undefined || !(await invite(first.running, membership))) {
      return this.#later(() => this.join(node))
    }
    this.#init.tell(node, 'gets an invite')
    this.#init.start(node)
  }

  async #revoke(node: SimulatedNode): Promise<void> {
    const { first } = this.#members
    const membership = this.#members.membershipOf(node)
    if (this.#isOver || membership === undefined || this.#members.revoked.has(node)) return
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
}
