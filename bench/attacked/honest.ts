/** An honest node beside an attacked one: how long an entry of it takes to get there. */
import { once } from 'node:events'
import { openReplica, openStore } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { createSwarm } from '../../transport/index.ts'
import { wallClock } from './remote.ts'
import type { Entry, Replica, Store } from '../../crdt/index.ts'
import type { Swarm, SwarmInit } from '../../transport/index.ts'
import type { Remote } from './remote.ts'
import type { VictimCalls } from './victim.ts'

let number = 0

export class HonestNode implements AsyncDisposable {
  readonly #store: Store
  readonly #replica: Replica
  readonly #victim: Remote<VictimCalls>
  readonly swarm: Swarm

  private constructor(store: Store, replica: Replica, swarm: Swarm, victim: Remote<VictimCalls>) {
    this.#store = store
    this.#replica = replica
    this.swarm = swarm
    this.#victim = victim
  }

  /** In memory, without syncs of its own; `address` is that of the victim. */
  static async start(
    victim: Remote<VictimCalls>,
    address: string,
    init: Pick<SwarmInit, 'mode'> = {}
  ): Promise<HonestNode> {
    const store = await openStore()
    const replica = await openReplica({ store })
    const swarm = await createSwarm({
      ...init,
      store,
      replica,
      bootstrap: [address],
      syncInterval: 0
    })
    const signal = AbortSignal.timeout(30_000)
    const reached = once(swarm, 'peer:connect', { signal })
    await swarm.start()
    await reached
    while (init.mode !== 'light' && swarm.peers().every(({ gossip }) => gossip !== 'mesh')) {
      await once(swarm, 'gossip:change', { signal })
    }
    return new HonestNode(store, replica, swarm, victim)
  }

  get authors(): number {
    return this.#replica.totals().authors
  }

  /** Milliseconds of a sync that brings the victim one missing entry. */
  async syncOne(signal: AbortSignal): Promise<number> {
    const entry = await this.#publish()
    const begun = wallClock()
    const admitted = this.#admitted(entry, signal)
    await this.swarm.synchronize({ signal })
    return (await admitted) - begun
  }

  /** Milliseconds until the victim has admitted an entry that this node gossips. */
  async gossipOne(signal: AbortSignal): Promise<number> {
    const entry = await this.#publish()
    const begun = wallClock()
    const admitted = this.#admitted(entry, signal)
    await this.swarm.announce([entry])
    return (await admitted) - begun
  }

  async #publish(): Promise<Entry> {
    number += 1
    const content = `Release ${number} of the editor needs the setting "lock" on hosts of type ${number % 13}.`
    const { entries } = await this.#replica.publish([
      { record: { kind: 'fact', entity: 'editor', content }, confidence: 0.9, day: 20_000 }
    ])
    const [entry] = entries
    if (entry === undefined) throw new Error('Nothing was published.')
    return entry
  }

  #admitted({ hash }: Entry, signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      this.#victim.call('admittedAt', toHex(hash)).then(resolve, reject)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.swarm.stop()
    await this.#store.close()
  }
}
