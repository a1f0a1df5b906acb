/** `createHive`: opens a node of the hive inside a program. */
import { HiveNode } from './hive-node.ts'
import { HiveOptions } from './hive-options.ts'
import { parse } from '../arguments/index.ts'
import { closeParts, openParts } from './node-parts.ts'
import type { HiveInit } from './hive-options.ts'

/**
 * Opens and starts a node. Throws `HiveError` (OPTIONS_INVALID), `StoreError` (the directory is in
 * use or unreadable) or `SwarmError` (key, address); what had been started is stopped again.
 */
export async function createHive(init: HiveInit = {}): Promise<HiveNode> {
  const parts = await openParts(parse(HiveOptions, init, 'createHive', 'OPTIONS_INVALID'))
  try {
    await parts.swarm?.start()
    return new HiveNode(parts)
  } catch (error) {
    // What failed first says more than what failed to close.
    await closeParts(parts).catch(() => undefined)
    throw error
  }
}
