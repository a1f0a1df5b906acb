/** Nodes of the two lower layers that meet in memory, in this process. */
import { memory } from '@libp2p/memory'
import { openReplica, openStore } from '../crdt/index.ts'
import { createSwarm } from '../transport/index.ts'
import type { Replica } from '../crdt/index.ts'
import type { Swarm, SwarmInit } from '../transport/index.ts'

export interface MemoryNode {
  readonly replica: Replica
  readonly swarm: Swarm
  readonly stop: () => Promise<void>
}

export type MemoryNodeInit = Omit<SwarmInit, 'libp2p' | 'listen' | 'replica' | 'store'> & {
  /** Own entries travel a stem; without it they are gossiped at once. */
  readonly hidesOwn?: boolean
}

let addresses = 0

export async function startMemoryNode({ hidesOwn, ...init }: MemoryNodeInit): Promise<MemoryNode> {
  const store = await openStore()
  const replica = await openReplica({ store, hidesOwn })
  const listen = [`/memory/bench-${++addresses}`]
  const libp2p = { transports: [memory()] }
  const swarm = await createSwarm({ ...init, store, replica, listen, libp2p })
  await swarm.start()
  return {
    replica,
    swarm,
    stop: async () => {
      await swarm.stop()
      await store.close()
    }
  }
}
