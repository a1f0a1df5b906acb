/**
 * The source of stems: sends own entries that no peer has shown, by one relay for each author, and
 * watches that they come back. Those that do not are sent by another relay. When an author has used up
 * its relays, its entries are gossiped from here, or wait, as the swarm was told.
 */
import { readEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_STEM_BATCH_BYTES, STUCK_EMBARGOES } from '../constants.ts'
import { SendLoop } from './send-loop.ts'
import type { Entry, Replica } from '../../crdt/index.ts'
import type { AuthorRelays } from './author-relays.ts'
import type { ItemSource, SourceInit } from './stem-path.ts'

export interface StemSourceInit extends SourceInit<Entry> {
  readonly replica: Pick<
    Replica,
    'entriesAfter' | 'headOf' | 'hiddenAuthors' | 'unhide' | 'publicSeq'
  >
  readonly relays: Pick<AuthorRelays, 'miss' | 'reach' | 'relayOf' | 'replace' | 'tryNext'>
  /** Whether any peer of the swarm is connected, relay or not. */
  readonly isConnected: () => boolean
  /** False: entries of an author without relays wait, and are not gossiped by this node. */
  readonly mayGossip: boolean
  /** Gossips entries that are in the replica. */
  readonly gossip: (entries: readonly Entry[]) => Promise<void>
  /** No relay of the author passes its entries on, and this node may not gossip them. */
  readonly onStuck: (author: Uint8Array) => void
}

/** Of one author: what was sent, and what an embargo waits for. */
interface StemProgress {
  readonly author: Uint8Array
  /** Place up to which entries were handed to a relay. */
  sentSeq: number
  /** Place that must be shown when the embargo ends. */
  awaitedSeq: number
  /** Whether an embargo runs: one at a time, also of a feed that has lost what was hidden. */
  isWatched: boolean
  /** Embargoes that ended since something was shown. */
  failures: number
}

/** What became of a batch: the relay has it, it may have it later, or there is none. */
type Sent = 'sent' | 'gone' | 'none'

export class StemSource extends SendLoop implements ItemSource {
  readonly #init: StemSourceInit
  readonly #sent = new Map<string, StemProgress>()

  constructor(init: StemSourceInit) {
    super({ ...init, task: () => this.#send() })
    this.#init = init
  }

  async #send(): Promise<void> {
    const { replica, startEmbargo, isConnected } = this.#init
    const hidden = replica.hiddenAuthors()
    const names = new Set(hidden.map(toHex))
    for (const name of this.#sent.keys()) if (!names.has(name)) this.#sent.delete(name)
    let isAnyGone = false
    for (const author of hidden) {
      const name = toHex(author)
      const sent = this.#sent.get(name) ?? progressOf(author)
      this.#sent.set(name, sent)
      sent.sentSeq = Math.max(sent.sentSeq, replica.publicSeq(author) ?? 0)
      if (sent.failures > STUCK) continue
      const result = await this.#sendAfter(sent)
      isAnyGone ||= result === 'gone'
      if (result === 'gone' || sent.isWatched) continue
      // Where only peers are that take no stems, it ends here when its time has come.
      if (result === 'sent') this.#watch(sent, sent.sentSeq)
      else if (isConnected()) this.#watch(sent, replica.headOf(author).seq)
    }
    if (isAnyGone) startEmbargo(() => Promise.resolve(this.send()))
  }

  async #sendAfter(sent: StemProgress): Promise<Sent> {
    let batch: Entry[] = []
    let bytes = 0
    const pass = async (): Promise<Sent> => {
      const last = batch.at(-1)
      if (last === undefined) return 'sent'
      const result = await this.#hand(sent.author, batch)
      if (result !== 'sent') return result
      sent.sentSeq = last.seq
      batch = []
      bytes = 0
      return 'sent'
    }
    for await (const entry of this.#init.replica.entriesAfter(sent.author, sent.sentSeq)) {
      const isFull = bytes + entry.length > MAX_STEM_BATCH_BYTES
      const result = isFull ? await pass() : 'sent'
      if (result !== 'sent') return result
      batch.push(readEntry(entry))
      bytes += entry.length
    }
    return pass()
  }

  /** Hands a batch to the relay of the author. */
  async #hand(author: Uint8Array, batch: readonly Entry[]): Promise<Sent> {
    const { relays, relayTo } = this.#init
    const relay = await relays.relayOf(author)
    if (relay.type !== 'relay') return relay.type
    if (!(await relayTo(relay.peer, batch))) {
      relays.miss(author)
      return 'gone'
    }
    relays.reach(author)
    return 'sent'
  }

  #watch(sent: StemProgress, awaited: number): void {
    sent.awaitedSeq = awaited
    sent.isWatched = true
    this.#init.startEmbargo(() => this.#onEmbargoEnded(sent))
  }

  /** Where it fails, as on a full disk, another embargo begins. */
  async #onEmbargoEnded(sent: StemProgress): Promise<void> {
    try {
      await this.#endEmbargo(sent)
    } catch (error) {
      this.#init.startEmbargo(() => this.#onEmbargoEnded(sent))
      throw error
    }
  }

  /** In each case the watch ends: entries that come later, also of this author, have their own. */
  async #endEmbargo(sent: StemProgress): Promise<void> {
    const { relays, mayGossip } = this.#init
    const publicSeq = this.#init.replica.publicSeq(sent.author)
    const isShown = publicSeq === undefined || publicSeq >= sent.awaitedSeq
    if (isShown) sent.failures = 0
    else {
      const isReplaced = await relays.replace(sent.author)
      // Where no other peer is, the same relay gets them once more.
      const isLast = !isReplaced && sent.failures > 0
      if (isLast && mayGossip) {
        await this.#gossipFromHere(sent.author)
        sent.failures = 0
      } else {
        sent.sentSeq = publicSeq
        sent.failures += 1
        if (isLast) await this.#rest(sent)
      }
    }
    sent.isWatched = false
    this.send()
  }

  /** Tries the relays of the author again after a while. */
  async #rest(sent: StemProgress): Promise<void> {
    const { relays, onStuck, startEmbargo } = this.#init
    await relays.tryNext(sent.author)
    onStuck(sent.author)
    sent.failures = STUCK + 1
    const wait = (left: number): void =>
      startEmbargo(async () => {
        if (left > 1) return wait(left - 1)
        sent.failures = 1
        this.send()
      })
    wait(STUCK_EMBARGOES)
  }

  async #gossipFromHere(author: Uint8Array): Promise<void> {
    const { replica, gossip } = this.#init
    const { seq } = replica.headOf(author)
    await replica.unhide(author, seq)
    for await (const entry of replica.entriesAfter(author, seq - 1))
      await gossip([readEntry(entry)])
  }
}

function progressOf(author: Uint8Array): StemProgress {
  return { author, sentSeq: 0, awaitedSeq: 0, isWatched: false, failures: 0 }
}

/** More failures than relays: nothing is sent until the rest is over. */
const STUCK = 100
