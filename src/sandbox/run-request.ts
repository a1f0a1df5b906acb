/** What a run is asked, what it gives, and the checks of what is asked. */
import { SandboxError } from './errors.ts'
import { Limits, MAX_INPUT_BYTES } from './limits.ts'
import type { Json } from './canonical-json.ts'
import type { Grants } from './grants.ts'
import type { Trace } from './trace.ts'

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

/** All limits, by default where none is given. Throws `SandboxError` (SANDBOX_ARGUMENT). */
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
