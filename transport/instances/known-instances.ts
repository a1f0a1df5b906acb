/**
 * Instances of peers: each running node has a random id in memory. Two ids of one peer whose times
 * overlap are two nodes with one peer key, such as a copied directory. A restart has a new id too, but
 * the old one says nothing after that.
 */

/** Bounds of what is remembered. */
const MAX_PEERS = 1_000
const MAX_INSTANCES = 8

/** Milliseconds after which a silent instance no longer counts. */
const FORGET_AFTER = 600_000

interface Times {
  last: number
  /** Order of the first and the latest hello among all. */
  readonly firstHello: number
  lastHello: number
}

export class KnownInstances {
  readonly #now: () => number
  readonly #peers = new Map<string, Map<string, Times>>()
  #hellos = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Records a hello. Returns whether the peer had other instances and this one is new. */
  add(peer: string, instance: string): boolean {
    const instances = this.#peers.get(peer) ?? new Map<string, Times>()
    this.#peers.delete(peer)
    this.#peers.set(peer, instances)
    deleteOldest(this.#peers, MAX_PEERS)
    this.#hellos += 1
    const now = this.#now()
    const known = instances.get(instance)
    if (known === undefined) {
      const times = { last: now, firstHello: this.#hellos, lastHello: this.#hellos }
      instances.set(instance, times)
      deleteOldest(instances, MAX_INSTANCES)
      return instances.size > 1
    }
    known.last = now
    known.lastHello = this.#hellos
    return false
  }

  /** Other instances of the peer that said hello after this one had begun. */
  othersOf(peer: string, instance: string): string[] {
    const instances = this.#peers.get(peer)
    const own = instances?.get(instance)
    if (instances === undefined || own === undefined) return []
    const since = this.#now() - FORGET_AFTER
    return [...instances]
      .filter(
        ([name, { last, lastHello }]) =>
          name !== instance && lastHello > own.firstHello && last >= since
      )
      .map(([name]) => name)
  }
}

function deleteOldest(map: Map<string, unknown>, size: number): void {
  for (const name of map.keys()) {
    if (map.size <= size) return
    map.delete(name)
  }
}
