/**
 * The sandbox runs untrusted code. Each run has its own engine, in a thread, in WebAssembly: no
 * files, no network, no clock, nothing but its grants, and limits on all resources. A thread whose
 * run does not end is terminated; a spare thread is ready.
 */
import { hash } from 'node:crypto'
import { engineId } from './engine.ts'
import { hostCallHandler, grantNames } from './grants.ts'
import { parseJson } from './json.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { limitsOf, textOf } from './run-request.ts'
import { ThreadPool } from './thread-pool.ts'
import { hostCallOf, toTracedCall } from './trace.ts'
import { DEFAULT_NOW } from './virtual-clock.ts'
import type { Grants } from './grants.ts'
import type { RunRequest, RunResult } from './run-request.ts'
import type { SandboxStatistics } from './thread-pool.ts'
import type { Trace } from './trace.ts'

export interface SandboxInit {
  /** Runs at a time; default 2. */
  readonly threads?: number
  /** The processor's architecture, which is part of the engine's id. */
  readonly processor: string
}

const DEFAULT_THREADS = 2

/** The first run starts the threads. */
export function createSandbox(init: SandboxInit): Sandbox {
  return new Sandbox(init)
}

export class Sandbox implements AsyncDisposable {
  readonly #pool: ThreadPool
  readonly #processor: string

  constructor({ threads = DEFAULT_THREADS, processor }: SandboxInit) {
    this.#processor = processor
    this.#pool = new ThreadPool(threads)
  }

  /** Throws `SandboxError`, or the signal's reason. */
  async run(request: RunRequest): Promise<RunResult> {
    const { source, input, grants = {}, replay, signal } = request
    const limits = limitsOf(request.limits)
    const json = textOf(source, input)
    const seed = replay?.seed ?? request.seed ?? hash('sha256', `${source}\n${json}`, 'hex')
    const now = replay?.now ?? request.now ?? DEFAULT_NOW
    const ended = new AbortController()
    const calls = replay?.calls.map(toTracedCall)
    const order = { type: 'run', source, input: json, limits, seed, now } as const
    const names = replay === undefined ? grantNames(grants) : namesIn(replay, grants)
    try {
      const ran = await this.#pool.submit({
        request: { ...order, grants: names, ...(calls === undefined ? {} : { replay: calls }) },
        limits,
        onHostCall: hostCallHandler(grants, ended.signal),
        ...(signal === undefined ? {} : { signal })
      })
      if (ran === undefined) throw new Error('The run ended without a result.')
      return {
        output: parseJson(ran.output),
        outputHash: ran.outputHash,
        trace: { seed, now, calls: ran.calls.map(hostCallOf) },
        log: ran.log,
        cpuMs: ran.cpuMs,
        wasWarm: ran.wasWarm
      }
    } finally {
      ended.abort(new Error('The run has ended.'))
    }
  }

  /**
   * 16 hex digits: sandboxes with equal values return equal outputs for equal source, input and
   * seed.
   */
  engine(): Promise<string> {
    return engineId(this.#processor)
  }

  /**
   * Parses the source and finds its function. Throws `SandboxError` (SKILL_INVALID and the limits).
   */
  async check(source: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    textOf(source, null)
    const limits = DEFAULT_LIMITS
    await this.#pool.submit({ request: { type: 'check', source, limits }, limits, ...options })
  }

  /**
   * Keeps the source ready: its next runs need no parsing. At most 64; the oldest one is dropped.
   */
  async warm(source: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    textOf(source, null)
    await this.#pool.warm(source, options)
  }

  /** Its work since the start, and what it does now. */
  get statistics(): SandboxStatistics {
    return this.#pool.statistics
  }

  /** Whether a run of the source would find it ready now. */
  isWarm(source: string): boolean {
    return this.#pool.isWarm(source)
  }

  /** Releases a source that `warm` keeps ready. */
  cool(source: string): void {
    this.#pool.cool(source)
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function namesIn(replay: Trace, grants: Grants): readonly string[] {
  return [...new Set([...replay.calls.map(({ name }) => name), ...Object.keys(grants)])]
}
