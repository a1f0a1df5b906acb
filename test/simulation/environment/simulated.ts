/** The simulation that runs in this process. */
import { Seeded } from './seeded-bytes.ts'
import { VirtualTime } from './virtual-time.ts'

export interface Simulated {
  readonly time: VirtualTime
  /** What the product draws. */
  readonly random: Seeded
  /** Milliseconds that a turn of the event loop takes, at most. */
  readonly turn: number
}

/** Before the first simulation, while modules are loaded, time stands still. */
let current: Simulated = { time: new VirtualTime(), random: new Seeded(0, 'loading'), turn: 0 }

/** The simulation that runs now. */
export function simulated(): Simulated {
  return current
}

/** From here on the process lives in `next`. */
export function enter(next: Simulated): void {
  current = next
}
