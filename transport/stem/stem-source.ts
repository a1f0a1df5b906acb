/**
 * The source of stems: sends own entries that no peer has shown, and watches that they come back.
 * Those that do not are sent by another relay once, and then gossiped from here.
 */
import { readEntry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_STEM_BATCH_BYTES } from '../constants.ts'
import type { Entry, Replica } from '../../crdt/index.ts'

export interface StemSourceInit {
  readonly replica: Pick<
    Replica,
    'entriesAfter' | 'headOf' | 'hiddenAuthors' | 'show' | 'lastShown'
  >
  /** Hands entries to the relay of this node; false when there is none that takes them. */
  readonly pass: (batch: readonly Entry[]) => Promise<boolean>
  /** Whether any peer of the swarm is connected, relay or not. */
  readonly isConnected: () => boolean
  /** Takes other relays from now on. */
  readonly renew: () => void
  /** Gossips entries that are in the replica. */
  readonly spread: (entries: readonly Entry[]) => Promise<void>
  /** Calls back after an embargo, unless the node stops before. */
  readonly embargo: (onEnd: () => Promise<void>) => void
  readonly onFailed: (error: unknown) => void
}

/** Of one author: what was sent, and what an embargo waits for. */
interface Sent {
  readonly author: Uint8Array
  /** Place up to which entries were handed to a relay. */
  upTo: number
  /** Place that must be shown when the embargo ends; 0 while none is set. */
  awaited: number
  hasTriedAgain: boolean
}

export class StemSource {
  readonly #init: StemSourceInit
  readonly #sent = new Map<string, Sent>()
  #sending: Promise<void> | undefined
  #again = false

  constructor(init: StemSourceInit) {
    this.#init = init
  }

  /** Sends what was not sent yet; returns at once. */
  send(): void {
    if (this.#sending !== undefined) {
      this.#again = true
      return
    }
    this.#again = false
    this.#sending = this.#send()
      .catch((error: unknown) => this.#init.onFailed(error))
      .finally(() => {
        this.#sending = undefined
        if (this.#again) this.send()
      })
  }

  async idle(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending
  }

  async #send(): Promise<void> {
    const { replica } = this.#init
    const hidden = replica.hiddenAuthors()
    const names = new Set(hidden.map(toHex))
    for (const name of this.#sent.keys()) if (!names.has(name)) this.#sent.delete(name)
    for (const author of hidden) {
      const name = toHex(author)
      const sent = this.#sent.get(name) ?? { author, upTo: 0, awaited: 0, hasTriedAgain: false }
      this.#sent.set(name, sent)
      sent.upTo = Math.max(sent.upTo, replica.lastShown(author) ?? 0)
      const isSent = await this.#sendAfter(sent)
      // Where only peers are that take no stems, it ends here when its time has come.
      const awaited = isSent ? sent.upTo : replica.headOf(author).seq
      if (sent.awaited === 0 && (isSent || this.#init.isConnected())) this.#await(sent, awaited)
      if (!isSent) return
    }
  }

  /** False when no relay takes more. */
  async #sendAfter(sent: Sent): Promise<boolean> {
    let batch: Entry[] = []
    let bytes = 0
    const pass = async (): Promise<boolean> => {
      const last = batch.at(-1)
      if (last === undefined) return true
      if (!(await this.#init.pass(batch))) return false
      sent.upTo = last.seq
      batch = []
      bytes = 0
      return true
    }
    for await (const entry of this.#init.replica.entriesAfter(sent.author, sent.upTo)) {
      if (bytes + entry.length > MAX_STEM_BATCH_BYTES && !(await pass())) return false
      batch.push(readEntry(entry))
      bytes += entry.length
    }
    return pass()
  }

  #await(sent: Sent, awaited: number): void {
    sent.awaited = awaited
    this.#init.embargo(() => this.#onEmbargoEnded(sent))
  }

  async #onEmbargoEnded(sent: Sent): Promise<void> {
    const { replica, renew, spread } = this.#init
    const shown = replica.lastShown(sent.author)
    if (shown === undefined) return
    if (shown < sent.awaited && sent.hasTriedAgain) {
      const { author } = sent
      await replica.show(author, replica.headOf(author).seq)
      for await (const entry of replica.entriesAfter(author, replica.headOf(author).seq - 1)) {
        await spread([readEntry(entry)])
      }
      return
    }
    if (shown < sent.awaited) {
      sent.hasTriedAgain = true
      sent.upTo = shown
      renew()
    }
    sent.awaited = 0
    this.send()
  }
}
