/**
 * Room for exchanges that this node runs, by who the peer is. No set of peers takes all of it: those
 * that came by themselves leave the room of those that this node dialled, and the peers that it was
 * given have room of their own. A peer whose exchange failed, by time mostly, shares a small room with
 * its like until one succeeds. In each room only runs that work take places (`sync-room.ts`).
 */
import { MAX_SLOW_PEERS, SYNC_ROOM } from '../constants.ts'
import { SyncRoom } from './sync-room.ts'
import type { PeerId } from '@libp2p/interface'
import type { SyncPlace } from './sync-room.ts'

/** Who a peer is to this node: one that it was given, one that it dialled, or one that dialled it. */
export type PeerClass = 'bootstrap' | 'dialled' | 'inbound'

type Room = PeerClass | 'slow'

export class SyncSlots<T> {
  readonly #classOf: (peer: PeerId) => PeerClass
  readonly #rooms: Readonly<Record<Room, SyncRoom>> = {
    bootstrap: new SyncRoom(SYNC_ROOM.bootstrap),
    dialled: new SyncRoom(SYNC_ROOM.dialled),
    inbound: new SyncRoom(SYNC_ROOM.inbound),
    slow: new SyncRoom(SYNC_ROOM.slow)
  }
  /** Names of those whose last exchange failed; the latest ones. */
  readonly #slow = new Set<string>()

  constructor(classOf: (peer: PeerId) => PeerClass) {
    this.#classOf = classOf
  }

  /** Runs it when there is room. */
  run(
    peer: PeerId,
    task: (place: SyncPlace) => Promise<T>,
    { signal }: { readonly signal: AbortSignal }
  ): Promise<T> {
    const name = peer.toString()
    const room = this.#slow.has(name) ? 'slow' : this.#classOf(peer)
    return this.#rooms[room].run(async (place) => {
      try {
        const result = await task(place)
        this.#slow.delete(name)
        return result
      } catch (error) {
        this.#markSlow(name)
        throw error
      }
    }, signal)
  }

  #markSlow(name: string): void {
    this.#slow.delete(name)
    this.#slow.add(name)
    const [oldest] = this.#slow
    if (this.#slow.size > MAX_SLOW_PEERS && oldest !== undefined) this.#slow.delete(oldest)
  }
}
