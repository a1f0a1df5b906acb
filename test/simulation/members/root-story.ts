/**
 * The roots of a simulated swarm. The successor takes over while the swarm runs. From then on the first
 * root, which somebody has stolen, admits nobody.
 */
import { equalBytes } from '../../../crdt/bytes/index.ts'
import { certificateBy } from './closed-swarm.ts'
import { add, revokeByRoot, succeed } from './door-acts.ts'
import { isMember, statementsOf } from './door-watch.ts'
import type { Root } from '../../../crdt/index.ts'
import type { RunningNode } from '../simulated-node.ts'
import type { Membership, SimulatedRoots } from './closed-swarm.ts'

export class RootStory {
  readonly #roots: SimulatedRoots

  constructor(roots: SimulatedRoots) {
    this.#roots = roots
  }

  /** The root that the node takes for the reigning one. */
  reigning(at: RunningNode): Root {
    return this.#hasSuccession(at) ? this.#roots.successor : this.#roots.first
  }

  /** Resolves to whether the node has stored it. */
  succeed(at: RunningNode): Promise<boolean> {
    return this.#hasSuccession(at) ? Promise.resolve(true) : succeed(at, this.#roots)
  }

  /** The holder of the new root brings its succession from where it took over. */
  async carry(from: readonly RunningNode[], to: RunningNode): Promise<void> {
    if (this.#hasSuccession(to)) return
    const statements = from.flatMap((node) => statementsOf(node))
    const found = statements.find(({ kind }) => kind === 'succession')
    if (found !== undefined) await add(to, [found.bytes])
  }

  /** A revocation by the first root that the successor did not know ends: its holder says it again. */
  async revokeAgain(at: RunningNode, member: Membership, seconds: number): Promise<boolean> {
    if (!isMember(statementsOf(at), member.key, seconds)) return false
    return revokeByRoot(at, this.reigning(at), member)
  }

  /** The first root admits somebody, although another one reigns; false if none does. */
  admitByFirst(at: RunningNode, member: Membership, now: number): boolean {
    if (!this.#hasSuccession(at)) return false
    member.statements = [...member.statements, certificateBy(this.#roots.first, member, now)]
    return true
  }

  #hasSuccession({ parts }: RunningNode): boolean {
    const reigning = parts.members?.statements.root
    return reigning !== undefined && equalBytes(reigning, this.#roots.successor.key)
  }
}
