/**
 * Copies of offered filters, for the answers that send them: a filter goes on changing while a peer reads.
 * Answers share a copy, since peers that read slowly, or never, could make a node keep one for each stream.
 */
import { equalBytes } from '../../crdt/bytes/index.ts'
import type { FilterSnapshot, StoredFilter } from '../../crdt/index.ts'

/** A filter that can be copied. */
export type CopiedFilter = Pick<StoredFilter, 'generation' | 'version' | 'snapshot'>

/** A copy, and what is to be called when it is no longer used. */
export interface UsedCopy {
  readonly snapshot: FilterSnapshot
  readonly end: () => void
}

interface Copy {
  readonly snapshot: FilterSnapshot
  users: number
}

/** Elements that a shared copy may lack: half of those in the log, which the next request brings. */
export const MAX_LACKING_ELEMENTS = 2 ** 15

export class FilterCopies {
  /** The latest one of each filter that is in use. */
  readonly #copies = new Map<CopiedFilter, Copy>()

  take(filter: CopiedFilter): UsedCopy {
    const shared = this.#copies.get(filter)
    const copy =
      shared !== undefined && isUsable(shared, filter)
        ? shared
        : { snapshot: copyOf(filter), users: 0 }
    copy.users += 1
    this.#copies.set(filter, copy)
    return { snapshot: copy.snapshot, end: () => this.#end(filter, copy) }
  }

  #end(filter: CopiedFilter, copy: Copy): void {
    copy.users -= 1
    if (copy.users === 0 && this.#copies.get(filter) === copy) this.#copies.delete(filter)
  }
}

function isUsable({ snapshot }: Copy, { generation, version }: CopiedFilter): boolean {
  return (
    equalBytes(snapshot.generation, generation) &&
    version - snapshot.version <= MAX_LACKING_ELEMENTS
  )
}

function copyOf(filter: CopiedFilter): FilterSnapshot {
  const { slices, ...rest } = filter.snapshot()
  return { ...rest, slices: slices.map(({ count, bits }) => ({ count, bits: bits.slice() })) }
}
