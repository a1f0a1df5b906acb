/** Goals and their playbooks, as the work of a plan. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Cortex } from '../../../src/runtime/cortex.ts'
import type { Step } from '../plan/step.ts'
import type { Life } from '../subject.ts'
import type { Acknowledged } from './acknowledged.ts'

/** Different goals. */
const GOALS = 2

/** Steps that are inserted at once: a few such calls make a playbook that takes turns to build. */
const MANY = 20

type Playbook = ReturnType<Cortex['hive']['goals']['playbook']>

type Change = 'edit-step' | 'insert-step' | 'insert-steps' | 'move-step' | 'remove-step'

export class GoalWork {
  readonly #acknowledged: Acknowledged
  readonly #name: string

  constructor(acknowledged: Acknowledged, name: string) {
    this.#acknowledged = acknowledged
    this.#name = name
  }

  async add({ subject }: Step, { hive }: Cortex): Promise<string> {
    const { id } = await hive.goals.add({ title: `Reach harbour ${subject % GOALS}` })
    this.#acknowledged.goals.add(id)
    return id.slice(0, 6)
  }

  /** Somebody looks at each playbook as soon as it changes. */
  follow({ parts, hive }: Life): void {
    parts.replica.on('playbook:change', (goal) => {
      using playbook = hive.agent.cortex.hive.goals.playbook(toHex(goal))
      // What it looks like is checked in the end.
      playbook.steps().catch(() => undefined)
    })
  }

  /** Undefined where no goal is known. */
  async read(step: Step, { hive }: Cortex): Promise<string | undefined> {
    const goal = await this.#goalOf(step, hive)
    if (goal === undefined) return undefined
    using playbook = hive.goals.playbook(goal)
    return `${goal.slice(0, 6)}, ${(await playbook.steps()).length} steps`
  }

  async change(kind: Change, step: Step, { hive }: Cortex): Promise<string | undefined> {
    const { subject, at } = step
    const goal = await this.#goalOf(step, hive)
    if (goal === undefined) return undefined
    using playbook = hive.goals.playbook(goal)
    if (kind === 'insert-step' || kind === 'insert-steps') {
      const title = `Step of ${this.#name} at ${Math.round(at)}`
      const count = kind === 'insert-step' ? 1 : MANY
      const insert = async (each: Playbook, most: number): Promise<void> => {
        for (let i = 0; i < most; i++) {
          const id = await each.insert(subject % 3, { title })
          this.#acknowledged.steps.insert(goal, id, this.#name)
        }
      }
      if (count === 1 || subject % 2 === 0) await insert(playbook, count)
      else {
        // Two agents at the same time.
        using other = hive.goals.playbook(goal)
        await Promise.all([playbook, other].map((each) => insert(each, count / 2)))
      }
      return `${goal.slice(0, 6)}, ${count} steps`
    }
    const steps = await playbook.steps()
    const chosen = steps[subject % Math.max(1, steps.length)]
    if (chosen === undefined) return undefined
    if (kind === 'edit-step') await playbook.edit(chosen.id, { body: `Body of ${Math.round(at)}` })
    else if (kind === 'move-step') await playbook.move(chosen.id, subject % steps.length)
    else {
      this.#acknowledged.steps.mayRemove(goal, chosen.id)
      await playbook.remove(chosen.id)
    }
    return goal.slice(0, 6)
  }

  /** A goal that this node knows. */
  async #goalOf({ subject }: Step, hive: Cortex['hive']): Promise<string | undefined> {
    const goals = [...this.#acknowledged.goals]
    const goal = goals[subject % Math.max(1, goals.length)]
    return goal === undefined || (await hive.goals.get(goal)) === undefined ? undefined : goal
  }
}
