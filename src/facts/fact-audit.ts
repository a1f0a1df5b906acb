/**
 * Compares all facts with the log, the totals and the marks, and mends what follows from the rest:
 * what the log names and is not there was lost.
 */
import { SEAL_BYTES, toHex } from '../../crdt/bytes/index.ts'
import { SeenDigests } from '../../crdt/index.ts'
import { readFact, writeFact } from '../fact-format/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { DigestLog, Operation, Section } from '../../crdt/index.ts'
import type { FactMarks } from './fact-marks.ts'
import type { FactTotals } from './fact-totals.ts'

/** Facts compared with the log. */
export interface FactAuditReport {
  readonly facts: number
  /** Facts that the log, the marks or the totals know and that are not there; the first 100 known ids. */
  readonly lost: number
  readonly lostIds: readonly string[]
  /** Facts that came back after they were forgotten, lost their mark as private, or were not in the log. */
  readonly mended: number
}

export interface FactAuditComponents {
  readonly facts: Section
  readonly log: DigestLog
  readonly totals: FactTotals
  readonly marks: FactMarks
  /** Position in the log before which absent facts may have been forgotten without a mark. */
  readonly baseline: number
  /** Runs without additions and removals. */
  readonly runAlone: <T>(task: () => Promise<T>) => Promise<T>
  readonly commit: (operations: readonly Operation[]) => Promise<void>
  /** Removes a fact as if it was forgotten. */
  readonly remove: (digest: Uint8Array) => Promise<boolean>
}

export interface FactAuditOptions extends AbortOptions {
  /** Called with the number of facts that are read. */
  readonly onRead?: (facts: number) => void
}

/** Digests of lost facts that are named. */
const MAX_NAMED = 100

/** Digests looked up together. */
const BATCH = 1_000

export class FactAudit {
  readonly #components: FactAuditComponents
  #mended = 0
  /** Facts that the totals count and that are not there. */
  #shortfall = 0

  constructor(components: FactAuditComponents) {
    this.#components = components
  }

  async run({ signal, onRead }: FactAuditOptions = {}): Promise<FactAuditReport> {
    await this.#removeForgotten(signal)
    const facts = await this.#compareStored(signal, onRead)
    await this.#mendPrivate(signal)
    const lost = await this.#findLost(signal)
    return {
      facts,
      lost: Math.max(lost.length, this.#shortfall),
      lostIds: lost.slice(0, MAX_NAMED).map(toHex),
      mended: this.#mended
    }
  }

  /** A repair may have brought back what was forgotten. */
  async #removeForgotten(signal?: AbortSignal): Promise<void> {
    for await (const digest of this.#components.marks.forgottenDigests()) {
      signal?.throwIfAborted()
      if (await this.#components.remove(digest)) this.#mended += 1
    }
  }

  /** Adds to the log what it lacks, and marks private facts that have no mark. */
  async #compareStored(
    signal: AbortSignal | undefined,
    onRead: FactAuditOptions['onRead']
  ): Promise<number> {
    const { facts, log, totals, marks, runAlone, commit } = this.#components
    const logged = new SeenDigests()
    await runAlone(async () => {
      for await (const { digests } of log.read(0, log.end)) {
        signal?.throwIfAborted()
        for (const digest of digests) logged.add(digest)
      }
    })
    return runAlone(async () => {
      let count = 0
      let bytes = 0
      const byAgent = new Map<string, number>()
      let missing: Uint8Array[] = []
      let unmarked: Uint8Array[] = []
      const write = async (): Promise<void> => {
        const areMarked = await marks.arePrivate(unmarked)
        const toMark = unmarked.filter((_, i) => areMarked[i] !== true)
        this.#mended += toMark.length + missing.length
        const marked = toMark.map((digest) => ({ digest, isPrivate: true }))
        await marks.prepare(marked)
        await commit([...marked.flatMap((each) => marks.stored(each)), ...log.append(missing)])
        missing = []
        unmarked = []
      }
      for await (const [digest, stored] of facts.entries()) {
        signal?.throwIfAborted()
        count += 1
        if (count % BATCH === 0) onRead?.(count)
        bytes += stored.length + SEAL_BYTES
        if (!logged.has(digest)) missing.push(digest.slice())
        const { agent, private: isPrivate } = readFact(digest, stored)
        byAgent.set(agent, (byAgent.get(agent) ?? 0) + 1)
        if (isPrivate) unmarked.push(digest.slice())
        if (missing.length + unmarked.length >= BATCH) await write()
      }
      await write()
      onRead?.(count)
      this.#shortfall = Math.max(0, totals.count - count)
      totals.add(count - totals.count, bytes - totals.bytes)
      totals.agents.recount(byAgent)
      await commit(totals.put())
      return count
    })
  }

  /** A fact with a mark is private, whatever a repair brought back. */
  async #mendPrivate(signal?: AbortSignal): Promise<void> {
    const { facts, log, marks, runAlone, commit } = this.#components
    for await (const digest of marks.privateDigests()) {
      signal?.throwIfAborted()
      await runAlone(async () => {
        const stored = await facts.get(digest)
        if (stored === undefined) return
        const fact = readFact(digest, stored)
        if (fact.private) return
        this.#mended += 1
        await commit([
          facts.putSealable(digest, writeFact({ ...fact, private: true })),
          ...log.append([digest.slice()])
        ])
      })
    }
  }

  async #findLost(signal?: AbortSignal): Promise<Uint8Array[]> {
    const { log, marks, baseline } = this.#components
    const lost = new Map<string, Uint8Array>()
    let batch: Uint8Array[] = []
    const check = async (): Promise<void> => {
      for (const digest of await this.#absent(batch)) lost.set(toHex(digest), digest)
      batch = []
    }
    for await (const { digests } of log.read(baseline, log.end)) {
      signal?.throwIfAborted()
      batch.push(...digests.map((digest) => digest.slice()))
      if (batch.length >= BATCH) await check()
    }
    for await (const digest of marks.privateDigests()) {
      signal?.throwIfAborted()
      batch.push(digest.slice())
      if (batch.length >= BATCH) await check()
    }
    await check()
    return [...lost.values()]
  }

  /** Digests that are neither stored nor forgotten; when they come again they count as private. */
  #absent(digests: Uint8Array[]): Promise<Uint8Array[]> {
    const { facts, marks, runAlone, commit } = this.#components
    return runAlone(async () => {
      const stored = await facts.getMany(digests)
      const candidates = digests.filter((_, i) => stored[i] === undefined)
      const wereForgotten = await marks.wereForgotten(candidates)
      const lost = candidates.filter((_, i) => wereForgotten[i] !== true)
      const marked = lost.map((digest) => ({ digest, isPrivate: true }))
      await marks.prepare(marked)
      await commit(marked.flatMap((each) => marks.stored(each)))
      return lost
    })
  }
}
