/** What is due, the earliest first; of equals the one that was scheduled first. */
import type { Owner } from './owner.ts'

export interface QueuedEvent {
  due: number
  readonly owner: Owner
  task: () => void
  isCancelled: boolean
  order: number
  /** A timer that its owner has started and can clear. */
  isTimer?: boolean
}

/** A binary heap. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = []
  #scheduled = 0

  push(event: QueuedEvent): void {
    event.order = this.#scheduled++
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || isBefore(parent, event)) break
      heap[at] = parent
      at = up
    }
    heap[at] = event
  }

  /** Removes the first event, if it is due at `until` or before. */
  take(until: number): QueuedEvent | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.due > until) return undefined
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first
  }

  count(condition: (event: QueuedEvent) => boolean): number {
    return this.#heap.filter((event) => !event.isCancelled && condition(event)).length
  }

  /** Puts `event` at the top and moves it down to its place. */
  #sink(event: QueuedEvent): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (a === undefined) break
      const [child, place] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left]
      if (isBefore(event, child)) break
      heap[at] = child
      at = place
    }
    heap[at] = event
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
