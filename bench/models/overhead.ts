/** What the router adds to a call, beside the bare SDK with the same server in the same run. */
import { join } from 'node:path'
import OpenAI from 'openai'
import { createHive } from 'noormme-hive'
import { ModelServer } from '../../test/fixtures/model-server.ts'
import { servedModels } from '../../test/fixtures/served-models.ts'
import { median } from '../samples.ts'
import { inFolder } from '../temporary.ts'

export interface OverheadReport {
  /** Milliseconds a call, the median. */
  readonly bare: number
  readonly routed: number
  /** With a budget and a store on disk: the reservation is written before the call. */
  readonly budgeted: number
}

const WARM = 100
const QUESTION = 'What is up?'

export function overhead(calls: number): Promise<OverheadReport> {
  return inFolder(async (folder) => {
    await using server = await ModelServer.start()
    const swarm = false
    await using memory = await createHive({ swarm, models: servedModels(server.origin) })
    await using disk = await createHive({
      swarm,
      dataDir: join(folder, 'data'),
      models: servedModels(server.origin, server.origin, {
        budgets: { node: { day: { usd: '1000' } } }
      })
    })
    const client = new OpenAI({ apiKey: 'none', baseURL: `${server.origin}/v1`, maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: QUESTION }]
    const request = { task: 'summarise', model: 'b/small', messages, maxOutputTokens: 64 }
    const ways = {
      bare: () => client.chat.completions.create({ model: 'small', messages, max_tokens: 64 }),
      routed: () => memory.agent.cortex.models.generate(request),
      budgeted: () => disk.agent.cortex.models.generate(request)
    }
    const times: Record<keyof typeof ways, number[]> = { bare: [], routed: [], budgeted: [] }
    for (let i = -WARM; i < calls; i++) {
      // Side by side, so that what else the machine does falls on all of them.
      for (const way of ['bare', 'routed', 'budgeted'] as const) {
        const started = performance.now()
        await ways[way]()
        if (i >= 0) times[way].push(performance.now() - started)
      }
    }
    return {
      bare: median(times.bare),
      routed: median(times.routed),
      budgeted: median(times.budgeted)
    }
  })
}
