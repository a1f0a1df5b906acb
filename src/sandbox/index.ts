/**
 * Runs code that nobody vouches for.
 *
 * @example
 * ```ts
 * await using sandbox = createSandbox()
 * const { output } = await sandbox.run({
 *   source: 'export default ({ name }) => `Hello ${name}`',
 *   input: { name: 'hive' }
 * })
 * ```
 */
export { SandboxError } from './errors.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export { createSandbox, Sandbox } from './sandbox.ts'
export type { SandboxErrorCode } from './errors.ts'
export type { Grants, HostFunction } from './grants.ts'
export type { Limits } from './limits.ts'
export type { RunRequest, RunResult, SandboxInit } from './sandbox.ts'
export type { HostCall, Trace } from './trace.ts'
