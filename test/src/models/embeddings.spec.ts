import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../../src/index.ts'
import { embeddingServer } from '../../fixtures/embedding-server.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import type { HiveInit, HiveNode } from '../../../src/index.ts'

const bands = [{ upTo: null, input: '1', cacheRead: null, cacheWrite: null, output: '1' }]

/** The price of `m` where it is called for `embeddings`. */
const catalogue = {
  asOf: '2026-11-24',
  models: [
    {
      provider: 'embeddings',
      model: 'm',
      roles: [],
      context: null,
      maxOutput: null,
      capabilities: ['embed' as const],
      bands,
      shutdown: null,
      replacement: null,
      sources: ['test']
    }
  ]
}

const signal = (): AbortSignal => AbortSignal.timeout(10_000)

function open(baseURL: string, init: HiveInit = {}): Promise<HiveNode> {
  return createHive({ swarm: false, embeddings: { baseURL, model: 'm' }, random: () => 0, ...init })
}

describe('embeddings of recall', () => {
  it('are booked with their cost, and belong to no tier', async () => {
    await using server = await ModelServer.start()
    await using db = await open(`${server.origin}/v1`, { models: { catalogue } })
    const { knowledge, models } = db.agent.cortex
    const called = once(db, 'model:call', { signal: signal() })
    await knowledge.recall('anything')
    const [{ model, task }] = (await called) as [{ model: string; task: string }]
    assert.deepEqual([model, task], ['embeddings/m', 'embed'])
    const [row] = models.usage().rows
    const { calls = 0 } = row ?? {}
    assert.deepEqual(
      [row?.agent, row?.task, row?.model, row?.tokens.input],
      ['default', 'embed', 'embeddings/m', 3 * calls]
    )
    assert.equal(Number(row?.cost), (3 * calls) / 1e6)
    assert.equal((await models.embed({ texts: ['by the offline tier'] })).offline, true)
  })

  it('stop at a budget before a request leaves, and recall goes on by words', async () => {
    await using server = await embeddingServer()
    const budgets = { tasks: { embed: { day: { usd: '0' } } } }
    await using db = await open(server.baseURL, { models: { catalogue, budgets } })
    const failed = once(db, 'embedding:fail', { signal: signal() })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('farm', 'The hound sleeps.', 0.9)
    const [found] = (await knowledge.recall('hound')).items
    assert.equal(found?.fact.entity, 'farm')
    const [error]: unknown[] = await failed
    assert.equal((error as { code?: string }).code, 'BUDGET_EXCEEDED')
    assert.deepEqual(server.texts, [])
  })

  it('leave a dead server alone once its breaker is open, and recall goes on by words', async () => {
    let time = Date.parse('2026-11-24')
    await using server = await embeddingServer()
    server.fault = (response) => {
      response.statusCode = 500
      response.end('{}')
      return true
    }
    await using db = await open(server.baseURL, { clock: { now: () => time } })
    const { knowledge } = db.agent.cortex
    for (let failures = 0; failures < 20; failures++) await knowledge.recall('hound')
    // A failed probe doubles the pause, to more than a question waits.
    time += 1_001
    await knowledge.recall('hound')
    const { length } = server.texts
    await knowledge.distill('farm', 'The hound sleeps.', 0.9)
    const [found] = (await knowledge.recall('hound')).items
    assert.equal(found?.fact.entity, 'farm')
    assert.equal(server.texts.length, length)
  })

  it('may come from an object with `embed`, whose tokens are booked as reserved', async () => {
    let isBroken = false
    const embeddings = {
      model: 'own',
      embed: (texts: readonly string[]): Promise<Float32Array[]> => {
        if (isBroken) return Promise.reject(new Error('out of memory'))
        return Promise.resolve(texts.map(() => Float32Array.of(1, 0)))
      }
    }
    await using db = await createHive({ swarm: false, embeddings })
    const { knowledge, models } = db.agent.cortex
    await knowledge.recall('anything')
    assert.equal(models.usage().rows[0]?.model, 'embeddings/own')
    isBroken = true
    const failed = once(db, 'embedding:fail', { signal: signal() })
    await knowledge.recall('anything')
    const [error]: unknown[] = await failed
    assert.match(String(error), /MODELS_UNAVAILABLE|out of memory/)
  })
})
