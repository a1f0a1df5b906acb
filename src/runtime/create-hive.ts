/** `createHive` opens a node of the hive inside a program. */
import { HiveNode } from './hive-node.ts'
import { HiveOptions } from './hive-options.ts'
import { processEnvironment } from './environment.ts'
import { parse } from '../arguments/index.ts'
import { closeParts, openParts } from './node-parts.ts'
import type { HiveInit } from './hive-options.ts'

/**
 * Opens and starts a node. Throws `HiveError` (OPTIONS_INVALID), `StoreError` (the directory is in
 * use or unreadable) or `SwarmError` (key, address); started parts are stopped again.
 */
export async function createHive(init: HiveInit = {}): Promise<HiveNode> {
  const options = parse(HiveOptions, init, 'createHive', 'OPTIONS_INVALID')
  const parts = await openParts(options, processEnvironment)
  try {
    await parts.swarm?.start()
    return new HiveNode(parts)
  } catch (error) {
    // Keeps the first error; errors of closing would hide it.
    await closeParts(parts).catch(() => undefined)
    throw error
  }
}
