/**
 * Whose entry is admitted next: fair by the peer that brings it, and then by its author, going by what
 * admission costs. An entry that unpacks to a megabyte takes as long as a dozen of others. So a peer that
 * brings many does not delay what others bring, by more than one entry of each.
 *
 * What is admitted and not yet on disk is bounded, since the next one lands behind it.
 */
import { toHex } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readEntry } from '../feeds/entry.ts'
import { FairQueue } from '../voices/fair-queue.ts'
import { unpackedBytesOf } from './entry-cost.ts'
import type { FairItem } from '../voices/fair-queue.ts'

/** What an entry costs beside its unpacked bytes, in bytes: 0.7 ms, where a megabyte takes 10 ms. */
const ENTRY_COST = 64 * 1024

/** Unpacked bytes that are admitted and not yet on disk. */
const MAX_PENDING_BYTES = 1 * 1024 * 1024

interface Waiting extends FairItem {
  readonly start: () => Promise<unknown>
}

export class AdmissionTurns {
  readonly #queue = new FairQueue<Waiting>()
  readonly #swarm: string
  #isRunning = false
  #pendingBytes = 0
  #landed: (() => void) | undefined

  constructor(swarm: string) {
    this.#swarm = swarm
  }

  /** Runs the admission of an entry in its turn. `from`: the peer that brings it. */
  run<T extends object>(
    bytes: Uint8Array,
    from: string | undefined,
    admit: () => Promise<T>
  ): Promise<T> {
    const unpacked = unpackedBytesOf(this.#swarm, bytes)
    return new Promise((resolve, reject) => {
      const start = async (): Promise<void> => {
        try {
          const admission = await admit()
          if ('durable' in admission) this.#add(unpacked, admission.durable)
          resolve(admission)
        } catch (error) {
          reject(error)
        }
      }
      const source = { peer: from ?? '', voice: authorOf(bytes) }
      this.#queue.push({ source, cost: ENTRY_COST + unpacked, start })
      if (!this.#isRunning) void this.#serve()
    })
  }

  async #serve(): Promise<void> {
    this.#isRunning = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      await next.start()
      while (this.#pendingBytes > MAX_PENDING_BYTES) await this.#oneLands()
    }
    this.#isRunning = false
  }

  #add(bytes: number, durable: unknown): void {
    this.#pendingBytes += bytes
    const landed = (): void => {
      this.#pendingBytes -= bytes
      this.#landed?.()
    }
    Promise.resolve(durable).then(landed, landed)
  }

  #oneLands(): Promise<void> {
    return new Promise((resolve) => {
      this.#landed = resolve
    })
  }
}

/** Bytes that are no entry are refused at once. */
function authorOf(bytes: Uint8Array): string {
  try {
    return toHex(readEntry(bytes).author)
  } catch (error) {
    if (error instanceof MalformedError) return ''
    throw error
  }
}
