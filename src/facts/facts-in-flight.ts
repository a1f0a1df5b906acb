/**
 * Facts between the lookup of their group and the end of its commit. A later group sees them as
 * they will be stored. Once on disk they become recent facts.
 */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import type { RecentFacts } from './recent-facts.ts'
import type { FactWrite } from '../fact-format/index.ts'

/** Groups on their way to disk; the next group is looked up during their commit. */
const MAX_COMMITS = 2

export class FactsInFlight {
  readonly #recent: Pick<RecentFacts, 'put'>
  /** Facts whose commit has not ended, by digest. */
  readonly #facts = new Map<string, FactWrite>()
  #commits: Promise<void>[] = []

  constructor(recent: Pick<RecentFacts, 'put'>) {
    this.#recent = recent
  }

  put(write: FactWrite): void {
    this.#facts.set(write.digestKey, write)
  }

  /** The bytes of a fact as they will be stored, without the seal. */
  bytesOf(name: string): Uint8Array | undefined {
    return this.#facts.get(name)?.bytes.subarray(SEAL_BYTES)
  }

  has(name: string): boolean {
    return this.#facts.has(name)
  }

  /**
   * Follows the commit of some facts; `landed` never rejects, and resolves with whether they are on
   * disk.
   */
  track(changed: readonly FactWrite[], landed: Promise<boolean>): void {
    const followed = this.#finish(changed, landed).finally(() => {
      this.#commits = this.#commits.filter((each) => each !== followed)
    })
    this.#commits.push(followed)
  }

  /** Resolves when one more commit may begin. */
  async waitForSlot(): Promise<void> {
    if (this.#commits.length >= MAX_COMMITS) await Promise.race(this.#commits)
  }

  /** Resolves when no commit is pending. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#commits)
  }

  /** Forgets what no commit follows; call it when all are settled. */
  clear(): void {
    this.#facts.clear()
  }

  async #finish(changed: readonly FactWrite[], landed: Promise<boolean>): Promise<void> {
    const isOnDisk = await landed
    for (const write of changed) {
      // A later group changed the fact again; that commit is still pending.
      if (this.#facts.get(write.digestKey) !== write) continue
      this.#facts.delete(write.digestKey)
      if (isOnDisk) this.#recent.put(write)
    }
  }
}
