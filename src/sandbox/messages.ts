/** Messages between a sandbox and its threads. JSON is sent as text. */
import type { SandboxErrorCode } from './errors.ts'
import type { Limits } from './limits.ts'

export interface RunTask {
  readonly type: 'run'
  readonly source: string
  readonly input: string
  readonly limits: Limits
  readonly seed: string
  readonly now: number
  /** Names of the host functions. */
  readonly grants: readonly string[]
  /** Recorded host calls, in order, that answer the calls of the run. */
  readonly replay?: readonly TracedCall[]
}

export interface TracedCall {
  readonly name: string
  readonly argument: string
  readonly answer: Answer
}

export type Answer = { readonly json: string } | { readonly error: string }

export type MessageToThread =
  | RunTask
  /** Reads the source and finds its function. */
  | { readonly type: 'check'; readonly source: string; readonly limits: Limits }
  /** Makes the source ready for its next run. */
  | { readonly type: 'prepare'; readonly source: string; readonly limits: Limits }
  | { readonly type: 'cool'; readonly source: string }
  | { readonly type: 'answer'; readonly call: number; readonly answer: Answer }

export interface CompletedRun {
  readonly output: string
  readonly outputHash: string
  readonly calls: readonly TracedCall[]
  readonly log: readonly string[]
  readonly cpuMs: number
  readonly wasWarm: boolean
}

export interface FailedRun {
  readonly code: SandboxErrorCode
  readonly message: string
}

export type MessageFromThread =
  /** At the start, and after a task once its memory is freed. */
  | { readonly type: 'ready' }
  /** `call`: number of the call in the run, from 0. */
  | {
      readonly type: 'call'
      readonly call: number
      readonly name: string
      readonly argument: string
    }
  | {
      readonly type: 'done'
      readonly completed?: CompletedRun
      readonly failed?: FailedRun
      /** No memory is left to free: the thread can take the next task at once. */
      readonly isClean: boolean
      /** The engine may be damaged, or uses too much memory: the thread must be terminated. */
      readonly isExhausted: boolean
    }
