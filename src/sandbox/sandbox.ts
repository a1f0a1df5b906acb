/**
 * The sandbox: runs code that nobody vouches for. Each run has an engine of its own, in a thread, in
 * WebAssembly: no files, no network, no clock, nothing but what is granted, and limits on all that it
 * uses. A thread whose run does not end is ended; another one is ready.
 */
import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { engineId, loadEngine } from './engine.ts'
import { SandboxError } from './errors.ts'
import { answering, grantNames } from './grants.ts'
import { parsed } from './json.ts'
import { DEFAULT_LIMITS, Limits, MAX_INPUT_BYTES, MAX_QUEUED, MAX_WARM } from './limits.ts'
import { SandboxThread } from './sandbox-thread.ts'
import { DEFAULT_NOW } from './virtual-clock.ts'
import type { EngineModule } from './engine.ts'
import type { Json } from './canonical-json.ts'
import type { Grants } from './grants.ts'
import type { Ran, TracedCall } from './messages.ts'
import type { Task } from './sandbox-thread.ts'
import type { HostCall, Trace } from './trace.ts'

export interface SandboxInit {
  /** Runs at a time; default 2, at most one a processor. */
  readonly threads?: number
}

export interface RunRequest {
  /** An ECMAScript module: `export default (input, host) => output`; may be async. */
  readonly source: string
  readonly input: Json
  /** What `host` has; default nothing. */
  readonly grants?: Grants
  readonly limits?: Partial<Limits>
  /** Decides `Math.random`; default derived from the source and the input. */
  readonly seed?: string
  /** The time that the run sees, in milliseconds since 1970; default the start of 2026. */
  readonly now?: number
  /** Host calls are answered from it; seed and time are its own. */
  readonly replay?: Trace
  readonly signal?: AbortSignal
}

export interface RunResult {
  readonly output: Json
  /** SHA-256 of the output as canonical JSON, 64 hex digits. */
  readonly outputHash: string
  readonly trace: Trace
  /** What it wrote by `console.log`. */
  readonly log: readonly string[]
  /** Milliseconds that it executed. */
  readonly cpuMs: number
  readonly wasWarm: boolean
}

interface Queued {
  readonly task: Task
  readonly resolve: (ran: Ran | undefined) => void
  readonly reject: (reason: unknown) => void
  readonly forget: () => void
}

const DEFAULT_THREADS = 2

/** Of a timer that has nothing to do. */
const LONG_MS = 2 ** 30

/** Made lazily: the first run starts the threads. */
export function createSandbox(init: SandboxInit = {}): Sandbox {
  return new Sandbox(init)
}

export class Sandbox implements AsyncDisposable {
  readonly #width: number
  readonly #threads = new Set<SandboxThread>()
  readonly #queue: Queued[] = []
  /** Sources to keep ready, the one asked for last at the end. */
  readonly #warm = new Set<string>()
  #active = 0
  #isClosed = false
  #isRefilling = false
  #starting: Promise<void> | undefined
  /** While somebody waits for a thread: threads that start or tidy up do not keep the process alive. */
  #alive: NodeJS.Timeout | undefined

  constructor({ threads = Math.min(DEFAULT_THREADS, availableParallelism()) }: SandboxInit = {}) {
    this.#width = threads
  }

  /** Throws `SandboxError`, or the signal's reason. */
  async run(request: RunRequest): Promise<RunResult> {
    const { source, input, grants = {}, replay, signal } = request
    const limits = limitsOf(request.limits)
    const json = textOf(source, input)
    const seed = replay?.seed ?? request.seed ?? hash('sha256', `${source}\n${json}`, 'hex')
    const now = replay?.now ?? request.now ?? DEFAULT_NOW
    const ended = new AbortController()
    const calls = replay?.calls.map(traced)
    const order = { type: 'run', source, input: json, limits, seed, now } as const
    const names = replay === undefined ? grantNames(grants) : namesIn(replay, grants)
    try {
      const ran = await this.#submit({
        order: { ...order, grants: names, ...(calls === undefined ? {} : { replay: calls }) },
        limits,
        answer: answering(grants, ended.signal),
        ...(signal === undefined ? {} : { signal })
      })
      if (ran === undefined) throw new Error('A run without a result.')
      return {
        output: parsed(ran.output),
        outputHash: ran.outputHash,
        trace: { seed, now, calls: ran.calls.map(told) },
        log: ran.log,
        cpuMs: ran.cpuMs,
        wasWarm: ran.wasWarm
      }
    } finally {
      ended.abort(new Error('The run has ended.'))
    }
  }

  /** 16 hex digits: sandboxes of the same give the same output for the same source, input and seed. */
  engine(): Promise<string> {
    return engineId()
  }

  /** Reads the source and finds its function. Throws `SandboxError` (SKILL_INVALID and the limits). */
  async check(source: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    textOf(source, null)
    const limits = DEFAULT_LIMITS
    await this.#submit({ order: { type: 'check', source, limits }, limits, ...options })
  }

  /** Keeps the source ready: its next runs find it read. At most 64; the oldest one gives way. */
  async warm(source: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    textOf(source, null)
    this.#warm.delete(source)
    this.#warm.add(source)
    for (const oldest of this.#warm) {
      if (this.#warm.size <= MAX_WARM) break
      this.cool(oldest)
    }
    if (this.isWarm(source)) return
    try {
      await this.#submit({ ...preparing(source), ...options })
    } catch (error) {
      this.#warm.delete(source)
      throw error
    }
  }

  /** Whether a run of the source would find it ready now. */
  isWarm(source: string): boolean {
    return [...this.#threads].some(({ warm }) => warm.has(source))
  }

  /** Gives up what `warm` keeps. */
  cool(source: string): void {
    this.#warm.delete(source)
    for (const thread of this.#threads) thread.cool(source)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#starting
    const closed = new SandboxError('SANDBOX_CLOSED', 'The sandbox was closed.')
    for (const { reject, forget } of this.#queue.splice(0)) {
      forget()
      reject(closed)
    }
    this.#stayAlive()
    await Promise.all([...this.#threads].map((thread) => thread.terminate()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #submit(task: Task): Promise<Ran | undefined> {
    const { signal } = task
    signal?.throwIfAborted()
    if (this.#isClosed) throw new SandboxError('SANDBOX_CLOSED', 'The sandbox was closed.')
    if (this.#queue.length >= MAX_QUEUED) {
      throw new SandboxError(
        'SANDBOX_BUSY',
        `${MAX_QUEUED} runs wait already. Run fewer at a time, or wait for some.`
      )
    }
    const { promise, resolve, reject } = Promise.withResolvers<Ran | undefined>()
    const queued = {
      task,
      resolve,
      reject,
      forget: () => signal?.removeEventListener('abort', drop)
    }
    const drop = (): void => {
      const at = this.#queue.indexOf(queued)
      if (at !== -1) this.#queue.splice(at, 1)
      this.#stayAlive()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', drop, { once: true })
    this.#queue.push(queued)
    this.#starting ??= this.#start()
    this.#next()
    return promise
  }

  /** Gives what waits to idle threads; what is left of them makes sources ready. */
  #next(): void {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || this.#active >= this.#width) break
      const thread = this.#idle(next.task.order.source)
      if (thread === undefined) break
      this.#queue.shift()
      next.forget()
      this.#run(thread, next.task).then(next.resolve, next.reject)
    }
    this.#stayAlive()
    if (this.#queue.length === 0) this.#refill()
  }

  async #run(thread: SandboxThread, task: Task): Promise<Ran | undefined> {
    this.#active += 1
    try {
      return await thread.run(task)
    } finally {
      this.#active -= 1
      // After who waits for this run was told.
      queueMicrotask(() => this.#next())
    }
  }

  /** No thread can be had: what waits fails, and the next run tries anew. */
  #giveUp(cause: unknown): void {
    this.#starting = undefined
    const reason = 'No thread of the sandbox can be started: are worker threads allowed here?'
    for (const { reject, forget } of this.#queue.splice(0)) {
      forget()
      reject(new SandboxError('SANDBOX_FAILED', reason, { cause }))
    }
    this.#stayAlive()
  }

  /** As long as somebody waits, and no longer. */
  #stayAlive(): void {
    if (this.#queue.length > 0) this.#alive ??= setInterval(() => undefined, LONG_MS)
    else {
      clearInterval(this.#alive)
      this.#alive = undefined
    }
  }

  #idle(source: string): SandboxThread | undefined {
    const idle = [...this.#threads].filter(({ isIdle }) => isIdle)
    return idle.find(({ warm }) => warm.has(source)) ?? idle[0]
  }

  /** One thread at a time, so that runs find another one idle. */
  #refill(): void {
    if (this.#isClosed || this.#isRefilling) return
    for (const thread of this.#threads) {
      if (!thread.isIdle) continue
      const cold = [...this.#warm].find((source) => !thread.warm.has(source))
      if (cold !== undefined) {
        void this.#keep(thread, cold)
        return
      }
    }
  }

  /** In the background; a source that cannot be made ready any more is given up. */
  async #keep(thread: SandboxThread, source: string): Promise<void> {
    this.#isRefilling = true
    try {
      await thread.run(preparing(source))
    } catch {
      this.#warm.delete(source)
    }
    this.#isRefilling = false
    if (!this.#warm.has(source)) thread.cool(source)
    this.#next()
  }

  /** As many threads as run at a time, and a spare. */
  async #start(): Promise<void> {
    try {
      const engine = await loadEngine()
      if (!this.#isClosed) for (let i = 0; i <= this.#width; i++) this.#add(engine)
    } catch (cause) {
      this.#giveUp(cause)
    }
  }

  #add(engine: EngineModule): void {
    const thread = new SandboxThread(engine, {
      onReady: () => this.#next(),
      onEnd: (wasReady) => {
        this.#threads.delete(thread)
        if (this.#isClosed) return
        // One that cannot start is not tried again at once: the next would not either.
        if (wasReady) this.#add(engine)
        else if (this.#threads.size === 0) this.#giveUp(undefined)
      }
    })
    this.#threads.add(thread)
    void thread.ready.then(() => this.#next())
  }
}

function preparing(source: string): Task {
  const limits = DEFAULT_LIMITS
  return { order: { type: 'prepare', source, limits }, limits }
}

function limitsOf(given: Partial<Limits> = {}): Limits {
  const read = Limits.safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new SandboxError(
    'SANDBOX_ARGUMENT',
    `limits.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`
  )
}

/** The input as text. */
function textOf(source: string, input: Json): string {
  const json: string | undefined = JSON.stringify(input)
  if (typeof source !== 'string' || json === undefined) {
    throw new SandboxError('SANDBOX_ARGUMENT', 'A source is text, and an input what JSON can hold.')
  }
  if (Buffer.byteLength(source) + Buffer.byteLength(json) > MAX_INPUT_BYTES) {
    throw new SandboxError(
      'SANDBOX_ARGUMENT',
      `Source and input have more than ${MAX_INPUT_BYTES} bytes together.`
    )
  }
  return json
}

function namesIn(replay: Trace, grants: Grants): readonly string[] {
  return [...new Set([...replay.calls.map(({ name }) => name), ...Object.keys(grants)])]
}

function traced(call: HostCall): TracedCall {
  const { name } = call
  const answer = 'error' in call ? { error: call.error } : { json: JSON.stringify(call.answer) }
  return { name, argument: JSON.stringify(call.argument), answer }
}

function told({ name, argument, answer }: TracedCall): HostCall {
  const given = parsed(argument)
  return 'error' in answer
    ? { name, argument: given, error: answer.error }
    : { name, argument: given, answer: parsed(answer.json) }
}
