/**
 * Goals as they leave the library: without invisible characters, and flagged where the text reads
 * like an order to a model. A flagged goal is released by this node's own statement alone.
 */
import { detectInstruction, displayText, displayTexts } from '../foreign-text/index.ts'
import { digestOfId } from '../arguments/index.ts'
import type { Replica } from '../../crdt/index.ts'
import type { InstructionKind } from '../foreign-text/index.ts'
import type { Goal, MergedGoal } from './goal-tree.ts'

/** Flags that are kept: the text of an id never changes. */
const MAX_FLAGS = 10_000

export class GoalScreen {
  readonly #replica: Pick<Replica, 'ownRegister'>
  readonly #flags = new Map<string, InstructionKind | undefined>()

  constructor(replica: Pick<Replica, 'ownRegister'>) {
    this.#replica = replica
  }

  /** The goal for display. */
  shown(goal: MergedGoal): Goal {
    const flag = this.#flagOf(goal)
    return {
      ...goal,
      title: displayText(goal.title),
      description: displayText(goal.description),
      tags: displayTexts(goal.tags),
      ...(flag === undefined ? {} : { flag })
    }
  }

  /** Whether the goal may influence an agent of this node. */
  async isReleased(goal: MergedGoal): Promise<boolean> {
    if (this.#flagOf(goal) === undefined) return true
    return (await this.#replica.ownRegister(digestOfId(goal.id)))?.vote === 'vouch'
  }

  #flagOf({ id, title, description }: MergedGoal): InstructionKind | undefined {
    if (this.#flags.has(id)) return this.#flags.get(id)
    const flag = detectInstruction(`${title}\n${description}`)
    if (this.#flags.size >= MAX_FLAGS) this.#flags.clear()
    this.#flags.set(id, flag)
    return flag
  }
}
