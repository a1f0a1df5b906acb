/**
 * The source of the stems of retractions: sends own ones that no peer has shown, and watches that they
 * come back. Those that do not are sent by another relay once, and then gossiped from here.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { retractionId } from '../../crdt/index.ts'
import { MAX_STEMMED_RETRACTIONS } from '../constants.ts'
import { SendLoop } from './send-loop.ts'
import type { ReplicaRetractions, Retraction } from '../../crdt/index.ts'
import type { ItemSource, SourceInit } from './stem-path.ts'

export interface RetractionSourceInit extends SourceInit<Retraction> {
  readonly retractions: Pick<ReplicaRetractions, 'isHidden' | 'show' | 'toSend'>
  /** Whether any peer of the swarm is connected, relay or not. */
  isConnected(): boolean
}

export class RetractionSource extends SendLoop implements ItemSource {
  readonly #init: RetractionSourceInit
  /** Names of those that an embargo watches. */
  readonly #watched = new Set<string>()

  constructor(init: RetractionSourceInit) {
    super({ ...init, task: () => this.#send() })
    this.#init = init
  }

  async #send(): Promise<void> {
    const ready = await this.#init.retractions.toSend()
    const unwatched = ready.filter((each) => !this.#watched.has(nameOf(each)))
    for (let from = 0; from < unwatched.length; from += MAX_STEMMED_RETRACTIONS) {
      await this.#pass(unwatched.slice(from, from + MAX_STEMMED_RETRACTIONS), false)
    }
  }

  async #pass(batch: readonly Retraction[], isRetry: boolean): Promise<void> {
    const isSent = await this.#init.relay(batch)
    // Where only peers are that take no stems, they are gossiped here when their time has come.
    if (!isSent && !this.#init.isConnected()) {
      // They are sent once peers are there again.
      for (const each of batch) this.#watched.delete(nameOf(each))
      return
    }
    for (const each of batch) this.#watched.add(nameOf(each))
    this.#init.startEmbargo(() => this.#onEmbargoEnded(batch, isRetry))
  }

  /** Where it fails, as on a full disk, another embargo begins. */
  async #onEmbargoEnded(batch: readonly Retraction[], isRetry: boolean): Promise<void> {
    const { retractions, rotateRelays, startEmbargo } = this.#init
    const left = batch.filter((each) => retractions.isHidden(each))
    try {
      if (left.length > 0 && isRetry) {
        // The swarm gossips what is shown.
        await retractions.show(left)
      } else if (left.length > 0) {
        rotateRelays()
        return await this.#pass(left, true)
      }
    } catch (error) {
      startEmbargo(() => this.#onEmbargoEnded(batch, isRetry))
      throw error
    }
    for (const each of batch) this.#watched.delete(nameOf(each))
  }
}

function nameOf(retraction: Retraction): string {
  return toHex(retractionId(retraction))
}
