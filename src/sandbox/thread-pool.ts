/**
 * The threads of a sandbox: assigns tasks to idle threads, keeps sources ready in the others, and
 * replaces a thread that ends.
 */
import { loadEngine } from './engine.ts'
import { SandboxError } from './errors.ts'
import { MAX_QUEUED, MAX_WARM_SOURCES } from './constants.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { SandboxThread } from './sandbox-thread.ts'
import type { EngineModule } from './engine.ts'
import type { CompletedRun } from './messages.ts'
import type { Task } from './sandbox-thread.ts'

interface QueuedTask {
  readonly task: Task
  readonly resolve: (ran: CompletedRun | undefined) => void
  readonly reject: (reason: unknown) => void
  readonly removeListener: () => void
}

/** The work of a sandbox since the start, and what it does now. */
export interface SandboxStatistics {
  readonly threads: number
  /** Threads that work, and tasks that wait for one. */
  readonly active: number
  readonly queued: number
  /** Sources that are kept ready. */
  readonly warm: number
  readonly runs: number
  /** Runs that ended without an output: errors, limits, callers that gave up. */
  readonly failures: number
}

/** Delay of a timer that only keeps the process alive. */
const LONG_MS = 2 ** 30

/** The first task starts the threads. */
export class ThreadPool {
  readonly #width: number
  readonly #threads = new Set<SandboxThread>()
  readonly #queue: QueuedTask[] = []
  /** Sources to keep ready, the latest request at the end. */
  readonly #warm = new Set<string>()
  #active = 0
  #runs = 0
  #failures = 0
  #isClosed = false
  #isRefilling = false
  #starting: Promise<void> | undefined
  /**
   * Set while a caller waits for a thread: starting or cleaning threads do not keep the process
   * alive.
   */
  #keepAliveTimer: NodeJS.Timeout | undefined

  /** `width`: concurrent tasks. */
  constructor(width: number) {
    this.#width = width
  }

  /**
   * Resolves with the result of a run, undefined for other tasks. Throws `SandboxError`, or the
   * signal's reason.
   */
  submit(task: Task): Promise<CompletedRun | undefined> {
    const { signal } = task
    signal?.throwIfAborted()
    if (this.#isClosed) throw new SandboxError('SANDBOX_CLOSED', 'The sandbox is closed.')
    if (this.#queue.length >= MAX_QUEUED) {
      throw new SandboxError(
        'SANDBOX_BUSY',
        `${MAX_QUEUED} runs are waiting, which is the limit. Wait until some runs end.`
      )
    }
    const { promise, resolve, reject } = Promise.withResolvers<CompletedRun | undefined>()
    const queued = {
      task,
      resolve,
      reject,
      removeListener: () => signal?.removeEventListener('abort', drop)
    }
    const drop = (): void => {
      const at = this.#queue.indexOf(queued)
      if (at !== -1) this.#queue.splice(at, 1)
      this.#updateKeepAlive()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', drop, { once: true })
    this.#queue.push(queued)
    this.#starting ??= this.#start()
    this.#dispatch()
    return promise
  }

  /** Keeps a source ready. At most 64; the oldest one is dropped. */
  async warm(source: string, options: { readonly signal?: AbortSignal }): Promise<void> {
    this.#warm.delete(source)
    this.#warm.add(source)
    for (const oldest of this.#warm) {
      if (this.#warm.size <= MAX_WARM_SOURCES) break
      this.cool(oldest)
    }
    if (this.isWarm(source)) return
    try {
      await this.submit({ ...preparing(source), ...options })
    } catch (error) {
      this.#warm.delete(source)
      throw error
    }
  }

  /** Whether a run of the source would find it ready now. */
  isWarm(source: string): boolean {
    return [...this.#threads].some(({ warm }) => warm.has(source))
  }

  /** Releases a source that `warm` keeps ready. */
  cool(source: string): void {
    this.#warm.delete(source)
    for (const thread of this.#threads) thread.cool(source)
  }

  /** Its work since the start, and what it does now. */
  get statistics(): SandboxStatistics {
    return {
      threads: this.#threads.size,
      active: this.#active,
      queued: this.#queue.length,
      warm: this.#warm.size,
      runs: this.#runs,
      failures: this.#failures
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#starting
    const closed = new SandboxError('SANDBOX_CLOSED', 'The sandbox is closed.')
    for (const { reject, removeListener } of this.#queue.splice(0)) {
      removeListener()
      reject(closed)
    }
    this.#updateKeepAlive()
    await Promise.all([...this.#threads].map((thread) => thread.terminate()))
  }

  /** Assigns waiting tasks to idle threads; remaining threads make sources ready. */
  #dispatch(): void {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || this.#active >= this.#width) break
      const thread = this.#idle(next.task.request.source)
      if (thread === undefined) break
      this.#queue.shift()
      next.removeListener()
      this.#run(thread, next.task).then(next.resolve, next.reject)
    }
    this.#updateKeepAlive()
    if (this.#queue.length === 0) this.#warmNext()
  }

  async #run(thread: SandboxThread, task: Task): Promise<CompletedRun | undefined> {
    this.#active += 1
    const isRun = task.request.type === 'run'
    if (isRun) this.#runs += 1
    try {
      return await thread.run(task)
    } catch (error) {
      if (isRun) this.#failures += 1
      throw error
    } finally {
      this.#active -= 1
      // After the caller of this run has its result.
      queueMicrotask(() => this.#dispatch())
    }
  }

  /** No thread can be started: waiting tasks fail, and the next run tries again. */
  #failQueued(cause: unknown): void {
    this.#starting = undefined
    const reason = 'Cannot start a thread for the sandbox. Allow worker threads in this process.'
    for (const { reject, removeListener } of this.#queue.splice(0)) {
      removeListener()
      reject(new SandboxError('SANDBOX_FAILED', reason, { cause }))
    }
    this.#updateKeepAlive()
  }

  /** Only while a caller waits. */
  #updateKeepAlive(): void {
    if (this.#queue.length > 0) this.#keepAliveTimer ??= setInterval(() => undefined, LONG_MS)
    else {
      clearInterval(this.#keepAliveTimer)
      this.#keepAliveTimer = undefined
    }
  }

  #idle(source: string): SandboxThread | undefined {
    const idle = [...this.#threads].filter(({ isIdle }) => isIdle)
    return idle.find(({ warm }) => warm.has(source)) ?? idle[0]
  }

  /** One thread at a time, so that runs find another one idle. */
  #warmNext(): void {
    if (this.#isClosed || this.#isRefilling) return
    for (const thread of this.#threads) {
      if (!thread.isIdle) continue
      const cold = [...this.#warm].find((source) => !thread.warm.has(source))
      if (cold !== undefined) {
        void this.#warmInThread(thread, cold)
        return
      }
    }
  }

  /** In the background; a source that can no longer be made ready is dropped. */
  async #warmInThread(thread: SandboxThread, source: string): Promise<void> {
    this.#isRefilling = true
    try {
      await thread.run(preparing(source))
    } catch {
      this.#warm.delete(source)
    }
    this.#isRefilling = false
    if (!this.#warm.has(source)) thread.cool(source)
    this.#dispatch()
  }

  /** Starts one thread for each concurrent task, and a spare. */
  async #start(): Promise<void> {
    try {
      const engine = await loadEngine()
      if (!this.#isClosed) for (let i = 0; i <= this.#width; i++) this.#add(engine)
    } catch (cause) {
      this.#failQueued(cause)
    }
  }

  #add(engine: EngineModule): void {
    const thread = new SandboxThread(engine, {
      onReady: () => this.#dispatch(),
      onEnd: (wasReady) => {
        this.#threads.delete(thread)
        if (this.#isClosed) return
        // A thread that could not start is not replaced at once: the next would fail too.
        if (wasReady) this.#add(engine)
        else if (this.#threads.size === 0) this.#failQueued(undefined)
      }
    })
    this.#threads.add(thread)
    void thread.ready.then(() => this.#dispatch())
  }
}

function preparing(source: string): Task {
  const limits = DEFAULT_LIMITS
  return { request: { type: 'prepare', source, limits }, limits }
}
