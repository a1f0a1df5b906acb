/**
 * The execution time of a run, in memory shared by both threads: the running thread stops itself by
 * it, and the other one notices if it does not.
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

  /** Runs `slice` and adds its time. */
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

/** Microseconds since 1970: equal in all threads, and independent of the clock of a run. */
function now(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * MICROSECONDS))
}
