/**
 * One thread of the sandbox, from outside: one task at a time; a task that does not end by itself
 * is terminated.
 */
import { Worker } from 'node:worker_threads'
import { CpuMeter } from './cpu-meter.ts'
import { displayText } from '../foreign-text/index.ts'
import { SandboxError } from './errors.ts'
import { GRACE_MS, CLEANUP_MS } from './constants.ts'
import type { EngineModule } from './engine.ts'
import type { Limits } from './limits.ts'
import type { Answer, MessageFromThread, CompletedRun, MessageToThread } from './messages.ts'
import type { ThreadData } from './sandbox-worker.ts'

/** Answers a host call; never throws. */
export type HostCallHandler = (name: string, argument: string) => Promise<Answer>

export interface Task {
  readonly request: Exclude<MessageToThread, { type: 'answer' | 'cool' }>
  readonly limits: Limits
  readonly onHostCall?: HostCallHandler
  readonly signal?: AbortSignal
}

const WORKER = new URL(
  `./sandbox-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url
)

/** Heap of the thread's own JavaScript, which needs little; the engine's memory is separate. */
const HEAP_MB = 64
/** Recursion in the engine uses the thread's stack too, more than the engine's own limit allows. */
const STACK_MB = 8

export interface SandboxThreadEvents {
  readonly onReady: () => void
  readonly onEnd: (wasReady: boolean) => void
}

interface RunningTask {
  readonly task: Task
  readonly resolve: (ran: CompletedRun | undefined) => void
  readonly reject: (reason: unknown) => void
  readonly settle: () => void
}

export class SandboxThread {
  /** Sources that are ready in it. */
  readonly warm = new Set<string>()
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #meter = new CpuMeter()
  readonly #onReady: () => void
  readonly #onEnd: (wasReady: boolean) => void
  #isReady = false
  /** Whether the memory of the last task is freed. */
  #isClean = false
  #cleanupTimer: NodeJS.Timeout | undefined
  #isEnded = false
  #running: RunningTask | undefined

  /**
   * `onReady`: the thread takes the next task; `onEnd`: the thread has ended, and whether it was
   * ever ready.
   */
  constructor(module: EngineModule, { onReady, onEnd }: SandboxThreadEvents) {
    this.#onReady = onReady
    this.#onEnd = onEnd
    const data: ThreadData = { module, meter: this.#meter.memory }
    this.#worker = new Worker(WORKER, {
      workerData: data,
      // No environment variable of this process.
      env: {},
      argv: [],
      stdin: false,
      // The engine prints when it fails; its caller gets the error anyway.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, stackSizeMb: STACK_MB }
    })
    this.#worker.unref()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ready = promise
    this.#worker.on('message', (message: MessageFromThread) => {
      if (message.type === 'ready') {
        clearTimeout(this.#cleanupTimer)
        const isFirst = !this.#isReady
        this.#isReady = true
        this.#isClean = true
        if (isFirst) resolve()
        else this.#onReady()
      } else {
        this.#onMessage(message)
      }
    })
    this.#worker.once('error', (cause) => {
      this.#end(
        new SandboxError(
          'SKILL_MEMORY',
          'The thread of the sandbox failed. Run the source again.',
          { cause }
        )
      )
    })
    this.#worker.once('exit', () => {
      resolve()
      this.#end(
        new SandboxError(
          'SKILL_MEMORY',
          'The thread of the sandbox ended unexpectedly. Run the source again.'
        )
      )
    })
  }

  get isIdle(): boolean {
    return this.#isClean && !this.#isEnded && this.#running === undefined
  }

  /** Throws `SandboxError`, or the signal's reason. */
  async run(task: Task): Promise<CompletedRun | undefined> {
    const { request, signal } = task
    signal?.throwIfAborted()
    if (request.type === 'run') this.warm.delete(request.source)
    const { promise, resolve, reject } = Promise.withResolvers<CompletedRun | undefined>()
    const wall = setTimeout(() => this.#end(wallTimeout(task.limits)), task.limits.wallMs)
    let cpu: NodeJS.Timeout
    /** Checks that the thread stopped the run by itself. */
    const watch = (after: number): NodeJS.Timeout =>
      setTimeout(() => {
        const left = task.limits.cpuMs + GRACE_MS - this.#meter.used
        if (left <= 0) this.#end(cpuTimeout(task.limits))
        else cpu = watch(Math.max(1, left))
      }, after)
    const onAbort = (): void => this.#end(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const settle = (): void => {
      clearTimeout(wall)
      clearTimeout(cpu)
      signal?.removeEventListener('abort', onAbort)
      this.#running = undefined
      this.#worker.unref()
    }
    this.#isClean = false
    this.#meter.reset()
    cpu = watch(task.limits.cpuMs + GRACE_MS)
    this.#running = { task, resolve, reject, settle }
    this.#worker.ref()
    this.#post(request)
    return promise
  }

  /** Releases a ready source; the thread stays idle. */
  cool(source: string): void {
    if (this.warm.delete(source)) this.#post({ type: 'cool', source })
  }

  /** Terminates the thread in any state. */
  async terminate(): Promise<void> {
    this.#end(new SandboxError('SANDBOX_CLOSED', 'The sandbox is closed.'))
    await this.#worker.terminate()
  }

  #onMessage(message: Exclude<MessageFromThread, { type: 'ready' }>): void {
    const running = this.#running
    if (running === undefined) {
      if (message.type === 'done') this.#end(undefined)
      return
    }
    if (message.type === 'call') {
      void this.#answer(running, message.call, message.name, message.argument)
      return
    }
    if (running.task.request.type === 'prepare' && message.failed === undefined) {
      this.warm.add(running.task.request.source)
    }
    running.settle()
    this.#isClean = message.isClean
    if (message.isExhausted) {
      this.#end(undefined)
    } else if (!message.isClean) {
      this.#cleanupTimer = setTimeout(() => this.#end(undefined), CLEANUP_MS).unref()
    }
    const { failed } = message
    if (failed === undefined) running.resolve(message.completed)
    else running.reject(new SandboxError(failed.code, displayText(failed.message)))
  }

  async #answer(running: RunningTask, call: number, name: string, argument: string): Promise<void> {
    const answer = (await running.task.onHostCall?.(name, argument)) ?? { error: 'Not granted.' }
    if (this.#running === running) this.#post({ type: 'answer', call, answer })
  }

  /** Takes no more tasks; the running one fails with `reason`. */
  #end(reason: unknown): void {
    const running = this.#running
    clearTimeout(this.#cleanupTimer)
    running?.settle()
    running?.reject(reason)
    if (this.#isEnded) return
    this.#isEnded = true
    this.warm.clear()
    this.#onEnd(this.#isReady)
    void this.#worker.terminate()
  }

  #post(message: MessageToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message)
  }
}

function wallTimeout({ wallMs }: Limits): SandboxError {
  return new SandboxError(
    'SKILL_TIMEOUT',
    `The run took longer than ${wallMs} ms, the limit \`wallMs\`.`
  )
}

function cpuTimeout({ cpuMs }: Limits): SandboxError {
  return new SandboxError(
    'SKILL_TIMEOUT',
    `The run used more than ${cpuMs} ms of CPU time, the limit \`cpuMs\`.`
  )
}
