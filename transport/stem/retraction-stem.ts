/**
 * `/retraction-stem/1.0.0`: the stems of retractions (`stem-path.ts`). A relay passes on what opens a
 * register that it stores: nobody can fill stems with forged ones.
 */
import {
  RETRACTION_BYTES,
  readRetraction,
  retractionId,
  writeRetraction
} from '../../crdt/index.ts'
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { MAX_STEMMED_RETRACTIONS, STEM_MOMENT } from '../constants.ts'
import { RetractionSource } from './retraction-source.ts'
import { StemPath } from './stem-path.ts'
import type { PeerId } from '@libp2p/interface'
import type { Replica, ReplicaRetractions, Retraction } from '../../crdt/index.ts'
import type { ExchangeComponents } from '../streams/exchange.ts'
import type { PacedRetractions } from '../paced-retractions.ts'
import type { Stem } from './stem.ts'
import type { StemItems, StemPathInit } from './stem-path.ts'

export interface RetractionStemInit extends Omit<
  StemPathInit<Retraction>,
  'createSource' | 'items'
> {
  readonly replica: Pick<Replica, 'off' | 'on'>
  readonly retractions: Pick<ReplicaRetractions, 'has' | 'isHidden' | 'opens' | 'show' | 'toSend'>
  readonly paced: Pick<PacedRetractions, 'admit' | 'mayAdmit'>
  /** Whether any peer of the swarm is connected, relay or not. */
  isConnected(): boolean
  /** Gossips retractions that are in the replica. */
  readonly gossip: (retractions: readonly Retraction[]) => Promise<void>
}

/** A service for `createLibp2p`. */
export function retractionStem(init: RetractionStemInit): (components: ExchangeComponents) => Stem {
  return (components) => new RetractionStem(components, init)
}

class RetractionStem extends StemPath<Retraction> implements Stem {
  readonly #replica: RetractionStemInit['replica']
  /** Ends the moment in which own retractions are gathered. */
  #moment: NodeJS.Timeout | undefined

  constructor(components: ExchangeComponents, init: RetractionStemInit) {
    super(components, {
      ...init,
      items: new StemRetractions(init),
      createSource: (source) => new RetractionSource({ ...init, ...source })
    })
    this.#replica = init.replica
  }

  override async start(): Promise<void> {
    this.#replica.on('retraction:send', this.#send)
    this.#replica.on('entry:unhide', this.#send)
    await super.start()
  }

  override async stop(): Promise<void> {
    this.#replica.off('retraction:send', this.#send)
    this.#replica.off('entry:unhide', this.#send)
    this.#endMoment()
    await super.stop()
    // A peer may have connected meanwhile.
    this.#endMoment()
  }

  #endMoment(): void {
    clearTimeout(this.#moment)
    this.#moment = undefined
  }

  /** What becomes due within a moment leaves in one stem, so that the first relay does not see the calls. */
  override send(): void {
    this.#moment ??= setTimeout(() => {
      this.#moment = undefined
      super.send()
    }, STEM_MOMENT).unref()
  }

  /** Their time has come, or peers have the vote. */
  readonly #send = (): void => this.send()
}

class StemRetractions implements StemItems<Retraction> {
  readonly name = 'retraction-stem'
  readonly minFrameBytes = RETRACTION_BYTES
  readonly maxFrameBytes = RETRACTION_BYTES
  readonly maxBatchBytes = MAX_STEMMED_RETRACTIONS * RETRACTION_BYTES
  readonly #init: RetractionStemInit

  constructor(init: RetractionStemInit) {
    this.#init = init
  }

  read(frame: Uint8Array): Retraction {
    return readAll(frame, readRetraction)
  }

  write(retraction: Retraction): Uint8Array {
    return writeRetraction(retraction)
  }

  nameOf(retraction: Retraction): string {
    return toHex(retractionId(retraction))
  }

  isPast(retraction: Retraction): boolean {
    return this.#init.retractions.has(retractionId(retraction))
  }

  /** What opens nothing here waits, as if it had come by gossip. */
  async isGenuine(retraction: Retraction, peer: PeerId): Promise<boolean> {
    const { retractions, paced } = this.#init
    const name = peer.toString()
    if (!paced.mayAdmit(name)) return false
    if (await retractions.opens(retraction)) return true
    await paced.admit([retraction], name)
    return false
  }

  async admit(
    items: readonly Retraction[],
    from: string
  ): Promise<{ news: Retraction[]; later: Retraction[] }> {
    const results = await this.#init.paced.admit(items, from)
    return { news: items.filter((_, i) => results[i] === 'admitted'), later: [] }
  }

  gossip(items: readonly Retraction[]): Promise<void> {
    return this.#init.gossip(items)
  }
}
