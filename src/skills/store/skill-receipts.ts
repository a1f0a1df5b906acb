/**
 * The receipts of runs that wait for the next publication of their skill. They are taken off the disk
 * before they are used, so that each is used once: a crash may lose receipts, but never repeats one.
 */
import { MAX_RECEIPTS } from '../constants.ts'
import type { StoredReceipt } from '../running/receipt.ts'
import type { SkillEntries, SkillEntry } from './skill-entries.ts'
import type { SkillRecords } from './skill-records.ts'
import type { SkillWriter } from './skill-writer.ts'

/** Receipts that are on disk no longer. */
export interface TakenReceipts {
  readonly receipts: readonly StoredReceipt[]
  /** They were used: nothing puts them back any more. */
  used(): void
  /** They were not used. */
  putBack(): void
}

const NO_RECEIPTS: TakenReceipts = {
  receipts: [],
  used: () => undefined,
  putBack: () => undefined
}

export interface SkillReceiptsComponents {
  readonly entries: Pick<SkillEntries, 'get'>
  readonly records: SkillRecords
  readonly writer: Pick<SkillWriter, 'add' | 'write' | 'writeLater' | 'written'>
}

export class SkillReceipts {
  readonly #components: SkillReceiptsComponents

  constructor(components: SkillReceiptsComponents) {
    this.#components = components
  }

  /** Written with the next write of the skill's state, in place of the oldest of too many. */
  add(entry: SkillEntry, receipt: StoredReceipt): void {
    const { records, writer } = this.#components
    const { receipts } = entry.state
    writer.add(entry, records.putReceipt(receipts % MAX_RECEIPTS, entry.id, receipt))
    entry.state = { ...entry.state, receipts: receipts + 1 }
  }

  /**
   * Returns the receipts since the last call, and deletes them from disk first. Where that or their
   * use fails, they are part of the next call.
   */
  async take(entry: SkillEntry): Promise<TakenReceipts> {
    const { records, writer } = this.#components
    let count: number
    let receipts: StoredReceipt[]
    do {
      count = entry.state.receipts
      if (count === 0) return NO_RECEIPTS
      // They are read from disk: also those that were put back.
      await writer.written(entry)
      receipts = await Array.fromAsync(records.receipts(entry.id))
      // Another run has ended meanwhile, or another call has taken them.
    } while (entry.state.receipts !== count)
    // Removed meanwhile, and its receipts with it.
    if (!this.#isHere(entry)) return NO_RECEIPTS
    this.#clear(entry)
    let isTaken = true
    const putBack = (): void => {
      if (isTaken && this.#isHere(entry)) {
        this.#putBack(entry, receipts)
        writer.writeLater(entry)
      }
      isTaken = false
    }
    try {
      await writer.write(entry, true)
    } catch (error) {
      putBack()
      throw error
    }
    const used = (): void => {
      isTaken = false
    }
    return { receipts, used, putBack }
  }

  #isHere(entry: SkillEntry): boolean {
    return this.#components.entries.get(entry.id) === entry
  }

  /** Behind newer ones and in place of none of them. */
  #putBack(entry: SkillEntry, receipts: readonly StoredReceipt[]): void {
    const left = Math.max(0, MAX_RECEIPTS - entry.state.receipts)
    for (const receipt of receipts.slice(Math.max(0, receipts.length - left))) {
      this.add(entry, receipt)
    }
  }

  #clear(entry: SkillEntry): void {
    const { records, writer } = this.#components
    for (let slot = 0; slot < MAX_RECEIPTS; slot++) {
      writer.add(entry, records.removeReceipt(slot, entry.id))
    }
    entry.state = { ...entry.state, receipts: 0 }
  }
}
