/** The reason why a run was stopped, inside its thread. */
import type { SandboxErrorCode } from './errors.ts'

export class RunFailure extends Error {
  override readonly name = 'RunFailure'
  readonly code: SandboxErrorCode

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
