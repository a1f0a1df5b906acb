/** Watches one run: its execution time, log, output, and why it was stopped. */
import { MAX_LOG_LINES } from './constants.ts'
import { RunFailure } from './run-failure.ts'
import type { CpuMeter } from './cpu-meter.ts'
import type { Limits } from './limits.ts'

/** Messages of the engine when memory runs out. */
const OUT_OF_MEMORY = new Set(['out of memory', 'string too long'])

export class RunWatch {
  readonly log: string[] = []
  limits: Limits
  readonly #meter: CpuMeter
  #logBytes = 0
  #wasStopped = false
  #overflow: RunFailure | undefined

  constructor(meter: CpuMeter, limits: Limits) {
    this.#meter = meter
    this.limits = limits
  }

  /** An exceeded limit: the run ends with it, even if the source caught the error. */
  get overflow(): RunFailure | undefined {
    return this.#overflow
  }

  measure<T>(slice: () => T): T {
    return this.#meter.measure(slice)
  }

  /** Whether the engine must stop now. */
  mustStop(): boolean {
    if (this.#overflow === undefined && this.#meter.used < this.limits.cpuMs) return false
    this.#wasStopped = true
    return true
  }

  /** Keeps the first exceeded limit. */
  recordExceeded(failure: RunFailure): RunFailure {
    this.#overflow ??= failure
    return failure
  }

  outputTooLarge(what: string): RunFailure {
    const { outputBytes } = this.limits
    return this.recordExceeded(
      new RunFailure(
        'SKILL_OUTPUT',
        `The ${what} has more than ${outputBytes} bytes, the limit \`outputBytes\`.`
      )
    )
  }

  /** Adds a line to the log. Throws `RunFailure` when the log is full. */
  write(line: string): void {
    this.#logBytes += Buffer.byteLength(line)
    const { outputBytes } = this.limits
    if (this.#logBytes > outputBytes || this.log.length >= MAX_LOG_LINES) {
      throw this.recordExceeded(
        new RunFailure(
          'SKILL_OUTPUT',
          `The run logged more than ${outputBytes} bytes or ${MAX_LOG_LINES} lines.`
        )
      )
    }
    this.log.push(line)
  }

  timeout(): RunFailure {
    if (this.#overflow !== undefined) return this.#overflow
    return new RunFailure(
      'SKILL_TIMEOUT',
      `The run used more than ${this.limits.cpuMs} ms of CPU time, the limit \`cpuMs\`.`
    )
  }

  /**
   * The error that the source threw, or why it was stopped; describing a thrown value runs the
   * source too.
   */
  failure(
    describe: () => readonly [name: string, message: string],
    code: RunFailure['code']
  ): RunFailure {
    if (this.#overflow !== undefined) return this.#overflow
    if (this.#wasStopped) return this.timeout()
    const [name, message] = describe()
    if (this.#wasStopped) return this.timeout()
    const { memoryBytes, stackBytes } = this.limits
    if (name === 'InternalError' && OUT_OF_MEMORY.has(message)) {
      return new RunFailure(
        'SKILL_MEMORY',
        `The run needs more than ${memoryBytes} bytes of memory, the limit \`memoryBytes\`.`
      )
    }
    if (name === 'InternalError' && message.includes('stack overflow')) {
      return new RunFailure(
        'SKILL_STACK',
        `The run needs more than ${stackBytes} bytes of stack, the limit \`stackBytes\`.`
      )
    }
    if (message.startsWith('could not load module') || message.includes('module loader')) {
      return new RunFailure(
        'SKILL_DENIED',
        'The source imports a module. Imports are not available in the sandbox.'
      )
    }
    return new RunFailure(code, `${name}: ${message}`)
  }
}
