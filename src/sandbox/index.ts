/**
 * Runs untrusted code.
 *
 * @example
 * ```ts
 * await using sandbox = createSandbox({ processor: 'x64' })
 * const { output } = await sandbox.run({
 *   source: 'export default ({ name }) => `Hello ${name}`',
 *   input: { name: 'hive' }
 * })
 * ```
 */
export { canonicalJson } from './canonical-json.ts'
export { SandboxError } from './errors.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export { createSandbox } from './sandbox.ts'
export type { Json } from './canonical-json.ts'
export type { SandboxErrorCode } from './errors.ts'
export type { HostFunction } from './grants.ts'
export type { Limits } from './limits.ts'
export type { RunRequest, RunResult } from './run-request.ts'
export type { SandboxStatistics } from './thread-pool.ts'
export type { Sandbox } from './sandbox.ts'
