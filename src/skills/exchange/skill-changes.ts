/**
 * The skills among the records that were added or changed, by the log of records: of what is no skill
 * only the kind is read, and what waits takes no memory.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Replica } from '../../../crdt/index.ts'

/** Records whose kind is read in one turn of the event loop. */
const BATCH = 64

export class SkillChanges {
  readonly #replica: Pick<Replica, 'ofKind' | 'recordLog' | 'recordLogEnd'>
  /** Changes before this position of the log are read. */
  #position: number

  /** Reads what changes from now on. */
  constructor(replica: Pick<Replica, 'ofKind' | 'recordLog' | 'recordLogEnd'>) {
    this.#replica = replica
    this.#position = replica.recordLogEnd
  }

  /** Digests of skills and of receipts, up to what has changed by now. Ends once it is aborted. */
  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    // A failed commit takes the end of the log back.
    const from = Math.min(this.#position, this.#replica.recordLogEnd)
    for await (const { digests, next } of this.#replica.recordLog(from)) {
      const changed = distinct(digests)
      for (let at = 0; at < changed.length; at += BATCH) {
        if (signal.aborted) return
        yield* await this.#replica.ofKind(changed.slice(at, at + BATCH), 'skill')
        await nextTurn()
      }
      this.#position = next
    }
  }
}

function distinct(digests: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(digests.map((digest) => [toHex(digest), digest])).values()]
}
