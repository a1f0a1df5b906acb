/** Opens a replica over a store, for one swarm. */
import { authorEpochs } from './feeds/author-epoch.ts'
import { StoreError } from './errors.ts'
import { filterKeyOf } from './filters/filter-element.ts'
import { Replica } from './replica.ts'
import { storedSwarmName } from './swarm-name.ts'
import type { ReplicaInit } from './replica-init.ts'

const DEFAULT_SWARM = 'default'

/** Throws `StoreError` (STORE_SWARM) if the store contains entries of another swarm. */
export async function openReplica({
  store,
  swarm,
  filterKey,
  hidesOwn = false,
  epochs = authorEpochs()
}: ReplicaInit): Promise<Replica> {
  const name = await storedSwarmName(store)
  if (swarm !== undefined && name !== undefined && swarm !== name) {
    throw new StoreError(
      'STORE_SWARM',
      `This directory belongs to the swarm "${name}", not to "${swarm}". Use another data directory for another swarm.`
    )
  }
  const own = swarm ?? name ?? DEFAULT_SWARM
  const replica = new Replica({
    store,
    swarm: own,
    filterKey: filterKey ?? filterKeyOf(own),
    hidesOwn,
    epochs
  })
  await replica.load()
  return replica
}
