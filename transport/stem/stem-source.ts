/**
 * The source of stems: sends own entries that no peer has shown, and watches that they come back.
 * Those that do not are sent by another relay once, and then gossiped from here.
 */
import { readEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_STEM_BATCH_BYTES } from '../constants.ts'
import { SendLoop } from './send-loop.ts'
import type { Entry, Replica } from '../../crdt/index.ts'
import type { ItemSource, SourceInit } from './stem-path.ts'

export interface StemSourceInit extends SourceInit<Entry> {
  readonly replica: Pick<
    Replica,
    'entriesAfter' | 'headOf' | 'hiddenAuthors' | 'unhide' | 'publicSeq'
  >
  /** Whether any peer of the swarm is connected, relay or not. */
  readonly isConnected: () => boolean
  /** Gossips entries that are in the replica. */
  readonly gossip: (entries: readonly Entry[]) => Promise<void>
}

/** Of one author: what was sent, and what an embargo waits for. */
interface StemProgress {
  readonly author: Uint8Array
  /** Place up to which entries were handed to a relay. */
  sentSeq: number
  /** Place that must be shown when the embargo ends; 0 while none is set. */
  awaitedSeq: number
  isRetry: boolean
}

export class StemSource extends SendLoop implements ItemSource {
  readonly #init: StemSourceInit
  readonly #sent = new Map<string, StemProgress>()

  constructor(init: StemSourceInit) {
    super({ ...init, task: () => this.#send() })
    this.#init = init
  }

  async #send(): Promise<void> {
    const { replica } = this.#init
    const hidden = replica.hiddenAuthors()
    const names = new Set(hidden.map(toHex))
    for (const name of this.#sent.keys()) if (!names.has(name)) this.#sent.delete(name)
    for (const author of hidden) {
      const name = toHex(author)
      const sent = this.#sent.get(name) ?? { author, sentSeq: 0, awaitedSeq: 0, isRetry: false }
      this.#sent.set(name, sent)
      sent.sentSeq = Math.max(sent.sentSeq, replica.publicSeq(author) ?? 0)
      const isSent = await this.#sendAfter(sent)
      // Where only peers are that take no stems, it ends here when its time has come.
      const awaited = isSent ? sent.sentSeq : replica.headOf(author).seq
      if (sent.awaitedSeq === 0 && (isSent || this.#init.isConnected())) this.#watch(sent, awaited)
      if (!isSent) return
    }
  }

  /** False when no relay takes more. */
  async #sendAfter(sent: StemProgress): Promise<boolean> {
    let batch: Entry[] = []
    let bytes = 0
    const pass = async (): Promise<boolean> => {
      const last = batch.at(-1)
      if (last === undefined) return true
      if (!(await this.#init.relay(batch))) return false
      sent.sentSeq = last.seq
      batch = []
      bytes = 0
      return true
    }
    for await (const entry of this.#init.replica.entriesAfter(sent.author, sent.sentSeq)) {
      if (bytes + entry.length > MAX_STEM_BATCH_BYTES && !(await pass())) return false
      batch.push(readEntry(entry))
      bytes += entry.length
    }
    return pass()
  }

  #watch(sent: StemProgress, awaited: number): void {
    sent.awaitedSeq = awaited
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
    const publicSeq = this.#init.replica.publicSeq(sent.author)
    const isShown = publicSeq === undefined || publicSeq >= sent.awaitedSeq
    if (!isShown && sent.isRetry) await this.#gossipFromHere(sent.author)
    if (!isShown && !sent.isRetry) {
      sent.isRetry = true
      sent.sentSeq = publicSeq
      this.#init.rotateRelays()
    } else sent.isRetry = false
    sent.awaitedSeq = 0
    this.send()
  }

  async #gossipFromHere(author: Uint8Array): Promise<void> {
    const { replica, gossip } = this.#init
    const { seq } = replica.headOf(author)
    await replica.unhide(author, seq)
    for await (const entry of replica.entriesAfter(author, seq - 1))
      await gossip([readEntry(entry)])
  }
}
