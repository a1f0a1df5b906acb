/** What persons do at the end at a door: they put in order what ended without them, and try a stolen root. */
import { simulated } from '../environment/simulated.ts'
import { add, invite, renewEnded } from './door-acts.ts'
import { secondsOf } from './door-members.ts'
import type { RunningNode, SimulatedNode } from '../simulated-node.ts'
import type { DoorMembers } from './door-members.ts'
import type { RootStory } from './root-story.ts'

/** Milliseconds that a newcomer has for its door. */
const JOINS = 60_000

export interface DoorEndingInit {
  readonly members: DoorMembers
  readonly roots: RootStory
  readonly start: (node: SimulatedNode) => void
  readonly restart: (node: SimulatedNode) => Promise<void>
  readonly tell: (node: SimulatedNode, text: string) => void
  /** A thief shows the invite of the newcomer, if that one has used it. */
  readonly showStolen: (node: SimulatedNode) => Promise<void>
}

export class DoorEnding {
  readonly #init: DoorEndingInit

  constructor(init: DoorEndingInit) {
    this.#init = init
  }

  /** The network is whole, and all nodes run. */
  async run(thieves: ReadonlySet<SimulatedNode>): Promise<void> {
    const { members, roots, tell } = this.#init
    const { first, nodes } = members
    if (first?.running === undefined) return
    const running = nodes.flatMap((node) => node.running ?? [])
    await roots.carry(running, first.running)
    const root = roots.reigning(first.running)
    await this.#revokeAgain(first.running)
    let stealing = thieves
    for (const node of nodes) {
      const membership = members.membershipOf(node)
      if (membership === undefined || !members.isMember(node)) continue
      // It may have ended before the two met.
      if (!members.isKnown(first, membership)) await add(first.running, membership.statements)
      if (await renewEnded(first.running, root, membership)) {
        tell(node, 'gets another certificate from the holder of the root')
      }
      if (members.roleOf(node) !== 'late' || members.isKnown(first, membership)) continue
      await invite(first.running, membership)
      tell(node, 'gets another invite')
      // Nobody knows whether it comes by this one.
      stealing = new Set()
      if (node.running === undefined) this.#init.start(node)
      else await this.#init.restart(node)
    }
    for (const node of stealing) await this.#init.showStolen(node)
    await simulated().time.wait(JOINS)
    await this.#useStolenRoot(first.running)
  }

  async #revokeAgain(at: RunningNode): Promise<void> {
    const { members, roots } = this.#init
    const seconds = secondsOf(at)
    for (const node of members.revoked) {
      const membership = members.membershipOf(node)
      if (membership === undefined) continue
      if (await roots.revokeAgain(at, membership, seconds)) {
        this.#init.tell(node, 'is revoked again, by the new root')
      }
    }
  }

  /** Who never got in comes with a certificate of the first root, which does not reign any more. */
  async #useStolenRoot(at: RunningNode): Promise<void> {
    const { members, roots } = this.#init
    const node = members.nodes.find((each) => members.roleOf(each) === 'outsider')
    const membership = node === undefined ? undefined : members.membershipOf(node)
    if (node === undefined || membership === undefined) return
    const { time } = simulated()
    const now = time.runAs(at.owner, () => Date.now())
    if (!roots.admitByFirst(at, membership, now)) return
    membership.invite = undefined
    this.#init.tell(node, 'comes with a certificate of the first root')
    await this.#init.restart(node)
    await time.wait(JOINS)
  }
}
