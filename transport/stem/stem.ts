/**
 * `/stem/1.0.0`: entries travel through other peers before they are gossiped, so that who gossips an
 * entry first is not who signed it (Dandelion++, Fanti et al., SIGMETRICS 2018).
 *
 * For an epoch a peer passes everything that comes from one neighbour, or from itself, to one relay.
 * In one epoch of ten it passes nothing on and gossips instead. It does so too where there is no
 * relay, where an entry comes round in a circle, and where it has not seen an entry come back by
 * gossip before its embargo ended. Nothing on a stem is in a replica: it is in memory, bounded, and
 * lost with its relay, for which the embargo of those before it makes good.
 *
 * Not guaranteed: anonymity from who watches most links, or who is all of a node's neighbours.
 */
import {
  hasOwnPayload,
  hasValidSignature,
  readEntry,
  Serial,
  writeEntry
} from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import {
  MAX_INBOUND_EXCHANGES,
  MAX_STEM_BATCH_BYTES,
  MAX_STEM_FRAME_BYTES,
  MAX_STEM_POOL_BYTES,
  STEM_EMBARGO,
  STEM_EPOCH,
  STEM_FLUFF_PROBABILITY
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { Exchanges } from '../streams/exchange.ts'
import { StemRelays } from './stem-relays.ts'
import { StemSource } from './stem-source.ts'
import type { PeerId, Startable } from '@libp2p/interface'
import type { Entry, Replica, SignedHeader } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FrameStream } from '../streams/frame-stream.ts'
import type { Clock } from '../peers/offences.ts'
import type { StemSourceInit } from './stem-source.ts'

export interface StemInit extends ExchangeServiceInit {
  readonly replica: StemSourceInit['replica'] & Pick<Replica, 'admit' | 'off' | 'on' | 'swarm'>
  readonly clock: Clock
  /** 0 to 1. */
  random(): number
  /** Whether any peer of the swarm is connected, relay or not. */
  isConnected(): boolean
  readonly onHeader?: (peer: PeerId, header: SignedHeader) => void
  /** Gossips entries that are in the replica. */
  readonly gossip: (entries: readonly Entry[]) => Promise<void>
  /** Milliseconds after which an entry that did not come back is gossiped here, at least. */
  readonly embargo?: number
}

export interface Stem {
  /** Sends own entries that no peer has shown, or sends them again; returns at once. */
  send(): void
  /** Resolves when nothing is being sent or passed on. */
  idle(): Promise<void>
}

/** A service for `createLibp2p`. */
export function stem(init: StemInit): (components: ExchangeComponents) => Stem {
  return (components) => new StemService(components, init)
}

/** What the stems of own entries begin at, in place of a neighbour. */
const SELF = ''

class StemService implements Stem, Startable {
  readonly #init: StemInit
  readonly #exchanges: Exchanges
  readonly #relays: StemRelays
  /** Entries that were passed on and have not come back, by hash in hex. */
  readonly #pool = new Map<string, Uint8Array>()
  #poolBytes = 0
  /** By the neighbour that entries come from: they are passed on in their order. */
  readonly #queues = new Map<string, Serial>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #source: StemSource

  constructor(components: ExchangeComponents, init: StemInit) {
    this.#init = init
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: 'stem',
      maxFrameBytes: MAX_STEM_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      respond: (frames, signal, peer) => this.#receive(frames, signal, peer),
      onConnect: () => this.send()
    })
    this.#relays = new StemRelays({
      clock: init.clock,
      random: () => init.random(),
      epoch: STEM_EPOCH,
      fluffProbability: STEM_FLUFF_PROBABILITY,
      peers: () => this.#exchanges.peers()
    })
    this.#source = new StemSource({
      replica: init.replica,
      gossip: init.gossip,
      isConnected: () => init.isConnected(),
      relay: (batch) => this.#relay(batch, SELF),
      rotateRelays: () => this.#relays.rotate(),
      startEmbargo: (onEnd) => this.#embargo(onEnd),
      onError: (error) => this.#exchanges.log('cannot send own entries - %e', error)
    })
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/stem'

  async start(): Promise<void> {
    this.#init.replica.on('entry:admit', this.#onAdmitted)
    await this.#exchanges.start()
  }

  async stop(): Promise<void> {
    this.#init.replica.off('entry:admit', this.#onAdmitted)
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

  async idle(): Promise<void> {
    await this.#source.idle()
    await Promise.all([...this.#queues.values()].map((serial) => serial.run(async () => {})))
  }

  /** Of a stream that ends before its batch does, nothing is passed on or kept. */
  async #receive(frames: FrameStream, signal: AbortSignal, peer: PeerId): Promise<void> {
    const batch: Entry[] = []
    const looped: Entry[] = []
    try {
      await this.#readBatch(frames, signal, peer, { batch, looped })
    } catch (error) {
      for (const entry of batch) this.#removeFromPool(entry)
      throw error
    }
    const name = peer.toString()
    void this.#queueOf(name).run(async () => {
      if (looped.length > 0) await this.#fluff(looped, name)
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
    { batch, looped }: { readonly batch: Entry[]; readonly looped: Entry[] }
  ): Promise<void> {
    let bytes = 0
    for (let frame = await frames.read({ signal }); frame; frame = await frames.read({ signal })) {
      bytes += frame.length
      if (bytes > MAX_STEM_BATCH_BYTES + MAX_STEM_FRAME_BYTES) {
        throw new ProtocolError('more entries on a stem than one batch may have')
      }
      if (this.#poolBytes + bytes > MAX_STEM_POOL_BYTES) throw new Error('The stem pool is full.')
      const entry = readEntry(frame)
      if (!hasValidSignature(this.#init.replica.swarm, entry)) {
        throw new ProtocolError('an entry on a stem with a bad signature')
      }
      // Who gossiped it further would be blamed for it.
      if (!hasOwnPayload(entry)) throw new ProtocolError('an entry on a stem with another payload')
      this.#init.onHeader?.(peer, entry)
      // What is in the replica is past its stem, unless it is this node's own and comes by in a circle.
      if (this.#isStored(entry) && !this.#isHidden(entry)) continue
      const isCircle = this.#pool.has(toHex(entry.hash))
      ;(isCircle ? looped : batch).push(entry)
      if (!isCircle) this.#addToPool(entry, frame)
    }
  }

  /** Hands a batch to the relay of where it comes from; false when there is none that takes it. */
  async #relay(batch: readonly Entry[], from: string): Promise<boolean> {
    const refused = new Set<string>()
    for (;;) {
      const relay = this.#relays.relayFor(from, refused)
      if (relay === undefined) return false
      try {
        await this.#exchanges.run(relay, async (frames, signal) => {
          for (const entry of batch) await frames.write(writeEntry(entry), { signal })
        })
        return true
      } catch (error) {
        if (this.#exchanges.stopping.aborted) return false
        this.#exchanges.log('%p refused the stem - %e', relay, error)
        refused.add(relay.toString())
      }
    }
  }

  /**
   * The stem ends here: what is still not in the replica comes in, and is gossiped. Where that fails,
   * as on a full disk, the embargo of those before it makes good.
   */
  async #fluff(batch: readonly Entry[], from: string): Promise<void> {
    try {
      await this.#admitAndGossip(batch, from)
    } catch (error) {
      for (const entry of batch) this.#removeFromPool(entry)
      this.#exchanges.log('cannot end a stem - %e', error)
    }
  }

  async #admitAndGossip(batch: readonly Entry[], from: string): Promise<void> {
    const { replica, gossip } = this.#init
    const newEntries: Entry[] = []
    for (const entry of batch.toSorted((a, b) => a.seq - b.seq)) {
      if (!this.#pool.has(toHex(entry.hash))) continue
      const isHidden = this.#isHidden(entry)
      const admission = await replica.admit(writeEntry(entry), from)
      if (admission.outcome === 'gap') continue
      this.#removeFromPool(entry)
      if (admission.outcome === 'admitted') await admission.durable
      if (admission.outcome === 'admitted' || isHidden) newEntries.push(entry)
    }
    if (newEntries.length > 0) await gossip(newEntries)
    const left = batch.filter(({ hash }) => this.#pool.has(toHex(hash)))
    // The entries before them are on another stem; after another embargo they are nobody's any more.
    if (left.length > 0)
      this.#embargo(async () => left.forEach((entry) => this.#removeFromPool(entry)))
  }

  #isStored({ author, seq }: Entry): boolean {
    return seq <= this.#init.replica.headOf(author).seq
  }

  #isHidden({ author, seq }: Entry): boolean {
    return seq > (this.#init.replica.publicSeq(author) ?? Infinity)
  }

  #embargo(onEnd: () => Promise<void>): void {
    if (this.#exchanges.stopping.aborted) return
    const { embargo = STEM_EMBARGO } = this.#init
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        onEnd().catch((error: unknown) =>
          this.#exchanges.log('cannot gossip entries after an embargo - %e', error)
        )
      },
      embargo * (1 + this.#init.random())
    )
    timer.unref()
    this.#timers.add(timer)
  }

  readonly #onAdmitted = (entry: Entry): void => this.#removeFromPool(entry)

  #addToPool(entry: Entry, bytes: Uint8Array): void {
    this.#pool.set(toHex(entry.hash), bytes)
    this.#poolBytes += bytes.length
  }

  #removeFromPool({ hash }: Pick<Entry, 'hash'>): void {
    const bytes = this.#pool.get(toHex(hash))
    if (bytes === undefined) return
    this.#pool.delete(toHex(hash))
    this.#poolBytes -= bytes.length
  }

  #queueOf(name: string): Serial {
    const known = this.#queues.get(name)
    if (known !== undefined) return known
    const serial = new Serial()
    this.#queues.set(name, serial)
    return serial
  }
}
