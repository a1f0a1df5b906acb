/** Which nodes of a simulated swarm keep to the protocol, and whose voices they are. */
import { NEWER } from './lies/manner.ts'
import { DIRECTORY_STEPS, DISK_FAULTS } from './plan/kinds.ts'
import type { DoorStory } from './members/door-story.ts'
import type { Plan } from './plan/step.ts'
import type { SimulatedNode } from './simulated-node.ts'

export interface NodeListsInit {
  readonly plan: Plan
  readonly nodes: readonly SimulatedNode[]
  readonly door: Pick<DoorStory, 'isMember'> | undefined
  /** Names of what a node was before a copy of its directory was put back. */
  readonly lostLivesOf: (node: SimulatedNode) => readonly string[]
}

export class NodeLists {
  readonly #init: NodeListsInit
  /** Those that keep to the protocol. */
  readonly honest: readonly SimulatedNode[]
  /** Those that keep to some version of the protocol. */
  readonly blameless: readonly SimulatedNode[]
  /** The node that does not keep to it, if there is one. */
  readonly strangers: readonly SimulatedNode[]

  constructor(init: NodeListsInit) {
    const { plan, nodes } = init
    this.#init = init
    this.honest = hasStranger(plan) ? nodes.slice(0, -1) : nodes
    this.blameless = plan.manner === NEWER ? nodes : this.honest
    this.strangers = nodes.slice(this.honest.length)
  }

  /** Those of the honest ones that belong to the swarm now. */
  get honestMembers(): readonly SimulatedNode[] {
    return this.honest.filter((node) => this.#isMember(node))
  }

  /** The node of the later version, if it belongs to the swarm. */
  get newer(): readonly SimulatedNode[] {
    return this.#init.nodes.slice(-1).filter((node) => this.#isMember(node))
  }

  /** Whether the node of the later version has all that it has published, and belongs to the swarm. */
  get isNewerIntact(): boolean {
    const { nodes, steps } = this.#init.plan
    const kinds: readonly string[] = [...DISK_FAULTS, ...DIRECTORY_STEPS]
    const isHarmed = steps.some(({ node, kind }) => node === nodes - 1 && kinds.includes(kind))
    return !isHarmed && this.newer.length > 0
  }

  /** Of all nodes, and of what those were before a copy was put back. */
  get names(): readonly string[] {
    return this.#init.nodes.flatMap((node) => this.namesOf(node))
  }

  namesOf(node: SimulatedNode): readonly string[] {
    return [node.name, ...this.#init.lostLivesOf(node)]
  }

  /** Names of honest nodes that are one voice. */
  get voices(): readonly (readonly string[])[] {
    const { plan, nodes } = this.#init
    const lives = this.honest.flatMap((node) =>
      this.namesOf(node).map((name) => ({
        name,
        voice: plan.members?.[nodes.indexOf(node)] ?? name
      }))
    )
    const byVoice = Map.groupBy(lives, ({ voice }) => voice)
    return [...byVoice.values()].map((each) => each.map(({ name }) => name))
  }

  #isMember(node: SimulatedNode): boolean {
    return this.#init.door?.isMember(node) !== false
  }
}

/** Light nodes are the last ones before a stranger. */
export function isLight(plan: Plan, number: number): boolean {
  const { nodes, lightNodes } = plan
  const end = hasStranger(plan) ? nodes - 1 : nodes
  return number < end && number >= end - lightNodes
}

function hasStranger({ manner }: Plan): boolean {
  return manner !== 'honest'
}
