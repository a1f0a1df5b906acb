/**
 * The skills among the records that were added or changed, by the log of records: of what is no skill
 * only the kind is read, and what waits takes no memory.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toHex } from '../../../crdt/bytes/index.ts'
import { StoredPosition } from '../../../crdt/index.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

/** Records whose kind is read in one turn of the event loop. */
const BATCH = 64

export interface SkillChangesInit {
  readonly replica: Pick<Replica, 'ofKind' | 'recordLog' | 'recordLogEnd'>
  readonly store: Pick<Store, 'commit' | 'section'>
}

export class SkillChanges {
  readonly #replica: SkillChangesInit['replica']
  readonly #store: SkillChangesInit['store']
  readonly #stored: StoredPosition
  /** Where a store begins that has no position. */
  readonly #end: number
  /** Changes before this position of the log are read. Undefined until it is loaded. */
  #position: number | undefined
  /** The position on disk; undefined if none is there. */
  #saved: number | undefined

  /** Reads on behind what an earlier run has read; in a new store, what changes from now on. */
  constructor({ replica, store }: SkillChangesInit) {
    this.#replica = replica
    this.#store = store
    this.#stored = new StoredPosition(store, 'skill-changes')
    this.#end = replica.recordLogEnd
  }

  /**
   * Digests of skills and of receipts, up to what has changed by now. Ends once it is aborted. What was
   * read to the end is not read again, by a later run neither.
   */
  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (this.#position === undefined) {
      this.#saved = await this.#stored.get()
      this.#position = this.#saved ?? this.#end
    }
    let position = this.#position
    // A failed commit takes the end of the log back.
    const from = Math.min(position, this.#replica.recordLogEnd)
    for await (const { digests, next } of this.#replica.recordLog(from)) {
      const changed = distinct(digests)
      for (let at = 0; at < changed.length; at += BATCH) {
        if (signal.aborted) return
        yield* await this.#replica.ofKind(changed.slice(at, at + BATCH), 'skill')
        await nextTurn()
      }
      this.#position = position = next
    }
    if (position === this.#saved) return
    // What a crash loses is read again.
    await this.#store.commit([this.#stored.put(position)], { sync: false })
    this.#saved = position
  }
}

function distinct(digests: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(digests.map((digest) => [toHex(digest), digest])).values()]
}
