/**
 * The running node: `createHive`, its parts and their lifecycle, agents and events.
 *
 * @example
 * ```ts
 * await using db = await createHive({ dataDir: './hive' })
 * console.log(db.status)
 * ```
 */
export { restoreBackup } from './backup.ts'
export { createHive } from './create-hive.ts'
export type { BackupOptions, BackupReport } from './backup.ts'
export type { Agent, Agents } from './agents.ts'
export type { Cortex } from './cortex.ts'
export type { HiveEvents } from './hive-events.ts'
export type { HiveNode, HiveStatus, NetworkCheck } from './hive-node.ts'
export type { HiveInit } from './hive-options.ts'
