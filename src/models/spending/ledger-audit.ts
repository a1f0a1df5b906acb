/** Differences between what the ledger stores, what it has in memory, and what counts for limits. */
import { formatUsd } from './money.ts'
import { WINDOW_MS } from './budgets.ts'
import { totalOf } from '../provider.ts'
import type { AgentDays } from './agent-days.ts'
import type { LedgerRecords, UsageRow } from './ledger-records.ts'
import type { UsageRows } from './usage-rows.ts'

/** A difference, and the agent that it concerns. */
export interface LedgerDifference {
  readonly of: string
  readonly text: string
}

/** What counts for an agent on its day, against the sum of the rows of that day. */
export function agentDifferences(days: AgentDays, rows: UsageRows): LedgerDifference[] {
  const sums = new Map<string, { usd: bigint; tokens: number; calls: number }>()
  for (const row of rows.all()) {
    const key = `${Math.floor((row.hour * WINDOW_MS.hour) / WINDOW_MS.day)} ${row.agent}`
    const sum = sums.get(key) ?? { usd: 0n, tokens: 0, calls: 0 }
    sum.usd += row.cost
    sum.tokens += totalOf(row) + row.uncertainTokens
    sum.calls += row.calls
    sums.set(key, sum)
  }
  const differences: LedgerDifference[] = []
  for (const [agent, { day, counter }] of days.all()) {
    const { usd, tokens, calls } = sums.get(`${day} ${agent}`) ?? { usd: 0n, tokens: 0, calls: 0 }
    const { spentUsd, spentTokens, spentCalls } = counter
    if (usd === spentUsd && tokens === spentTokens && calls === spentCalls) continue
    const text = `${formatUsd(spentUsd)} USD, ${spentTokens} tokens and ${spentCalls} calls count for the limits, and the ledger has ${formatUsd(usd)}, ${tokens} and ${calls}.`
    differences.push({ of: agent, text })
  }
  return differences
}

export interface RowDifferenceComponents {
  readonly records: Pick<LedgerRecords, 'rowAt'>
  readonly rows: UsageRows
  /** Whether a row has changed since it was written. */
  readonly isUnwritten: (row: UsageRow) => boolean
}

/** A stored row against the one in memory. A row that is being written has no difference. */
export async function rowDifference(
  key: Uint8Array,
  { records, rows, isUnwritten }: RowDifferenceComponents
): Promise<LedgerDifference | undefined> {
  const first = await records.rowAt(key)
  if (first === undefined) return undefined
  const before = textOf(rows.get(first))
  const stored = await records.rowAt(key)
  const kept = rows.get(first)
  const isSame = stored === undefined || textOf(stored) === textOf(kept)
  if (isSame || before !== textOf(kept) || (kept !== undefined && isUnwritten(kept))) {
    return undefined
  }
  const { agent, task, model } = first
  const text = `The stored row of ${task} with ${model} differs from the one in memory.`
  return { of: agent, text }
}

function textOf(row: UsageRow | undefined): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value
  )
}
