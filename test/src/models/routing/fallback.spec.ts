import assert from 'node:assert/strict'
import { createHive, ModelError, ProviderFailure, scriptedProvider } from '../../../../src/index.ts'
import { Caller } from '../../../../src/models/calling/caller.ts'
import { Health } from '../../../../src/models/calling/health.ts'
import { RetryBudget } from '../../../../src/models/calling/retry.ts'
import { loadCatalogue } from '../../../../src/models/catalogue.ts'
import { ModelServer } from '../../../fixtures/model-server.ts'
import { servedModels } from '../../../fixtures/served-models.ts'
import type { HiveNode, ModelsInit } from '../../../../src/index.ts'
import type { CallPlan } from '../../../../src/models/calling/caller.ts'
import type { Fault } from '../../../fixtures/model-server.ts'

const messages = [{ role: 'user' as const, content: 'The build failed. The cache was full.' }]
const ask = { task: 'summarise', messages }

/** Without jitter, so that no attempt waits. */
function hive(models: ModelsInit): Promise<HiveNode> {
  return createHive({ swarm: false, models, random: () => 0 })
}

interface End {
  readonly fault: Fault
  readonly reason: RegExp
  readonly retryAfter?: number
  readonly timeout?: number
}

const ENDS: Readonly<Record<string, End>> = {
  'attempts are used up': { fault: 'error', reason: /status 500/ },
  'the key is refused (401)': { fault: 'key', reason: /refused the key \(status 401\)/ },
  'the key is refused (403)': { fault: 'forbidden', reason: /refused the key \(status 403\)/ },
  'the model is missing (404)': { fault: 'missing', reason: /no such model.*404/ },
  'the request is refused (400)': { fault: 'refuse', reason: /status 400/ },
  'the limit ends in an hour (429)': {
    fault: 'limit',
    reason: /rate limit/,
    retryAfter: 3_600_000
  },
  'the server hangs': { fault: 'hang', reason: /no answer within/, timeout: 600 },
  'the connection is cut': { fault: 'cut', reason: /connection failed/ }
}

describe('substitutes of a tier', () => {
  for (const [name, { fault, reason, retryAfter, timeout = 20_000 }] of Object.entries(ENDS)) {
    it(`answers offline, whole and as a stream, when ${name}`, async () => {
      await using server = await ModelServer.start({ fault: () => fault, retryAfter })
      const models = servedModels(server.origin, server.origin, { fallback: 'offline', timeout })
      for (const streamed of [false, true]) {
        await using db = await hive(models)
        const door = db.agent.cortex.models
        const parts = streamed ? await Array.fromAsync(door.stream(ask)) : []
        const last = parts.at(-1)
        const result = last?.type === 'end' ? last.result : await door.generate(ask)
        assert.ok(result.offline)
        assert.match(result.text, /cache/)
        assert.deepEqual(result.unanswered.map(({ model }) => model).toSorted(), [
          'a/large',
          'a/small',
          'b/large',
          'b/small'
        ])
        for (const each of result.unanswered) assert.match(each.reason, reason)
        assert.ok(result.escalated !== undefined)
      }
    })

    it(`asks the next tier when ${name}`, async () => {
      await using server = await ModelServer.start({
        fault: (_, { model }) => (model === 'small' ? fault : 'none'),
        retryAfter
      })
      await using db = await hive(servedModels(server.origin, server.origin, { timeout }))
      const { tier, model, unanswered } = await db.agent.cortex.models.generate(ask)
      assert.deepEqual([tier, model], ['premium', 'a/large'])
      assert.deepEqual(
        unanswered.map((each) => each.model),
        ['a/small', 'b/small']
      )
    })
  }

  it('answers offline when connections are refused', async () => {
    const server = await ModelServer.start()
    const { origin } = server
    await server[Symbol.asyncDispose]()
    await using db = await hive(servedModels(origin, origin, { fallback: 'offline' }))
    const { offline, unanswered } = await db.agent.cortex.models.generate(ask)
    assert.ok(offline)
    assert.ok(unanswered.every(({ reason }) => /connection failed/.test(reason)))
  })

  it('answers offline while a breaker is open for longer than the call may take', async () => {
    await using server = await ModelServer.start({ fault: () => 'error' })
    const models = servedModels(server.origin, server.origin, {
      fallback: 'offline',
      tiers: { fast: ['a/small'], premium: [] },
      timeout: 900
    })
    await using db = await hive(models)
    const door = db.agent.cortex.models
    for (let calls = 0; calls < 2; calls++) await door.generate(ask)
    const before = server.requests
    const { offline, unanswered } = await door.generate(ask)
    assert.ok(offline)
    assert.match(unanswered[0]?.reason ?? '', /^a\/small is ready in 1 s only \(open\)$/)
    assert.equal(server.requests, before)
  })

  it('answers offline when the budget of retries is empty', async () => {
    await using server = await ModelServer.start({ fault: () => 'refuse' })
    const names = Array.from({ length: 18 }, (_, index) => `b/m${index}`)
    const models = servedModels(server.origin, server.origin, {
      fallback: 'offline',
      tiers: { fast: names, premium: [] },
      timeout: 1_500
    })
    await using db = await hive(models)
    const results = await Promise.all(
      Array.from({ length: 60 }, () => db.agent.cortex.models.generate(ask))
    )
    assert.ok(results.every(({ offline }) => offline))
    assert.ok(results.some(({ attempts }) => attempts.length < 18))
  })

  it('keeps to the tier that a request names, then answers offline', async () => {
    await using server = await ModelServer.start({ fault: () => 'key' })
    await using db = await hive(servedModels(server.origin, server.origin, { fallback: 'offline' }))
    const { offline, attempts } = await db.agent.cortex.models.generate({ ...ask, tier: 'fast' })
    assert.ok(offline)
    assert.deepEqual(
      attempts.map(({ model }) => model),
      ['a/small', 'b/small', 'offline/extractive-1']
    )
  })

  it('refuses a call over its budget, without a substitute', async () => {
    await using server = await ModelServer.start()
    await using db = await hive(servedModels(server.origin, server.origin, { fallback: 'offline' }))
    await assert.rejects(
      db.agent.cortex.models.generate({ ...ask, budget: { usd: '0.000001' } }),
      (error: unknown) => error instanceof ModelError && error.code === 'BUDGET_EXCEEDED'
    )
  })

  it('ends when an attempt neither is recorded nor waits', async () => {
    const [model] = (await loadCatalogue()).list()
    assert.ok(model !== undefined)
    let turns = 0
    const plan: CallPlan<string> = {
      route: [{ model, provider: scriptedProvider('x', () => ''), health: new Health() }],
      tokens: 1,
      signal: new AbortController().signal,
      until: performance.now() + 60_000,
      attempts: [],
      unanswered: new Map(),
      reserve: () => {
        turns += 1
        return Promise.reject(new ProviderFailure('server', 'x: down'))
      },
      run: () => Promise.resolve('')
    }
    const now = (): number => 0
    const caller = new Caller({ retries: new RetryBudget(0), random: () => 0, now })
    await assert.rejects(caller.call(plan), { code: 'MODELS_UNAVAILABLE' })
    assert.equal(turns, 1)
  })
})
