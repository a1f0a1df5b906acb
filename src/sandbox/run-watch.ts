/** Watches one run: the time it executes, what it logs and gives out, and why it was stopped. */
import { MAX_LOG_LINES } from './limits.ts'
import { RunFailure } from './run-failure.ts'
import type { CpuMeter } from './cpu-meter.ts'
import type { Limits } from './limits.ts'

/** What the engine says when there is no room. */
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

  /** A limit that was passed: the run ends with it, even where the source caught it. */
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

  /** Keeps the first limit that was passed. */
  recordExceeded(failure: RunFailure): RunFailure {
    this.#overflow ??= failure
    return failure
  }

  outputTooLarge(how: string): RunFailure {
    const { outputBytes } = this.limits
    return this.recordExceeded(
      new RunFailure('SKILL_OUTPUT', `It ${how} more than ${outputBytes} bytes.`)
    )
  }

  /** Takes a line of the log. Throws `RunFailure` when the log is full. */
  write(line: string): void {
    this.#logBytes += Buffer.byteLength(line)
    const { outputBytes } = this.limits
    if (this.#logBytes > outputBytes || this.log.length >= MAX_LOG_LINES) {
      throw this.recordExceeded(
        new RunFailure(
          'SKILL_OUTPUT',
          `It logged more than ${outputBytes} bytes or ${MAX_LOG_LINES} lines.`
        )
      )
    }
    this.log.push(line)
  }

  timeout(): RunFailure {
    if (this.#overflow !== undefined) return this.#overflow
    return new RunFailure('SKILL_TIMEOUT', `It ran for more than ${this.limits.cpuMs} ms.`)
  }

  /** What the source threw, or why it was stopped; describing what it threw runs the source too. */
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
      return new RunFailure('SKILL_MEMORY', `It needs more than ${memoryBytes} bytes of memory.`)
    }
    if (name === 'InternalError' && message.includes('stack overflow')) {
      return new RunFailure(
        'SKILL_STACK',
        `It recurses deeper than ${stackBytes} bytes of stack allow.`
      )
    }
    if (message.startsWith('could not load module') || message.includes('module loader')) {
      return new RunFailure('SKILL_DENIED', 'It imports, and there is nothing to import.')
    }
    return new RunFailure(code, `${name}: ${message}`)
  }
}
