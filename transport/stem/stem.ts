/** `/stem/1.0.0`: the stems of entries (`stem-path.ts`). */
import { hasOwnPayload, hasValidSignature, readEntry, writeEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_STEM_BATCH_BYTES, MAX_STEM_FRAME_BYTES, MIN_STEM_FRAME_BYTES } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { AuthorRelays } from './author-relays.ts'
import { StemPath } from './stem-path.ts'
import { StemSource } from './stem-source.ts'
import type { PeerId } from '@libp2p/interface'
import type { Entry, Replica, SignedHeader } from '../../crdt/index.ts'
import type { ExchangeComponents } from '../streams/exchange.ts'
import type { AuthorRelaysInit } from './author-relays.ts'
import type { StemItems, StemPathInit } from './stem-path.ts'
import type { StemSourceInit } from './stem-source.ts'

export interface StemInit extends Omit<StemPathInit<Entry>, 'createSource' | 'items'> {
  readonly replica: StemSourceInit['replica'] & Pick<Replica, 'admit' | 'off' | 'on' | 'swarm'>
  readonly store: AuthorRelaysInit['store']
  /** Whether any peer of the swarm is connected, relay or not. */
  isConnected(): boolean
  /** False: entries that no relay passes on wait, and are not gossiped by this node. Default true. */
  readonly mayGossip?: boolean
  /** Entries of the author wait, since no relay passes them on. */
  readonly onStuck: (author: Uint8Array) => void
  readonly onHeader?: (peer: PeerId, header: SignedHeader) => void
  /** Gossips entries that are in the replica. */
  readonly gossip: (entries: readonly Entry[]) => Promise<void>
}

export interface Stem {
  /** Sends own entries that no peer has shown, or sends them again; returns at once. */
  send(): void
  /** Resolves when nothing is being sent or passed on. */
  idle(): Promise<void>
}

/** A service for `createLibp2p`. */
export function stem(init: StemInit): (components: ExchangeComponents) => Stem {
  return (components) => new EntryStem(components, init)
}

class EntryStem extends StemPath<Entry> implements Stem {
  readonly #replica: StemInit['replica']

  constructor(components: ExchangeComponents, init: StemInit) {
    super(components, {
      ...init,
      items: new StemEntries(init),
      createSource: (source) =>
        new StemSource({
          ...init,
          ...source,
          mayGossip: init.mayGossip ?? true,
          relays: new AuthorRelays({ ...init, peers: source.peers })
        })
    })
    this.#replica = init.replica
  }

  override async start(): Promise<void> {
    this.#replica.on('entry:admit', this.#onAdmitted)
    this.#replica.on('entry:hide', this.#onHidden)
    this.#replica.on('entry:unhide', this.#onUnhidden)
    await super.start()
  }

  override async stop(): Promise<void> {
    this.#replica.off('entry:admit', this.#onAdmitted)
    this.#replica.off('entry:hide', this.#onHidden)
    this.#replica.off('entry:unhide', this.#onUnhidden)
    await super.stop()
  }

  readonly #onUnhidden = (): void => this.forgetOwn()

  readonly #onAdmitted = (entry: Entry): void => this.forget(entry)

  /** Whatever becomes of the work that made them: what is on disk must leave. */
  readonly #onHidden = (): void => this.send()
}

class StemEntries implements StemItems<Entry> {
  readonly name = 'stem'
  readonly minFrameBytes = MIN_STEM_FRAME_BYTES
  readonly maxFrameBytes = MAX_STEM_FRAME_BYTES
  readonly maxBatchBytes = MAX_STEM_BATCH_BYTES
  readonly #init: StemInit

  constructor(init: StemInit) {
    this.#init = init
  }

  read(frame: Uint8Array, peer: PeerId): Entry {
    const entry = readEntry(frame)
    if (!hasValidSignature(this.#init.replica.swarm, entry)) {
      throw new ProtocolError('an entry on a stem with a bad signature')
    }
    // Who gossiped it further would be blamed for it.
    if (!hasOwnPayload(entry)) throw new ProtocolError('an entry on a stem with another payload')
    this.#init.onHeader?.(peer, entry)
    return entry
  }

  write(entry: Entry): Uint8Array {
    return writeEntry(entry)
  }

  nameOf({ hash }: Entry): string {
    return toHex(hash)
  }

  /** Unless it is this node's own and comes by in a circle. */
  isPast(entry: Entry): boolean {
    const { seq } = this.#init.replica.headOf(entry.author)
    return entry.seq <= seq && !this.#isHidden(entry)
  }

  async admit(entries: readonly Entry[], from: string): Promise<{ news: Entry[]; later: Entry[] }> {
    const news: Entry[] = []
    const later: Entry[] = []
    for (const entry of entries.toSorted((a, b) => a.seq - b.seq)) {
      const isHidden = this.#isHidden(entry)
      const admission = await this.#init.replica.admit(writeEntry(entry), from)
      if (admission.outcome === 'gap') later.push(entry)
      if (admission.outcome === 'admitted') await admission.durable
      // An own one that was shown meanwhile is news; one that is over a budget is not, as that of others.
      const isShown = isHidden && admission.outcome === 'held'
      if (admission.outcome === 'admitted' || isShown) news.push(entry)
    }
    return { news, later }
  }

  gossip(entries: readonly Entry[]): Promise<void> {
    return this.#init.gossip(entries)
  }

  #isHidden({ author, seq }: Entry): boolean {
    return seq > (this.#init.replica.publicSeq(author) ?? Infinity)
  }
}
