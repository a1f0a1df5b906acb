/** Opens a swarm. libp2p is loaded by the first one: a node without a swarm starts faster. */
import { checkMembers } from './check-swarm-init.ts'
import type { SwarmInit } from './swarm-init.ts'
import type { Swarm } from './swarm.ts'

/** Opens the swarm; it is not started. Throws `SwarmError` for a bad key or address, or members
 * that are not of the swarm. */
export async function createSwarm(init: SwarmInit): Promise<Swarm> {
  checkMembers(init.replica.swarm, init.members)
  const { Swarm: Opened } = await import('./swarm.ts')
  const swarm = new Opened(init)
  await swarm.open()
  return swarm
}
