/** The request and the result of a run, and the checks of the request. */
import { SandboxError } from './errors.ts'
import { MAX_INPUT_BYTES } from './constants.ts'
import { Limits } from './limits.ts'
import type { Json } from './canonical-json.ts'
import type { Grants } from './grants.ts'
import type { Trace } from './trace.ts'

export interface RunRequest {
  /** An ECMAScript module: `export default (input, host) => output`; may be async. */
  readonly source: string
  readonly input: Json
  /** The functions of `host`; default none. */
  readonly grants?: Grants
  readonly limits?: Partial<Limits>
  /** Seed of `Math.random`; default derived from the source and the input. */
  readonly seed?: string
  /** The time in the run, in milliseconds since 1970; default the start of 2026. */
  readonly now?: number
  /** Answers the host calls; its seed and time apply. */
  readonly replay?: Trace
  readonly signal?: AbortSignal
}

export interface RunResult {
  readonly output: Json
  /** SHA-256 of the output as canonical JSON, 64 hex digits. */
  readonly outputHash: string
  readonly trace: Trace
  /** Lines written by `console.log`. */
  readonly log: readonly string[]
  /** Milliseconds of execution. */
  readonly cpuMs: number
  readonly wasWarm: boolean
}

/** All limits, with defaults. Throws `SandboxError` (SANDBOX_ARGUMENT). */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const read = Limits.safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new SandboxError(
    'SANDBOX_ARGUMENT',
    `limits.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`
  )
}

/** The input as text. Throws `SandboxError` (SANDBOX_ARGUMENT). */
export function textOf(source: string, input: Json): string {
  const json: string | undefined = JSON.stringify(input)
  if (typeof source !== 'string' || json === undefined) {
    throw new SandboxError(
      'SANDBOX_ARGUMENT',
      'The source must be a string, and the input a JSON value.'
    )
  }
  if (Buffer.byteLength(source) + Buffer.byteLength(json) > MAX_INPUT_BYTES) {
    throw new SandboxError(
      'SANDBOX_ARGUMENT',
      `Source and input together have more than ${MAX_INPUT_BYTES} bytes.`
    )
  }
  return json
}
