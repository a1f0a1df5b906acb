/**
 * The time that a run has executed, in memory that both threads see: the one that runs stops itself by
 * it, and the other sees that it did not.
 */

const USED = 0
const SINCE = 1
const BYTES = 16
const MICROSECONDS = 1_000

export class CpuMeter {
  readonly memory: SharedArrayBuffer
  readonly #cells: BigInt64Array

  constructor(memory = new SharedArrayBuffer(BYTES)) {
    this.memory = memory
    this.#cells = new BigInt64Array(memory)
  }

  reset(): void {
    Atomics.store(this.#cells, USED, 0n)
    Atomics.store(this.#cells, SINCE, 0n)
  }

  /** Runs `slice` on the clock. */
  measure<T>(slice: () => T): T {
    Atomics.store(this.#cells, SINCE, now())
    try {
      return slice()
    } finally {
      const since = Atomics.exchange(this.#cells, SINCE, 0n)
      Atomics.add(this.#cells, USED, now() - since)
    }
  }

  /** Milliseconds. */
  get used(): number {
    const since = Atomics.load(this.#cells, SINCE)
    const running = since === 0n ? 0n : now() - since
    return Number(Atomics.load(this.#cells, USED) + running) / MICROSECONDS
  }
}

/** Microseconds since 1970: the same in all threads, and not what a run may have set the clock to. */
function now(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * MICROSECONDS))
}
