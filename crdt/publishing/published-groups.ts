/** Publications of several calls that become entries together, and what came of each call. */
import { toHex } from '../bytes/index.ts'
import type { Entry } from '../feeds/entry.ts'
import type { PreparedPublication } from './publication.ts'

/** The result of `publish`. */
export interface Published {
  /**
   * New durable entries with these publications, in feed order, to announce to peers. They may contain
   * what other calls have published at the same time.
   */
  readonly entries: readonly Entry[]
  /** Digests published as new records, as votes, or not at all since this node had voted before. */
  readonly records: readonly Uint8Array[]
  readonly votes: readonly Uint8Array[]
  readonly unchanged: readonly Uint8Array[]
}

/** What became of a publication. */
export interface Outcome {
  readonly kind: 'records' | 'unchanged' | 'votes'
  /** That has it; none if its vote is held, or nothing changed. */
  readonly entry?: Entry
}

export type PublicationGroup = readonly PreparedPublication[]

/** All publications of the groups. A record of two groups is published by the first. */
export function allOf(groups: readonly PublicationGroup[]): PreparedPublication[] {
  const all = new Map<string, PreparedPublication>()
  for (const item of groups.flat()) {
    const name = toHex(item.digest)
    if (!all.has(name)) all.set(name, item)
  }
  return [...all.values()]
}

/** What each group would have got alone, after those before it: an error if one of its own failed. */
export function partsOf(
  groups: readonly PublicationGroup[],
  outcomes: ReadonlyMap<PreparedPublication, Outcome | Error>
): (Published | Error)[] {
  const byDigest = new Map([...outcomes].map(([{ digest }, each]) => [toHex(digest), each]))
  return groups.map((group) => {
    const part = {
      records: [] as Uint8Array[],
      votes: [] as Uint8Array[],
      unchanged: [] as Uint8Array[]
    }
    const entries = new Set<Entry>()
    for (const { digest } of group) {
      const name = toHex(digest)
      const outcome = byDigest.get(name)
      if (outcome instanceof Error) return outcome
      // A later group has the same record.
      byDigest.set(name, { kind: 'unchanged' })
      part[outcome?.kind ?? 'unchanged'].push(digest)
      if (outcome?.entry !== undefined) entries.add(outcome.entry)
    }
    return { ...part, entries: [...entries] }
  })
}
