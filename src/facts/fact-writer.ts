/** Writes groups of additions: one lookup, one commit, and the outcome of each fact. */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { FactGroup } from './fact-group.ts'
import { readFact, writeFact } from '../fact-format/index.ts'
import type { Commits, DigestLog, Operation, Section } from '../../crdt/index.ts'
import type { FactFilters } from './fact-filters.ts'
import type { FactHolds } from './fact-holds.ts'
import type { FactLookup } from './fact-lookup.ts'
import type { FactMarks } from './fact-marks.ts'
import type { AddOutcome, Addition } from './fact-queue.ts'
import type { FactTotals } from './fact-totals.ts'
import type { FactsInFlight } from './facts-in-flight.ts'
import type { LatestFacts } from './latest-facts.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { RecentFacts } from './recent-facts.ts'

export interface FactWriterComponents {
  readonly facts: Section
  readonly log: DigestLog
  readonly totals: FactTotals
  readonly marks: FactMarks
  readonly filters: FactFilters
  readonly lookup: FactLookup
  readonly recent: RecentFacts
  readonly inFlight: FactsInFlight
  readonly latest: LatestFacts
  readonly holds: FactHolds
  readonly commits: Commits
  /** Commits operations with the totals. */
  readonly commit: (operations: readonly Operation[]) => Promise<void>
  /** The latest commit: the commits before it land first, or it fails with them. */
  readonly lastCommit: () => Promise<void>
}

/** A group that was looked up, and the position of the log behind it. */
interface Added {
  readonly added: readonly AddOutcome[]
  readonly group: Pick<FactGroup, 'changed' | 'newOf'>
  readonly end: number
}

export class FactWriter {
  readonly #components: FactWriterComponents

  constructor(components: FactWriterComponents) {
    this.#components = components
  }

  /** Looks a group up and starts its commit; resolves when the next group may start. */
  async write(additions: readonly Addition[]): Promise<void> {
    const { holds, commits, filters, lookup, marks, log, inFlight } = this.#components
    const { factFilter, statistics } = filters
    try {
      const facts =
        additions.length === 1
          ? (additions[0]?.facts ?? [])
          : additions.flatMap((each) => each.facts)
      await holds.whenFree(facts.map(({ digestKey }) => digestKey))
      await commits.refresh()
      const seen = facts.filter(({ digest }) => factFilter.has(digest))
      const stored = await lookup.stored(seen)
      const marked = await lookup.private(seen.filter((each) => !stored.has(each.digestKey)))
      await marks.prepare(facts)
      // From here to the commit nothing is awaited: the filter is never ahead of the commits.
      const { isNew, operations } = factFilter.insertNew(facts.map(({ digest }) => digest))
      statistics.checks += facts.length
      const group = this.#group(operations)
      const added = facts.map((fact, i) =>
        group.add(marked.has(fact.digestKey) ? asPrivate(fact) : fact, {
          isNew: isNew[i] === true,
          stored
        })
      )
      operations.push(
        ...log.append(group.changed.map(({ digest }) => digest)),
        ...filters.observe(group.observable),
        ...group.changed.flatMap((each) => marks.stored(each))
      )
      // A repetition is on disk when the fact that it repeats is.
      const isRepetition = operations.length === 0 && group.repeatsInFlight
      const commit = isRepetition
        ? this.#components.lastCommit()
        : this.#components.commit(operations)
      const end = log.end
      const settled = this.#settleAdditions(additions, { added, group, end }, commit)
      inFlight.track(group.changed, settled)
      await inFlight.waitForSlot()
    } catch (error) {
      commits.abandon()
      for (const { reject } of additions) reject(error)
    }
  }

  #group(operations: Operation[]): FactGroup {
    const { facts: section, inFlight, recent, totals, filters } = this.#components
    const { statistics } = filters
    return new FactGroup({ section, inFlight, recent, totals, statistics }, operations)
  }

  /** Settles the additions of a group with its commit; true when they are on disk. */
  async #settleAdditions(
    additions: readonly Addition[],
    { added, group, end }: Added,
    commit: Promise<void>
  ): Promise<boolean> {
    const { totals, latest, filters } = this.#components
    try {
      await commit
      totals.agents.landed(group.newOf)
      if (group.changed.length > 0) latest.add(group.changed, end)
      filters.checkpoint()
      let from = 0
      for (const { facts, resolve } of additions) {
        resolve(added.slice(from, from + facts.length))
        from += facts.length
      }
      return true
    } catch (error) {
      for (const { reject } of additions) reject(error)
      return false
    }
  }
}

function asPrivate(fact: PreparedFact): PreparedFact {
  const stored = readFact(fact.digest, fact.bytes.subarray(SEAL_BYTES))
  return { ...fact, isPrivate: true, bytes: writeFact({ ...stored, private: true }) }
}
