/** Many callers on one small budget, and what calls cost beside the price table. */
import { createHive, ModelError } from 'noormme-hive'
import { ModelServer } from '../../test/fixtures/model-server.ts'
import { servedModels } from '../../test/fixtures/served-models.ts'

export interface SpendingReport {
  readonly answered: number
  readonly refused: number
  /** USD. */
  readonly limit: number
  readonly spent: number
}

const CALLERS = 200
const PAID = 100
const INPUT = 10
const OUTPUT = 4
/** USD a million tokens, as in `servedModels`. */
const COST = (INPUT * 1 + OUTPUT * 5) / 1e6

/** 200 callers at once on a budget for 100 calls. */
export async function spending(): Promise<SpendingReport> {
  await using server = await ModelServer.start({
    usage: { input: INPUT, cacheRead: 0, cacheWrite: 0, output: OUTPUT }
  })
  const usd = (COST * PAID).toFixed(12)
  await using db = await createHive({
    swarm: false,
    models: servedModels(server.origin, server.origin, { budgets: { node: { day: { usd } } } })
  })
  const { models } = db.agent.cortex
  const outcomes = await Promise.allSettled(
    Array.from({ length: CALLERS }, (_, i) =>
      models.generate({
        task: 'summarise',
        messages: [{ role: 'user', content: `${i}` }],
        maxOutputTokens: OUTPUT
      })
    )
  )
  const refused = outcomes.filter(
    (each) =>
      each.status === 'rejected' &&
      each.reason instanceof ModelError &&
      each.reason.code === 'BUDGET_EXCEEDED'
  ).length
  return {
    answered: outcomes.filter(({ status }) => status === 'fulfilled').length,
    refused,
    limit: Number(usd),
    spent: server.requests * COST
  }
}
