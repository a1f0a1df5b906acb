import type { Options } from './hive-options.ts'

/**
 * Whether own entries are hidden from peers until one has shown them. Also without a network: entries
 * published then leave at the next start.
 */
export function hidesOwn({ swarm }: Pick<Options, 'swarm'>): boolean {
  return swarm === false || (swarm.stem && swarm.gossip && swarm.mode === 'full')
}
