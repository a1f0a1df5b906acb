/**
 * Stems: items travel through other peers before they are gossiped, so that who gossips an item first
 * is not its author (Dandelion++, Fanti et al., SIGMETRICS 2018).
 *
 * For an epoch a peer passes everything that comes from one neighbour, or from itself, to one relay.
 * In one epoch of ten it passes nothing on and gossips instead. It does so too where there is no
 * relay, where an item comes round in a circle, and where it has not seen an item come back by
 * gossip before its embargo ended. Nothing on a stem is in a replica: it is in memory, bounded, and
 * lost with its relay, for which the embargo of those before it makes good.
 *
 * Not guaranteed: anonymity from who watches most links, or who is all of a node's neighbours.
 */
import { Serial } from '../../crdt/index.ts'
import {
  MAX_INBOUND_EXCHANGES,
  MAX_STEM_POOL_BYTES,
  STEM_EMBARGO,
  STEM_EPOCH,
  STEM_FLUFF_PROBABILITY,
  STEM_HAND_TIMEOUT
} from '../constants.ts'
import { withDeadline } from '../streams/deadline.ts'
import { Exchanges } from '../streams/exchange.ts'
import { TurnTaking } from '../streams/turn-taking.ts'
import { CutStems } from './cut-stems.ts'
import { StemBatches } from './stem-batches.ts'
import { StemRelays } from './stem-relays.ts'
import type { PeerId, Startable } from '@libp2p/interface'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FrameStream } from '../streams/frame-stream.ts'
import type { Clock } from '../peers/offences.ts'

/** What travels on a stem: entries, or retractions. */
export interface StemItems<Item> {
  /** For the log. */
  readonly name: string
  /** Of the smallest item. */
  readonly minFrameBytes: number
  readonly maxFrameBytes: number
  /** Of all frames but the last one. */
  readonly maxBatchBytes: number
  /** An item of a peer. Throws `ProtocolError` or `MalformedError` for one that no honest peer sends. */
  read(frame: Uint8Array, peer: PeerId): Item
  write(item: Item): Uint8Array
  /** Equal for equal items only. */
  nameOf(item: Item): string
  /** Whether the stem of the item has ended: peers see it here. */
  isPast(item: Item): boolean
  /** False: the item may be forged, and goes no further. */
  isGenuine?(item: Item, peer: PeerId): Promise<boolean>
  /**
   * Admits items whose stem ends here. Returns those to gossip, and those that cannot be admitted yet.
   * `from`: the peer that has sent them.
   */
  admit(
    items: readonly Item[],
    from: string
  ): Promise<{ readonly news: Item[]; readonly later: Item[] }>
  /** Gossips items that are in the replica. */
  gossip(items: readonly Item[]): Promise<void>
}

/** Sends this node's own items. */
export interface ItemSource {
  /** Sends what was not sent yet; returns at once. */
  send(): void
  idle(): Promise<void>
}

/** What a source sends by. */
export interface SourceInit<Item> {
  /** Hands items to the relay of this node; false when there is none that takes them. */
  readonly relay: (batch: readonly Item[]) => Promise<boolean>
  /** Hands items to this peer; false if it does not take them. */
  readonly relayTo: (peer: PeerId, batch: readonly Item[]) => Promise<boolean>
  /** Connected peers that take stems. */
  readonly peers: () => readonly PeerId[]
  /** Takes other relays from now on. */
  readonly rotateRelays: () => void
  /** Calls back after an embargo, unless the node stops before. */
  readonly startEmbargo: (onEnd: () => Promise<void>) => void
  readonly onError: (error: unknown) => void
}

export interface StemPathInit<Item> extends ExchangeServiceInit {
  readonly items: StemItems<Item>
  createSource(init: SourceInit<Item>): ItemSource
  readonly clock: Clock
  /** The network that a peer is of; undefined if it is not known. */
  groupOf?(peer: PeerId): string | undefined
  /** 0 to 1. */
  random(): number
  /** Milliseconds after which an item that did not come back is gossiped here, at least. */
  readonly embargo?: number
  /** Milliseconds that a relay may take to read a batch. */
  readonly handTimeout?: number
}

/** Own items that are known when they come back on a stem. */
const MAX_WATCHED_ITEMS = 4_096

/** What the stems of own items begin at, in place of a neighbour. */
const SELF = ''

export class StemPath<Item> implements ItemSource, Startable {
  readonly #init: StemPathInit<Item>
  readonly #exchanges: Exchanges
  readonly #relays: StemRelays
  readonly #batches: StemBatches
  readonly #cuts: CutStems
  /** Of all batches: 20 at a time would else take the event loop for 0.1 s. */
  readonly #turn = new TurnTaking()
  /** Sizes of items that were passed on and have not come back, by name. */
  readonly #pool = new Map<string, number>()
  #poolBytes = 0
  /**
   * Own items that were handed to a relay, by name. One that comes back on a stem ends here, as at every
   * node that has passed it on: so nobody learns by sending it back whose it is.
   */
  readonly #own = new Map<string, Item>()
  /**
   * Names of items that came round and wait for their end here. They are in no pool, so that a peer which
   * sends a batch again and again would fill the memory with it.
   */
  readonly #ending = new Set<string>()
  /** By the neighbour that items come from, while something of it waits: passed on in their order. */
  readonly #queues = new Map<string, Queue>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #source: ItemSource

  constructor(components: ExchangeComponents, init: StemPathInit<Item>) {
    this.#init = init
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: init.items.name,
      maxFrameBytes: init.items.maxFrameBytes,
      maxStreams: MAX_INBOUND_EXCHANGES,
      respond: (frames, signal, peer) => this.#receive(frames, signal, peer),
      onConnect: () => this.send()
    })
    const { minFrameBytes, maxBatchBytes, maxFrameBytes } = init.items
    this.#batches = new StemBatches({
      minFrameBytes,
      maxBatchBytes: maxBatchBytes + maxFrameBytes,
      clock: init.clock
    })
    this.#cuts = new CutStems(init.clock)
    this.#relays = new StemRelays({
      clock: init.clock,
      random: () => init.random(),
      epoch: STEM_EPOCH,
      fluffProbability: STEM_FLUFF_PROBABILITY,
      peers: () => this.#exchanges.peers()
    })
    this.#source = init.createSource({
      relay: async (batch) => this.#noteOwn(batch, await this.#relay(batch, SELF)),
      relayTo: async (peer, batch) => this.#noteOwn(batch, await this.#hand(peer, batch)),
      peers: () => this.#exchanges.peers(),
      rotateRelays: () => this.#relays.rotate(),
      startEmbargo: (onEnd) => this.#embargo(onEnd),
      onError: (error) => this.#exchanges.log('cannot send own items - %e', error)
    })
  }

  get [Symbol.toStringTag](): string {
    return `noormme-hive/${this.#init.items.name}`
  }

  async start(): Promise<void> {
    await this.#exchanges.start()
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    await this.#exchanges.stop()
    await this.idle()
    this.#pool.clear()
    this.#poolBytes = 0
  }

  send(): void {
    this.#source.send()
  }

  /** Resolves when nothing is being sent or passed on. */
  async idle(): Promise<void> {
    await this.#source.idle()
    await Promise.all([...this.#queues.values()].map(({ serial }) => serial.run(async () => {})))
  }

  /** Own items have come back: the first ones are kept in memory no longer. */
  forgetOwn(): void {
    for (const [name, item] of this.#own) {
      if (!this.#init.items.isPast(item)) break
      this.#own.delete(name)
    }
  }

  /** The item has come back: nothing is to be done for it any more. */
  forget(item: Item): void {
    this.#removeFromPool(this.#init.items.nameOf(item))
  }

  /** Of a stream that ends before its batch does, nothing is passed on or kept. */
  async #receive(frames: FrameStream, signal: AbortSignal, peer: PeerId): Promise<void> {
    const batch: Item[] = []
    const looped: Item[] = []
    try {
      await this.#readBatch(frames, signal, peer, { batch, looped })
    } catch (error) {
      for (const item of batch) this.forget(item)
      this.#ended(looped)
      throw error
    }
    const name = peer.toString()
    void this.#inOrder(name, async () => {
      if (looped.length > 0) await this.#fluff(looped, name)
      this.#ended(looped)
      if (batch.length === 0) return
      if (!this.#relays.isFluffing && (await this.#relay(batch, name))) {
        this.#embargo(() => this.#fluff(batch, name))
      } else await this.#fluff(batch, name)
    })
  }

  async #readBatch(
    frames: FrameStream,
    signal: AbortSignal,
    peer: PeerId,
    { batch, looped }: { readonly batch: Item[]; readonly looped: Item[] }
  ): Promise<void> {
    const { items } = this.#init
    for (const frame of await this.#readFrames(frames, signal, peer)) {
      if (this.#poolBytes + frame.length > MAX_STEM_POOL_BYTES) {
        throw new Error('The stem pool is full.')
      }
      const item = items.read(frame, peer)
      await this.#turn.breathe()
      if (items.isPast(item)) continue
      if (items.isGenuine !== undefined && !(await items.isGenuine(item, peer))) continue
      const name = items.nameOf(item)
      if (this.#ending.has(name)) continue
      if (this.#pool.has(name) || this.#own.has(name)) {
        this.#ending.add(name)
        looped.push(item)
      } else {
        batch.push(item)
        this.#addToPool(name, frame.length)
      }
    }
  }

  async #readFrames(
    frames: FrameStream,
    signal: AbortSignal,
    peer: PeerId
  ): Promise<readonly Uint8Array[]> {
    const name = peer.toString()
    const group = this.#init.groupOf?.(peer)
    if (this.#cuts.isRefused(name)) throw new Error('Too many stems of the peer were cut.')
    try {
      return await this.#batches.read(frames, signal, { peer: name, group })
    } catch (error) {
      this.#cuts.add(name)
      throw error
    }
  }

  /** Hands a batch to the relay of where it comes from; false when there is none that takes it. */
  async #relay(batch: readonly Item[], from: string): Promise<boolean> {
    const refused = new Set<string>()
    while (!this.#exchanges.stopping.aborted) {
      const relay = this.#relays.relayFor(from, refused)
      if (relay === undefined) return false
      if (await this.#hand(relay, batch)) return true
      refused.add(relay.toString())
    }
    return false
  }

  /** A relay that takes a batch byte by byte, for ever, would hold up all that follows. */
  async #hand(peer: PeerId, batch: readonly Item[]): Promise<boolean> {
    const { items, handTimeout = STEM_HAND_TIMEOUT } = this.#init
    try {
      await withDeadline(handTimeout, (late) =>
        this.#exchanges.run(
          peer,
          async (frames, signal) => {
            for (const item of batch) await frames.write(items.write(item), { signal })
          },
          { signal: late }
        )
      )
      return true
    } catch (error) {
      this.#exchanges.log('%p refused the stem - %e', peer, error)
      return false
    }
  }

  /**
   * The stem ends here: what is still not in the replica comes in, and is gossiped. Where that fails,
   * as on a full disk, the embargo of those before it makes good.
   */
  async #fluff(batch: readonly Item[], from: string): Promise<void> {
    try {
      await this.#admitAndGossip(batch, from)
    } catch (error) {
      for (const item of batch) this.forget(item)
      this.#exchanges.log('cannot end a stem - %e', error)
    }
  }

  async #admitAndGossip(batch: readonly Item[], from: string): Promise<void> {
    const { items } = this.#init
    const { news, later } = await items.admit(
      batch.filter((item) => {
        const name = items.nameOf(item)
        return this.#pool.has(name) || this.#own.has(name)
      }),
      from
    )
    const waiting = new Set(later)
    for (const item of batch) if (!waiting.has(item)) this.forget(item)
    if (news.length > 0) await items.gossip(news)
    // What they follow is on another stem; after another embargo they are nobody's any more.
    if (later.length > 0) this.#embargo(async () => later.forEach((item) => this.forget(item)))
  }

  #ended(looped: readonly Item[]): void {
    for (const item of looped) this.#ending.delete(this.#init.items.nameOf(item))
  }

  #noteOwn(batch: readonly Item[], isSent: boolean): boolean {
    const { items } = this.#init
    for (const [name, item] of this.#own) if (items.isPast(item)) this.#own.delete(name)
    if (isSent) for (const item of batch) this.#own.set(items.nameOf(item), item)
    for (const oldest of this.#own.keys()) {
      if (this.#own.size <= MAX_WATCHED_ITEMS) break
      this.#own.delete(oldest)
    }
    return isSent
  }

  #embargo(onEnd: () => Promise<void>): void {
    if (this.#exchanges.stopping.aborted) return
    const { embargo = STEM_EMBARGO } = this.#init
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        onEnd().catch((error: unknown) =>
          this.#exchanges.log('cannot gossip items after an embargo - %e', error)
        )
      },
      embargo * (1 + this.#init.random())
    )
    timer.unref()
    this.#timers.add(timer)
  }

  #addToPool(name: string, bytes: number): void {
    this.#pool.set(name, bytes)
    this.#poolBytes += bytes
  }

  #removeFromPool(name: string): void {
    const bytes = this.#pool.get(name)
    if (bytes === undefined) return
    this.#pool.delete(name)
    this.#poolBytes -= bytes
  }

  /** Runs the task after those of the neighbour that came before. */
  async #inOrder(name: string, task: () => Promise<void>): Promise<void> {
    const queue = this.#queues.get(name) ?? { serial: new Serial(), waiting: 0 }
    this.#queues.set(name, queue)
    queue.waiting += 1
    try {
      await queue.serial.run(task)
    } finally {
      queue.waiting -= 1
      if (queue.waiting === 0) this.#queues.delete(name)
    }
  }
}

/** Batches of one neighbour. */
interface Queue {
  readonly serial: Serial
  waiting: number
}
