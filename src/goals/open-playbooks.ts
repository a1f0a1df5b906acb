/** The playbooks that are open on this node: each hears of the edits of its goal, also of other nodes. */
import { toHex } from '../../crdt/bytes/index.ts'
import { Playbook } from './goal-playbook.ts'
import type { Replica } from '../../crdt/index.ts'
import type { PlaybookComponents } from './goal-playbook.ts'

export class OpenPlaybooks {
  /** By the digits of their goal. */
  readonly #open = new Map<string, Set<Playbook>>()

  constructor(replica: Pick<Replica, 'on'>) {
    replica.on('playbook:change', (goal) => {
      for (const [digits, open] of this.#open) {
        if (toHex(goal).startsWith(digits)) for (const playbook of open) playbook.emit('change')
      }
    })
  }

  /** Opens a playbook, which hears of edits until it is closed. */
  open(components: Omit<PlaybookComponents, 'onClose'>): Playbook {
    const { goal } = components
    const open = this.#open.get(goal) ?? new Set()
    const playbook = new Playbook({
      ...components,
      onClose: () => {
        open.delete(playbook)
        if (open.size === 0) this.#open.delete(goal)
      }
    })
    this.#open.set(goal, open.add(playbook))
    return playbook
  }
}
