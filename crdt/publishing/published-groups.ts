/** Publications of several calls that become entries together, and what came of each call. */
import { toHex } from '../bytes/index.ts'
import type { Entry } from '../feeds/entry.ts'
import type { PreparedPublication } from './publication.ts'

/** The result of `publish`. */
export interface Published {
  /**
   * New durable entries, in feed order, to announce to peers. They may contain what other calls have
   * published at the same time.
   */
  readonly entries: readonly Entry[]
  /** Digests published as new records, as votes, or not at all since this node had voted before. */
  readonly records: readonly Uint8Array[]
  readonly votes: readonly Uint8Array[]
  readonly unchanged: readonly Uint8Array[]
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

/** What each group would have got alone, after those before it. */
export function partsOf(
  groups: readonly PublicationGroup[],
  { entries, records, votes }: Published
): Published[] {
  const kinds = new Map<string, 'records' | 'votes'>()
  for (const digest of records) kinds.set(toHex(digest), 'records')
  for (const digest of votes) kinds.set(toHex(digest), 'votes')
  return groups.map((group) => {
    const part = { records: [] as Uint8Array[], votes: [] as Uint8Array[] }
    const unchanged: Uint8Array[] = []
    for (const { digest } of group) {
      const kind = kinds.get(toHex(digest))
      kinds.delete(toHex(digest))
      if (kind === undefined) unchanged.push(digest)
      else part[kind].push(digest)
    }
    return { ...part, unchanged, entries: unchanged.length === group.length ? [] : entries }
  })
}
