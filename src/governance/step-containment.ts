/**
 * The part of a containment that removes steps of playbooks. A step is removed if the agent inserted it
 * within the window and nobody else has changed its title, body or marks since. A step that was changed
 * is a conflict: it stays. Whether it was changed is read again in the edit that removes it.
 */
import { LimitError, readSteps, removeStep } from '../../crdt/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { stepDigest, stepOf } from './attributions.ts'
import type { Entry, Operation, Replica, Step } from '../../crdt/index.ts'
import type { Attribution } from './attributions.ts'

export interface StepContainmentComponents {
  readonly replica: Pick<Replica, 'editPlaybook' | 'playbook'>
  /** Announces new entries to peers. */
  readonly announce: (entries: readonly Entry[]) => Promise<void>
}

/** A step as it is now; `too-large` if its playbook cannot be read. */
export type StepNow = { readonly title: string; readonly isUntouched: boolean } | 'too-large'

export class StepContainment {
  readonly #components: StepContainmentComponents
  /** The playbook that was read last: attributions are in the order of the goals. */
  #last: { readonly goal: string; readonly steps: readonly Step[] | undefined } | undefined

  constructor(components: StepContainmentComponents) {
    this.#components = components
  }

  /** Undefined if the step was removed. */
  async now({ id, text }: Attribution): Promise<StepNow | undefined> {
    const { goal, step } = stepOf(id)
    if (this.#last?.goal !== goal) this.#last = { goal, steps: await this.#read(goal) }
    const { steps } = this.#last
    if (steps === undefined) return 'too-large'
    const found = steps.find((each) => each.id === step)
    return found && { title: found.title, isUntouched: stepDigest(found) === text }
  }

  /** Removes a step in one commit with the operations; false if it was changed or does not fit. */
  async remove({ id, text }: Attribution, operations: readonly Operation[]): Promise<boolean> {
    const { replica, announce } = this.#components
    const { goal, step } = stepOf(id)
    this.forget()
    try {
      const { result, entries } = await replica.editPlaybook(
        digestOfId(goal),
        (doc) => {
          const found = readSteps(doc).find((each) => each.id === step)
          const isUntouched = found !== undefined && stepDigest(found) === text
          return isUntouched && removeStep(doc, step)
        },
        { operations: () => Promise.resolve(operations) }
      )
      await announce(entries)
      return result
    } catch (error) {
      if (error instanceof LimitError) return false
      throw error
    }
  }

  /** The next call reads the playbook again. */
  forget(): void {
    this.#last = undefined
  }

  async #read(goal: string): Promise<readonly Step[] | undefined> {
    try {
      return (await this.#components.replica.playbook(digestOfId(goal))).steps
    } catch (error) {
      if (error instanceof LimitError) return undefined
      throw error
    }
  }
}
