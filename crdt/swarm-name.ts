/** The name of the swarm that a data directory belongs to. */
import type { Operation, Store } from './store/section.ts'

const SWARM_KEY = Buffer.from('swarm')

/** Undefined before the first entry. */
export async function storedSwarmName(store: Pick<Store, 'section'>): Promise<string | undefined> {
  const stored = await store.section('replica').get(SWARM_KEY)
  return stored === undefined ? undefined : Buffer.from(stored).toString('utf8')
}

export function swarmNameOperation(store: Pick<Store, 'section'>, swarm: string): Operation {
  return store.section('replica').put(SWARM_KEY, Buffer.from(swarm))
}

/** The store belongs to the swarm from now on: durable once it resolves. */
export async function storeSwarmName(
  store: Pick<Store, 'commit' | 'section'>,
  swarm: string
): Promise<void> {
  await store.commit([swarmNameOperation(store, swarm)])
}

/** `~` and the first 16 bytes of a hash over the root key, in hexadecimal digits. */
const CLOSED = /^.+~[0-9a-f]{32}$/s

/** Whether the name of a swarm binds a root key: its members have certificates and one voice each. */
export function isClosedSwarm(swarm: string): boolean {
  return CLOSED.test(swarm)
}
