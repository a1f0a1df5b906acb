/** Rates between the samples of a node. */
import type { ResultOf } from '../../client/index.ts'

export interface Rate {
  /** Milliseconds of the Unix epoch, at the end of the interval. */
  readonly at: number
  /** Entries a minute that came by syncs, and all others. */
  readonly synced: number
  readonly others: number
}

const MINUTE = 60_000

/** Counts start again with the node: such an interval has no rate. */
export function ratesOf(samples: ResultOf<'trends'>): Rate[] {
  return samples.slice(1).flatMap((sample, i) => {
    const before = samples[i]
    if (before === undefined) return []
    const at = Date.parse(sample.at)
    const minutes = (at - Date.parse(before.at)) / MINUTE
    const synced = sample.synced - before.synced
    const all = sample.entries - before.entries
    if (minutes <= 0 || synced < 0 || all < 0) return []
    return [{ at, synced: synced / minutes, others: Math.max(0, all - synced) / minutes }]
  })
}
