/** Removes facts and merged variants, each time in one commit. Its owner runs one call at a time. */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { readFact } from '../fact-format/index.ts'
import type { Commit, DigestLog, Operation, Section } from '../../crdt/index.ts'
import type { FactMarks } from './fact-marks.ts'
import type { FactTotals } from './fact-totals.ts'
import type { MergedVariants } from './merged-variants.ts'
import type { RecentFacts } from './recent-facts.ts'

/** Writes the operations of a removal in one commit, perhaps with others. */
export type CommitRemoval = Commit

export interface FactRemoverComponents {
  readonly facts: Pick<Section, 'del' | 'get' | 'getMany'>
  readonly variants: Pick<MergedVariants, 'del' | 'getMany' | 'has'>
  readonly marks: Pick<FactMarks, 'arePrivate' | 'forget' | 'removed'>
  readonly totals: Pick<FactTotals, 'add' | 'agents'>
  readonly log: Pick<DigestLog, 'append'>
  readonly recent: Pick<RecentFacts, 'delete'>
  readonly commit: (operations: readonly Operation[], write?: CommitRemoval) => Promise<void>
}

export class FactRemover {
  readonly #components: FactRemoverComponents

  constructor(components: FactRemoverComponents) {
    this.#components = components
  }

  /** Facts, and variants of facts, with their marks; false, and no commit, if none of them was there. */
  async forget(digests: readonly Uint8Array[], write?: CommitRemoval): Promise<boolean> {
    const { variants, marks, commit } = this.#components
    const merged = await variants.getMany(digests)
    const removal = await this.#removal(digests)
    const beside = merged.flatMap((each) =>
      each === undefined ? [] : variants.del(each.canonical, each.variant.digest)
    )
    if (removal.length + beside.length === 0) return false
    await commit(
      [...removal, ...beside, ...digests.flatMap((digest) => marks.forget(digest))],
      write
    )
    await marks.removed(digests)
    return true
  }

  /** A fact that a repair brought back; a variant keeps its mark as private. */
  async removeRevived(digest: Uint8Array): Promise<boolean> {
    const { variants, marks, commit } = this.#components
    const removal = await this.#removal([digest])
    if (removal.length === 0) return false
    const isVariant = await variants.has(digest)
    await commit(isVariant ? removal : [...removal, ...marks.forget(digest)])
    if (!isVariant) await marks.removed([digest])
    return true
  }

  /** Marks a lost fact as forgotten, so that no audit names it again; false for others. */
  async giveUp(digest: Uint8Array): Promise<boolean> {
    const { facts, marks, commit } = this.#components
    // An audit marks what it finds lost as private.
    const [isMarked] = await marks.arePrivate([digest])
    if (isMarked !== true || (await facts.get(digest)) !== undefined) return false
    await commit(marks.forget(digest))
    await marks.removed([digest])
    return true
  }

  /** Operations that remove those of the facts that are stored. */
  async #removal(digests: readonly Uint8Array[]): Promise<Operation[]> {
    const { facts, recent, totals, log } = this.#components
    const stored = await facts.getMany([...digests])
    const removed: Uint8Array[] = []
    for (const [i, digest] of digests.entries()) {
      recent.delete(Buffer.from(digest).toString('latin1'))
      const bytes = stored[i]
      if (bytes === undefined) continue
      totals.add(-1, -(bytes.length + SEAL_BYTES))
      totals.agents.removed(readFact(digest, bytes).agent)
      removed.push(digest)
    }
    // Logged once more, so that readers of the log learn of the removal.
    const logged = removed.length === 0 ? [] : log.append(removed)
    return [...removed.map((digest) => facts.del(digest)), ...logged]
  }
}
