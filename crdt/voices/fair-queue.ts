/**
 * A queue that is fair by source: of each source as much work is done as of the others, whatever each
 * one waits with. A source is a peer, and within it a voice. Each request has a cost; a source begins
 * where its last request ended, and the one that begins first is next (start-time fair queueing,
 * Goyal, Vin, Cheng 1996). A source that was idle begins now at the earliest, so that it saves up nothing.
 */

/** Where work comes from. */
export interface CheckSource {
  /** The peer that brings it; empty for this node's own. */
  readonly peer: string
  /** The voice that it claims to be of. */
  readonly voice: string
}

export interface FairItem {
  readonly source: CheckSource
  /** In any unit, more than 0. */
  readonly cost: number
}

interface Lane<T> {
  readonly content: T
  /** Requests that wait. */
  waiting: number
  /** Where its next request begins. */
  start: number
}

/** Lanes by name. The queue takes the next check from the lane that begins first. */
class Lanes<T> {
  readonly #lanes = new Map<string, Lane<T>>()
  readonly #create: () => T
  /** Where the last request began. */
  #now = 0

  constructor(create: () => T) {
    this.#create = create
  }

  /** One more request waits in the lane. */
  enter(name: string): T {
    const known = this.#lanes.get(name)
    const lane = known ?? { content: this.#create(), waiting: 0, start: this.#now }
    if (known === undefined) this.#lanes.set(name, lane)
    lane.waiting += 1
    return lane.content
  }

  /** The lane that begins first; the first that came of equal ones. */
  next(): Lane<T> | undefined {
    let first: Lane<T> | undefined
    for (const lane of this.#lanes.values()) {
      if (lane.waiting > 0 && lane.start < (first?.start ?? Infinity)) first = lane
    }
    return first
  }

  /** The lane with most. */
  longest(except?: string): Lane<T> | undefined {
    let most: Lane<T> | undefined
    for (const [name, lane] of this.#lanes) {
      if (name !== except && lane.waiting > (most?.waiting ?? 0)) most = lane
    }
    return most
  }

  /** A request of the lane is served. */
  serve(lane: Lane<T>, cost: number): void {
    lane.waiting -= 1
    this.#now = Math.max(this.#now, lane.start)
    lane.start = this.#now + cost
    for (const [name, each] of this.#lanes) {
      // Where another one that is idle would begin too.
      if (each.waiting === 0 && each.start <= this.#now) this.#lanes.delete(name)
    }
  }

  all(): Iterable<Lane<T>> {
    return this.#lanes.values()
  }
}

export class FairQueue<T extends FairItem> {
  #peers = newPeers<T>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: T): void {
    const { peer, voice } = item.source
    this.#peers.enter(peer).enter(voice).push(item)
    this.#size += 1
  }

  /** The next request; it no longer waits. */
  shift(): T | undefined {
    const peer = this.#peers.next()
    const voice = peer?.content.next()
    const item = voice?.content.shift()
    if (peer === undefined || voice === undefined || item === undefined) return undefined
    this.#peers.serve(peer, item.cost)
    peer.content.serve(voice, item.cost)
    this.#left(1)
    return item
  }

  /** Takes away the last request of the peer that waits with most, none of this node's own. */
  dropLast(): T | undefined {
    const peer = this.#peers.longest('')
    const voice = peer?.content.longest()
    const item = voice?.content.pop()
    if (peer === undefined || voice === undefined || item === undefined) return undefined
    peer.waiting -= 1
    voice.waiting -= 1
    this.#left(1)
    return item
  }

  /** Takes away all that the test names. */
  remove(test: (item: T) => boolean): T[] {
    const removed: T[] = []
    for (const peer of this.#peers.all()) {
      for (const voice of peer.content.all()) {
        const gone = voice.content.filter(test)
        const kept = voice.content.filter((item) => !test(item))
        voice.content.splice(0, voice.content.length, ...kept)
        voice.waiting -= gone.length
        peer.waiting -= gone.length
        removed.push(...gone)
      }
    }
    this.#left(removed.length)
    return removed
  }

  #left(count: number): void {
    this.#size -= count
    // Nobody waits: all begin again.
    if (this.#size === 0) this.#peers = newPeers()
  }
}

function newPeers<T>(): Lanes<Lanes<T[]>> {
  return new Lanes(() => new Lanes<T[]>(() => []))
}
