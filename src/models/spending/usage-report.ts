/** A report of spending: sums of the ledger's rows, and budgets with their limits. */
import { formatUsd } from './money.ts'
import type { Ledger } from './ledger.ts'
import type { ModelUsage } from '../result.ts'

export function usageReport(ledger: Pick<Ledger, 'rows' | 'budgets'>): ModelUsage {
  const sums = new Map<string, ReturnType<Ledger['rows']>[number]>()
  for (const row of ledger.rows()) {
    const key = JSON.stringify([row.agent, row.task, row.model])
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, row)
    else {
      for (const kind of [
        'calls',
        'input',
        'cacheRead',
        'cacheWrite',
        'output',
        'unpriced'
      ] as const) {
        sum[kind] += row[kind]
      }
      sum.cost += row.cost
      sum.uncertain += row.uncertain
    }
  }
  return {
    rows: [...sums.values()].map((row) => ({
      agent: row.agent,
      task: row.task,
      model: row.model,
      calls: row.calls,
      tokens: {
        input: row.input,
        cacheRead: row.cacheRead,
        cacheWrite: row.cacheWrite,
        output: row.output
      },
      cost: formatUsd(row.cost),
      uncertain: formatUsd(row.uncertain),
      unpriced: row.unpriced
    })),
    budgets: ledger.budgets().map((state) => ({
      what: state.what,
      ...(state.usd === undefined
        ? {}
        : {
            usd: {
              limit: formatUsd(state.usd),
              spent: formatUsd(state.spentUsd),
              reserved: formatUsd(state.reservedUsd)
            }
          }),
      ...(state.tokens === undefined
        ? {}
        : {
            tokens: {
              limit: state.tokens,
              spent: state.spentTokens,
              reserved: state.reservedTokens
            }
          })
    }))
  }
}
