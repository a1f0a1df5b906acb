/** What must hold while a simulated swarm works, and is looked at on the way. */
import { readProof } from '../../crdt/feeds/equivocation.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { simulated } from './environment/simulated.ts'
import { keyOnDisk } from './kept-key.ts'
import { voidVotes } from './promises/counts.ts'
import { lookAgain } from './promises/read-again.ts'
import { stalledStreams } from './promises/stalled.ts'
import type { Lives } from './lives.ts'
import type { NodeLists } from './node-lists.ts'
import type { Quiet } from './promises/quiet.ts'
import type { Seeded } from './environment/seeded-bytes.ts'
import type { RunningNode, SimulatedNode } from './simulated-node.ts'
import type { Step } from './plan/step.ts'

/** The part of all steps after which a node is opened again from its disk. */
const LOOK_RATE = 0.03

/** Milliseconds from a compaction to such a look. */
const SOON = 300

export interface LooksInit {
  readonly nodes: readonly SimulatedNode[]
  readonly lists: NodeLists
  readonly lives: Pick<Lives, 'isSteady'>
  /** When to look, and at which node. */
  readonly random: Seeded
  readonly quiet: () => Quiet
  readonly nameOf: (peer: string) => string
  readonly tell: (node: SimulatedNode, text: string) => void
  readonly report: (node: SimulatedNode, text: string) => void
}

export class Looks {
  readonly #init: LooksInit

  constructor(init: LooksInit) {
    this.#init = init
  }

  /** After each step of the plan. */
  after(step: Step): void {
    const { nodes, random } = this.#init
    const { time } = simulated()
    if (random.chance(LOOK_RATE)) this.#compare(random.pick(nodes))
    const node = nodes[step.node]
    // What was restated is hidden for a short time only.
    if (step.kind === 'compact' && node !== undefined)
      time.schedule(SOON, () => this.#compare(node), time.world)
  }

  /** A node that is opened from what is on the disk now would show what this one does. */
  #compare(node: SimulatedNode): void {
    const { lists, lives } = this.#init
    if (!lists.honest.includes(node) || !lives.isSteady(node) || node.hasFlippedBit) return
    const { running } = node
    const report = (text: string): void => {
      // A node that stops cannot be looked at.
      if (node.running === running && lives.isSteady(node)) this.#init.report(node, text)
    }
    lookAgain(node)
      .then((texts) => texts.forEach(report))
      .catch((error: unknown) => report(`cannot be opened again: ${String(error)}`))
  }

  checkStreams(): void {
    const { lists, report } = this.#init
    for (const node of lists.honest) {
      if (node.running === undefined) continue
      for (const text of stalledStreams(node.running.host)) report(node, text)
    }
  }

  checkKeys(node: SimulatedNode): void {
    const { lists, report } = this.#init
    // A key that a copy brought back is deleted before the node signs; what has signed is another life.
    if (lists.namesOf(node).length > 1) return
    const problem = keyOnDisk(node)
    if (problem !== undefined) report(node, problem)
  }

  /** The votes of a void author have gone when its node says so. */
  async checkVoid(node: SimulatedNode, life: RunningNode, bytes: Uint8Array): Promise<void> {
    const { lists, report, tell, quiet } = this.#init
    if (!lists.honest.includes(node)) return
    const [{ author, seq }] = readProof(bytes)
    try {
      const broken = await voidVotes(life, { author: toHex(author), seq }, quiet())
      for (const text of broken) report(node, text)
    } catch (error) {
      tell(node, `cannot look: ${String(error)}`)
    }
  }

  /** Nobody may blame who keeps to the protocol. */
  checkBlame(node: SimulatedNode, peer: string, reason: string): void {
    const { lists, nameOf, report, tell } = this.#init
    const name = nameOf(peer)
    tell(node, `blames ${name}: ${reason}`)
    const isBlameless = lists.blameless.some((each) => each.name === name)
    if (lists.honest.includes(node) && isBlameless)
      report(node, `blames the honest ${name}: ${reason}`)
  }
}
