/** The cost of calls beside a table computed apart, for every band of the shipped catalogue. */
import { createHive } from 'noormme-hive'
import shipped from '../../src/models/catalogue.json' with { type: 'json' }
import { ModelServer } from '../../test/fixtures/model-server.ts'

export interface PricesReport {
  readonly bands: number
  readonly calls: number
  /** Bands with a price that is unknown where the call needs it; their cost must be unknown too. */
  readonly unknown: number
  /** The largest difference in USD. */
  readonly difference: number
}

const KINDS = ['input', 'cacheRead', 'cacheWrite', 'output'] as const

/** Each band with plain and with cached tokens, by the SDK of its provider. */
export async function prices(): Promise<PricesReport> {
  process.env['HIVE_BENCH_KEY'] = 'none'
  const report = { bands: 0, calls: 0, unknown: 0, difference: 0 }
  for (const model of shipped.models) {
    for (const [index, band] of (model.bands ?? []).entries()) {
      report.bands += 1
      const below = model.bands?.[index - 1]?.upTo ?? 0
      for (const cached of [false, true]) {
        const usage = {
          input: below + 1_003,
          cacheRead: cached ? 517 : 0,
          cacheWrite: cached ? 211 : 0,
          output: 307
        }
        const cost = await costOfCall(`${model.provider}/${model.model}`, model.provider, usage)
        report.calls += 1
        const known = KINDS.every((kind) => usage[kind] === 0 || band[kind] !== null)
        const expected = KINDS.reduce(
          (sum, kind) => sum + (usage[kind] * Number(band[kind] ?? 0)) / 1e6,
          0
        )
        if (!known) report.unknown += cost === undefined ? 1 : Number.NaN
        else {
          const difference = cost === undefined ? Number.NaN : Math.abs(Number(cost) - expected)
          report.difference = Math.max(report.difference, difference)
        }
      }
    }
  }
  return report
}

async function costOfCall(
  model: string,
  provider: string,
  usage: { input: number; cacheRead: number; cacheWrite: number; output: number }
): Promise<string | undefined> {
  await using server = await ModelServer.start({ usage })
  const anthropic = provider === 'anthropic'
  await using db = await createHive({
    swarm: false,
    models: {
      allowShutDown: true,
      providers: {
        [provider]: {
          kind: anthropic ? 'anthropic' : 'compatible',
          baseURL: anthropic ? server.origin : `${server.origin}/v1`,
          keyEnv: 'HIVE_BENCH_KEY'
        }
      }
    }
  })
  const messages = [{ role: 'user' as const, content: 'What is up?' }]
  return (await db.agent.cortex.models.generate({ task: 't', model, messages })).cost
}
