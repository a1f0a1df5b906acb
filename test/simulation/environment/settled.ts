/**
 * Waits until all microtasks and ticks of this process have run, as they have before each immediate.
 * A turn of the real event loop asks the operating system for input, which costs more than most events
 * of a simulation do. So many immediates are made at once: they run in one turn, one after the other.
 */

/** The real one. */
const realImmediate = setImmediate

/** Immediates of one turn. */
const BATCH = 256

const waiting: (() => void)[] = []
let left = 0

export function settled(): Promise<void> {
  return new Promise(wait)
}

function wait(resolve: () => void): void {
  waiting.push(resolve)
  if (waiting.length <= left) return
  left += BATCH
  for (let i = 0; i < BATCH; i++) realImmediate(next)
}

/** One of those who wait: what it does settles before the next one. */
function next(): void {
  left -= 1
  waiting.shift()?.()
}
