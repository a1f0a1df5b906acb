/**
 * Room for exchanges that this node runs, by who the peer is. No set of peers takes all of it: those
 * that came by themselves leave the room of those that this node dialled, and the peers that it was
 * given have room of their own. A peer whose exchange failed, by time mostly, shares a small room with
 * its like until one succeeds. In each room only runs that work take places (`sync-room.ts`).
 */
import { MAX_SLOW_PEERS, SYNC_ROOM } from '../constants.ts'
import { PeerWaits } from './peer-waits.ts'
import { SyncRoom } from './sync-room.ts'
import type { PeerId } from '@libp2p/interface'
import type { SyncPlace } from './sync-room.ts'

/** Who a peer is to this node: one that it was given, one that it dialled, or one that dialled it. */
export type PeerClass = 'bootstrap' | 'dialled' | 'inbound'

/** Who the peers are. */
export interface SlotPeers {
  /** Which exchanges one with the peer shares room with. */
  classOf(peer: PeerId): PeerClass
  /** Whether the peer has brought nothing yet, and came lately; default: no. */
  isNew?(peer: PeerId): boolean
  /** The network that the peer is of; undefined if it is not known. */
  groupOf?(peer: PeerId): string | undefined
}

type Room = PeerClass | 'slow'

export class SyncSlots<T> {
  readonly #peers: SlotPeers
  readonly #rooms: Readonly<Record<Room, SyncRoom>>
  readonly #waits: PeerWaits
  /** Names of those whose last exchange failed; the latest ones. */
  readonly #slow = new Set<string>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(peers: SlotPeers, now: () => number = () => performance.now()) {
    this.#peers = peers
    this.#waits = new PeerWaits(now)
    this.#rooms = {
      bootstrap: new SyncRoom(SYNC_ROOM.bootstrap, now),
      dialled: new SyncRoom(SYNC_ROOM.dialled, now),
      inbound: new SyncRoom(SYNC_ROOM.inbound, now),
      slow: new SyncRoom(SYNC_ROOM.slow, now)
    }
  }

  /** Runs it when there is room. */
  run(
    peer: PeerId,
    task: (place: SyncPlace) => Promise<T>,
    { signal }: { readonly signal: AbortSignal }
  ): Promise<T> {
    const name = peer.toString()
    const room = this.#slow.has(name) ? 'slow' : this.#peers.classOf(peer)
    const placed = async (place: SyncPlace): Promise<T> => {
      try {
        const result = await task(place)
        this.#slow.delete(name)
        return result
      } catch (error) {
        this.#markSlow(name)
        throw error
      }
    }
    const of = {
      wait: this.#waits.of(name),
      isNew: () => this.#peers.isNew?.(peer) ?? false,
      group: this.#peers.groupOf?.(peer)
    }
    return this.#rooms[room].run(placed, of, signal)
  }

  #markSlow(name: string): void {
    this.#slow.delete(name)
    this.#slow.add(name)
    const [oldest] = this.#slow
    if (this.#slow.size > MAX_SLOW_PEERS && oldest !== undefined) this.#slow.delete(oldest)
  }
}
