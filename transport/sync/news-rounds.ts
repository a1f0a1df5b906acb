/**
 * Rounds of syncs for news that gossip leaves out: a sync has brought more feeds than are announced, or a
 * message of gossip was dropped. Trees then carry them from node to node within seconds; the rounds with
 * one random peer, which repair, would take minutes.
 *
 * Rounds begin at least half of `NEWS_INTERVAL` after each other, and all of it on average. Each has at most
 * `MAX_NEWS_PEERS` peers. A peer that brings new feeds without end causes no more than that.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MAX_NEWS_PEERS, NEWS_INTERVAL } from '../constants.ts'

export interface NewsRoundsInit<Peer> {
  /** Aborted when the node stops: another signal after each start. */
  readonly stopping: () => AbortSignal
  readonly peers: () => Peer[]
  /** Begins a sync; never throws. */
  readonly sync: (peer: Peer) => void
  /** 0 to 1; picks the peers, and moves the begin, so that nodes do not begin together. */
  readonly random: () => number
  /** Milliseconds between two rounds on average; default `NEWS_INTERVAL`. */
  readonly interval?: number
}

export class NewsRounds<Peer> {
  readonly #init: NewsRoundsInit<Peer>
  #wanted = 0
  #isRunning = false

  constructor(init: NewsRoundsInit<Peer>) {
    this.#init = init
  }

  /** Begins a round soon. It syncs with as many peers, at most `MAX_NEWS_PEERS`. */
  ask(peers: number): void {
    this.#wanted = Math.max(this.#wanted, Math.min(peers, MAX_NEWS_PEERS))
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    const { random, interval = NEWS_INTERVAL } = this.#init
    const stopping = this.#init.stopping()
    this.#isRunning = true
    while (this.#wanted > 0 && !stopping.aborted) {
      const pause = interval * (0.5 + random())
      await delay(pause, undefined, { signal: stopping, ref: false }).catch(() => undefined)
      if (stopping.aborted) break
      this.#round()
    }
    this.#isRunning = false
  }

  #round(): void {
    const { peers, sync, random } = this.#init
    const left = peers()
    const end = Math.max(0, left.length - this.#wanted)
    this.#wanted = 0
    while (left.length > end) {
      const [peer] = left.splice(Math.floor(random() * left.length), 1)
      if (peer !== undefined) sync(peer)
    }
  }
}
