/**
 * Model routing: faults survived, overhead, budgets kept, prices, and what the scorer learns. With
 * `--tables DIR`, a checkout of lm-sys/RouteLLM, only the scorer beside length on its tables.
 */
import { availableParallelism } from 'node:os'
import { faults } from './models/faults.ts'
import { heldOut, WAYS } from './models/held-out.ts'
import { overhead } from './models/overhead.ts'
import { prices } from './models/prices.ts'
import { routing } from './models/routing.ts'
import { spending } from './models/spending.ts'
import { readTables } from './models/tables.ts'
import { formatNumber } from './table.ts'
import type { Benchmark } from './benchmark.ts'

export const models: Benchmark<'calls' | 'timed' | 'labelled', 'tables'> = {
  about: 'model routing under faults, its overhead, budgets, prices and scorer',
  defaults: { calls: 10_000, timed: 2_000, labelled: 8_000 },
  texts: { tables: '' },
  async run({ calls, timed, labelled }, { tables }) {
    if (tables !== '') {
      reportTables(tables)
      return
    }
    console.log(`models: node ${process.versions.node}, ${availableParallelism()} cores\n`)
    const o = await overhead(timed)
    const added = (milliseconds: number): string => (milliseconds - o.bare).toFixed(3)
    console.log(
      `a call, p50 of ${timed}: bare SDK ${o.bare.toFixed(3)} ms; router adds ${added(o.routed)} ms in memory, ${added(o.budgeted)} ms with a budget on disk (bar: 0.3)`
    )
    const s = await spending()
    console.log(
      `200 callers on a budget for 100: ${s.answered} answered, ${s.refused} refused, overspend ${Math.max(0, s.spent - s.limit).toFixed(12)} USD of ${s.limit} (bar: 0)`
    )
    const p = await prices()
    console.log(
      `cost beside the table: ${p.bands} bands, ${p.calls} calls, largest difference ${p.difference.toExponential(1)} USD (bar: 1e-9), ${p.unknown} unknown as the table says`
    )
    const r = routing(labelled)
    const three = (of: typeof r.auc): string =>
      `learned ${of.learned.toFixed(3)}, length ${of.length.toFixed(3)}, random ${of.random.toFixed(3)}`
    console.log(`routing on ${labelled / 2} unseen labelled requests: AUC ${three(r.auc)}`)
    console.log(`  accuracy ${three(r.accuracy)}; calibration error ${r.error.toFixed(3)}`)
    for (const { count, predicted, observed } of r.calibration) {
      if (count > 0)
        console.log(
          `  ${String(count).padStart(5)} predicted ${predicted.toFixed(2)} observed ${observed.toFixed(2)}`
        )
    }
    const f = await faults(calls)
    console.log(
      `faults (30 % 500, 10 % 429, 5 % cut): ${f.succeeded} of ${calls} succeed in ${f.seconds.toFixed(0)} s; attempts ${f.meanAttempts.toFixed(2)} on average (bar: 2.0; at best 1 / 0.55 = 1.82), ${f.mostAttempts} at most (bar: 18)`
    )
    console.log(`late cuts: ${f.cleanCuts} of ${f.cuts} end in a clean error with what had arrived`)
  }
}

/** Shares of calls to the strong model for 95 % of its quality. */
function reportTables(folder: string): void {
  for (const [name, table] of Object.entries(readTables(folder))) {
    const { shares, differences, byText } = heldOut(table)
    console.log(
      `${name}, ${formatNumber(table.length)} prompts: share of strong calls for 95 % of strong's quality`
    )
    for (const way of WAYS) {
      const [low, high] = differences[way].map(percent)
      console.log(
        `  ${way.padEnd(12)}${percent(shares[way])} %, beside length ${low} to ${high} points`
      )
    }
    console.log(`  text serves in ${percent(byText)} % of the scorers`)
  }
}

function percent(share: number): string {
  return formatNumber(100 * share, 1)
}
