/** Opens a swarm. libp2p is loaded by the first one: a node without a swarm starts faster. */
import type { SwarmInit } from './swarm-init.ts'
import type { Swarm } from './swarm.ts'

/** Opens the swarm; it is not started. Throws `SwarmError` for a bad key or address. */
export async function createSwarm(init: SwarmInit): Promise<Swarm> {
  const { Swarm: Opened } = await import('./swarm.ts')
  const swarm = new Opened(init)
  await swarm.open()
  return swarm
}
