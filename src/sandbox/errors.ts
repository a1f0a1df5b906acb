/** Errors of runs in the sandbox. */
import { CodedError } from '../errors.ts'

/** Why a run in the sandbox failed. */
export type SandboxErrorCode =
  /** Thrown when a run takes longer than its limit of CPU or wall time. */
  | 'SKILL_TIMEOUT'
  /** Thrown when a run needs more memory than its limit. */
  | 'SKILL_MEMORY'
  /** Thrown when a run recurses deeper than its limit. */
  | 'SKILL_STACK'
  /** Thrown when a run returns a value that is not JSON, or returns or logs more than its limit. */
  | 'SKILL_OUTPUT'
  /** Thrown when the source throws, or waits for a promise that never settles. */
  | 'SKILL_THREW'
  /** Thrown when the source is not a module with a function as its default export. */
  | 'SKILL_INVALID'
  /**
   * Thrown when a run imports, makes more host calls than its limit, or leaves the trace that it
   * replays.
   */
  | 'SKILL_DENIED'
  /** Thrown when too many runs wait already. */
  | 'SANDBOX_BUSY'
  /** Thrown when a limit, an input or a grant is not valid. */
  | 'SANDBOX_ARGUMENT'
  /** Thrown when no thread can be started. */
  | 'SANDBOX_FAILED'
  /** Thrown when the sandbox is used after `close()`. */
  | 'SANDBOX_CLOSED'

/** Thrown when a run in the sandbox fails. `code` says which limit or rule stopped the run. */
export class SandboxError extends CodedError<SandboxErrorCode> {
  override readonly name = 'SandboxError'
}
