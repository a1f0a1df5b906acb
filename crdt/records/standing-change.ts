/** What a change of standings tells others: how many voted how before it. */
import { tallyOf } from './standing-row.ts'
import type { Tally } from './standing.ts'
import type { StandingRow } from './standing-row.ts'

/** How many vote how on a record, before a change of it. */
export interface StandingChange {
  readonly digest: Uint8Array
  readonly before: Tally
}

/** A row as it was read, and as it is written. */
interface ChangedRow {
  readonly digest: Uint8Array
  readonly before: StandingRow
  readonly row: StandingRow
}

/** One of each row that has changed; rows may repeat. */
export function changesOf(rows: Iterable<ChangedRow>): StandingChange[] {
  return changed(rows).map(({ digest, before }) => ({ digest, before: tallyOf(before) }))
}

/** One of each row in which the number of votes of a kind has changed. */
export function changedTallies(rows: Iterable<ChangedRow>): StandingChange[] {
  return changed(rows).flatMap(({ digest, before, row }) => {
    const tally = tallyOf(before)
    return isSameTally(tally, tallyOf(row)) ? [] : [{ digest, before: tally }]
  })
}

function changed(rows: Iterable<ChangedRow>): ChangedRow[] {
  return [...new Set(rows)].filter(({ row, before }) => row !== before)
}

function isSameTally(a: Tally, b: Tally): boolean {
  return a.vouches === b.vouches && a.disputes === b.disputes && a.stales === b.stales
}
