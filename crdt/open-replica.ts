/** Opens a replica over a store, for one swarm. */
import { ENTRY_FORMAT } from './constants.ts'
import { authorEpochs } from './feeds/author-epoch.ts'
import { MemberError, StoreError } from './errors.ts'
import { filterKeyOf } from './filters/filter-element.ts'
import { voteTiming } from './publishing/vote-timing.ts'
import { Replica } from './replica.ts'
import { isClosedSwarm, storedSwarmName } from './swarm-name.ts'
import type { ReplicaInit } from './replica-init.ts'

const DEFAULT_SWARM = 'default'

/** Milliseconds. */
const DAY = 24 * 60 * 60 * 1000

/**
 * Throws `StoreError` (STORE_SWARM) if the store contains entries of another swarm, and
 * `MemberError` (NOT_A_MEMBER) for a closed swarm without `membership`.
 */
export async function openReplica({
  store,
  swarm,
  filterKey,
  hidesOwn = false,
  epochs = authorEpochs(),
  timing = voteTiming(),
  membership,
  place,
  budgets,
  day = () => Math.floor(Date.now() / DAY),
  entryFormat = ENTRY_FORMAT
}: ReplicaInit): Promise<Replica> {
  const name = await storedSwarmName(store)
  if (swarm !== undefined && name !== undefined && swarm !== name) {
    throw new StoreError(
      'STORE_SWARM',
      `This directory belongs to the swarm "${name}", not to "${swarm}". Use another data directory for another swarm.`
    )
  }
  const own = swarm ?? name ?? DEFAULT_SWARM
  if (isClosedSwarm(own) && membership === undefined) {
    throw new MemberError(
      'NOT_A_MEMBER',
      `The swarm "${own}" is closed, and this node has no certificate of it. Join with an invite: "hive join".`
    )
  }
  const replica = new Replica({
    store,
    swarm: own,
    filterKey: filterKey ?? filterKeyOf(own),
    hidesOwn,
    epochs,
    timing,
    place,
    budgets,
    day,
    entryFormat,
    membership: isClosedSwarm(own) ? membership : undefined
  })
  await replica.load()
  return replica
}
