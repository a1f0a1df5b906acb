/** Calls through two providers that fail in all the ways a server can inject. */
import { createHive, ModelError } from 'noormme-hive'
import { ModelServer } from '../../test/fixtures/model-server.ts'
import { servedModels } from '../../test/fixtures/served-models.ts'
import type { Fault } from '../../test/fixtures/model-server.ts'

export interface FaultsReport {
  readonly succeeded: number
  readonly meanAttempts: number
  readonly mostAttempts: number
  /** Streams cut after the first byte that ended in a clean error with what had arrived. */
  readonly cleanCuts: number
  readonly cuts: number
  readonly seconds: number
}

const CONCURRENCY = 250
const LATE_CUTS = 200
const HOUR = 3_600_000
const ASKED = [{ role: 'user', content: 'What is up?' } as const]

/** 30 % status 500; 10 % 429, half of them with a date by a wrong clock; 5 % cut before the first byte. */
function fault(): Fault {
  const random = Math.random()
  if (random < 0.3) return 'error'
  if (random < 0.35) return 'limit'
  if (random < 0.4) return 'limit-date'
  return random < 0.45 ? 'cut' : 'none'
}

export async function faults(calls: number): Promise<FaultsReport> {
  await using fast = await ModelServer.start({ fault, skew: HOUR })
  await using slow = await ModelServer.start({ fault, skew: -HOUR })
  await using db = await createHive({
    swarm: false,
    models: servedModels(fast.origin, slow.origin, { timeout: 900_000 })
  })
  const { models } = db.agent.cortex
  const attempts: number[] = []
  const started = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < calls) {
      const stream = next++ % 2 === 0
      const request = { task: 'summarise', messages: ASKED }
      if (!stream) {
        const result = await models.generate({ ...request, messages: [...ASKED] })
        if (result.text === 'one two three four') attempts.push(result.attempts.length)
        continue
      }
      for await (const part of models.stream({ ...request, messages: [...ASKED] })) {
        if (part.type !== 'end' || part.result.text !== 'one two three four') continue
        attempts.push(part.result.attempts.length)
      }
    }
  }
  await Promise.allSettled(Array.from({ length: CONCURRENCY }, work))
  const seconds = (performance.now() - started) / 1000
  const sum = attempts.reduce((total, each) => total + each, 0)
  return {
    succeeded: attempts.length,
    meanAttempts: sum / attempts.length,
    mostAttempts: Math.max(...attempts),
    cleanCuts: await lateCuts(),
    cuts: LATE_CUTS,
    seconds
  }
}

async function lateCuts(): Promise<number> {
  await using server = await ModelServer.start({ fault: () => 'cut-late' })
  let clean = 0
  for (let i = 0; i < LATE_CUTS; i++) {
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    const model = i % 2 === 0 ? 'a/small' : 'b/small'
    let arrived = ''
    try {
      const stream = db.agent.cortex.models.stream({ task: 't', model, messages: [...ASKED] })
      for await (const part of stream) if (part.type === 'text') arrived += part.text
    } catch (error) {
      const broken = error instanceof ModelError && error.code === 'STREAM_BROKEN'
      if (broken && error.partial === arrived && arrived !== '') clean += 1
    }
  }
  return clean
}
