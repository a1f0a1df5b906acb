import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { z } from 'zod'
import type { CallPreview, HiveNode, ModelsInit, Script } from '../../../../src/index.ts'
import { createHive, ModelError, ProviderFailure, scriptedProvider } from '../../../../src/index.ts'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { ModelServer } from '../../../fixtures/model-server.ts'
import { SECRET, servedModels } from '../../../fixtures/served-models.ts'
import { temporaryDirectory } from '../../../fixtures/temporary.ts'

const messages = [{ role: 'user' as const, content: 'What is up?' }]
const ask = { task: 'summarise', messages }

function hive(models?: ModelsInit): Promise<HiveNode> {
  return createHive({ swarm: false, models })
}

/** Two tiers by scripts, without prices. */
function scripted(fast: Script, premium: Script): ModelsInit {
  return {
    providers: { f: scriptedProvider('f', fast), p: scriptedProvider('p', premium) },
    tiers: { fast: ['f/one'], premium: ['p/one'] }
  }
}

const code = (expected: string) => (error: unknown) =>
  error instanceof ModelError && error.code === expected

describe('models', () => {
  for (const model of ['a/small', 'b/small']) {
    it(`answers, streams and accounts through the SDK of ${model}`, async () => {
      const usage = { input: 10, cacheRead: 5, cacheWrite: 2, output: 4 }
      await using server = await ModelServer.start({ usage })
      await using db = await hive(servedModels(server.origin))
      const { models } = db.agent.cortex
      const result = await models.generate({ ...ask, model })
      assert.equal(result.text, 'one two three four')
      assert.deepEqual(result.usage, usage)
      // (10 x 1 + 5 x 0.1 + 2 x 1.25 + 4 x 5) / 1e6 USD
      assert.equal(result.cost, '0.000033')
      const parts = await Array.fromAsync(models.stream({ ...ask, model }))
      assert.equal(
        parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
        result.text
      )
      const last = parts.at(-1)
      assert.deepEqual(last?.type === 'end' ? last.result.usage : undefined, usage)
      assert.deepEqual(models.usage().rows[0]?.calls, 2)
      const names = models.metrics().map(({ name }) => name)
      assert.ok(names.includes('gen_ai.client.token.usage'))
    })
  }

  it('begins with what the persona of the agent prefers, where the policy leaves it free', async () => {
    const init = scripted(
      () => 'fast',
      () => 'premium'
    )
    await using db = await hive({ ...init, policy: { summarise: { tier: 'fast' } } })
    const { cortex } = await db.agents.create('auditor', {
      persona: {
        role: 'Reads logs.',
        goal: 'Finds faults.',
        models: {
          review: { model: 'p/one' },
          title: { tier: 'premium' },
          summarise: { tier: 'premium' },
          absent: { model: 'nobody/has-it' },
          private: { tier: 'offline' }
        }
      }
    })
    const { models } = cortex
    const tiers = async (task: string): Promise<string[]> => {
      const { text, tier } = await models.generate({ task, messages })
      const parts = await Array.fromAsync(models.stream({ task, messages }))
      const last = parts.at(-1)
      assert.equal(last?.type === 'end' ? last.result.tier : undefined, tier)
      return [tier, text]
    }
    assert.deepEqual(await tiers('review'), ['premium', 'premium'])
    assert.deepEqual(await tiers('title'), ['premium', 'premium'])
    assert.deepEqual(await tiers('summarise'), ['fast', 'fast'])
    assert.deepEqual(await tiers('absent'), ['fast', 'fast'])
    assert.equal((await tiers('private'))[0], 'offline')
    assert.equal((await models.generate({ task: 'review', messages, tier: 'fast' })).text, 'fast')
    // The agent of the node has no persona.
    const { text } = await db.agent.cortex.models.generate({ task: 'review', messages })
    assert.equal(text, 'fast')
  })

  it('asks an untried fallback before it waits', async () => {
    await using broken = await ModelServer.start({ fault: () => 'limit', retryAfter: 60_000 })
    await using well = await ModelServer.start()
    await using db = await hive(servedModels(broken.origin, well.origin))
    const { attempts } = await db.agent.cortex.models.generate(ask)
    assert.deepEqual(
      attempts.map(({ model, outcome }) => [model, outcome]),
      [
        ['a/small', 'limit 429'],
        ['b/small', 'ok']
      ]
    )
    await db.agent.cortex.models.generate(ask)
    assert.equal(broken.requests, 1, 'the model rests for as long as it was told to')
  })

  it('takes over a stream that breaks before its first byte, and none after it', async () => {
    await using early = await ModelServer.start({ fault: () => 'cut' })
    await using late = await ModelServer.start({ fault: () => 'cut-late' })
    await using db = await hive(servedModels(early.origin, late.origin))
    let arrived = ''
    await assert.rejects(
      async () => {
        for await (const part of db.agent.cortex.models.stream(ask)) {
          if (part.type === 'text') arrived += part.text
        }
      },
      (error: unknown) =>
        code('STREAM_BROKEN')(error) && Reflect.get(Object(error), 'partial') === 'one two '
    )
    assert.equal(arrived, 'one two ')
    assert.equal(early.requests, 1)
  })

  it('cancels down to the socket, and ends at its deadline', async () => {
    await using server = await ModelServer.start({ fault: () => 'hang' })
    await using db = await hive(servedModels(server.origin))
    const { models } = db.agent.cortex
    const abort = new AbortController()
    const asked = models.generate({ ...ask, signal: abort.signal })
    while (server.requests === 0) await sleep(1)
    abort.abort(new Error('enough'))
    await assert.rejects(asked, /enough/)
    while (server.hungUp === 0) await sleep(1)
    await assert.rejects(models.generate({ ...ask, timeout: 30 }), code('DEADLINE'))
  })

  it('does not repeat what the provider refuses as wrong, and keeps the key out of every error', async () => {
    for (const [fault, expected] of [
      ['refuse', 'REQUEST_REFUSED'],
      ['key', 'KEY_REFUSED']
    ] as const) {
      await using server = await ModelServer.start({ fault: () => fault })
      await using db = await hive(servedModels(server.origin))
      const error: unknown = await db.agent.cortex.models
        .generate(ask)
        .catch((each: unknown) => each)
      assert.ok(code(expected)(error))
      assert.equal(server.requests, 4, 'one for each model of both tiers')
      assert.ok([...server.keys].every((key) => key.includes(SECRET)))
      assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(SECRET))
    }
  })

  it('escalates what does not pass the schema, after one repair, with the failed attempt as context', async () => {
    const asked: number[] = []
    await using db = await hive(
      scripted(
        (request) => {
          asked.push(request.messages.length)
          return '{"n": "many"}'
        },
        ({ messages: seen }) =>
          seen.some(({ content }) => content.includes('many')) ? '{"n": 3}' : ''
      )
    )
    const { value, tier, escalated } = await db.agent.cortex.models.generate({
      ...ask,
      schema: z.object({ n: z.number() })
    })
    assert.deepEqual([value, tier], [{ n: 3 }, 'premium'])
    assert.match(escalated ?? '', /n: /)
    assert.deepEqual(asked, [2, 4])
  })

  it('escalates what a verifier refuses, and learns which requests do', async () => {
    // Not one of the few that try the fast tier all the same.
    await using db = await createHive({
      swarm: false,
      random: () => 0.5,
      models: scripted(
        () => 'weak',
        () => 'strong'
      )
    })
    const { models } = db.agent.cortex
    const verify = ({ text }: { text: string }): boolean => text === 'strong'
    for (let i = 0; i < 80; i++) await models.generate({ ...ask, verify })
    const { gain, tier } = models.plan({ ...ask, verify })
    assert.ok(gain !== undefined && gain.chance > gain.threshold)
    assert.equal(tier, 'premium')
    const other = await hive(
      scripted(
        () => 'weak',
        () => 'strong'
      )
    )
    other.agent.cortex.models.importScorer(models.exportScorer())
    assert.deepEqual(other.agent.cortex.models.plan({ ...ask, verify }).gain, gain)
    await other.stop()
  })

  it('refuses a model past its shutdown with its replacement, and warns before it', async () => {
    const now = Date.parse('2026-11-24')
    const models: ModelsInit = {
      providers: { anthropic: scriptedProvider('anthropic', () => 'x') }
    }
    const warnings: string[] = []
    await using db = await createHive({ swarm: false, models, clock: { now: () => now } })
    db.on('model:warn', (text) => warnings.push(text))
    const door = db.agent.cortex.models
    await assert.rejects(
      door.generate({ ...ask, model: 'anthropic/claude-3-5-sonnet-20241022' }),
      (error: unknown) => code('MODEL_SHUT_DOWN')(error) && /claude-sonnet-5-5/.test(String(error))
    )
    await door.generate({ ...ask, model: 'anthropic/claude-sonnet-4-5-20250929' })
    assert.match(warnings.join(), /2026-11-30.*claude-sonnet-5-5/)
    const groq = door.list().find(({ model }) => model === 'groq/llama3-70b-8192')
    assert.deepEqual([groq?.state, groq?.replacement], ['shut-down', 'groq/openai/gpt-oss-120b'])
  })

  it('refuses an unknown price under a budget in money', async () => {
    await using db = await hive({
      ...scripted(
        () => 'x',
        () => 'x'
      ),
      budgets: { node: { day: { usd: '1' } } }
    })
    await assert.rejects(db.agent.cortex.models.generate(ask), code('PRICE_UNKNOWN'))
  })

  it('keeps the budgets of calls, tasks and agents apart', async () => {
    await using server = await ModelServer.start()
    const budgets = {
      agents: { scout: { hour: { tokens: 0 } } },
      tasks: { dear: { day: { usd: '0' } } }
    }
    await using db = await hive(servedModels(server.origin, server.origin, { budgets }))
    const { models } = db.agent.cortex
    const scout = db.agents.create('scout').cortex.models
    await models.generate(ask)
    await assert.rejects(scout.generate(ask), code('BUDGET_EXCEEDED'))
    await assert.rejects(models.generate({ ...ask, task: 'dear' }), code('BUDGET_EXCEEDED'))
    await assert.rejects(
      models.generate({ ...ask, budget: { usd: '0.000001' } }),
      code('BUDGET_EXCEEDED')
    )
    assert.equal(server.requests, 1)
  })

  it('sends no request whose reservation could not be written, and releases the reservation', async () => {
    await using server = await ModelServer.start()
    const { database, writes, failNext } = failingDatabase()
    const budgets = { node: { day: { usd: '1' } } }
    const models = servedModels(server.origin, server.origin, { budgets })
    await using db = await createHive({ swarm: false, store: database, models })
    failNext('models')
    await assert.rejects(db.agent.cortex.models.generate(ask), { code: 'STORE_WRITE_FAILED' })
    assert.equal(server.requests, 0)
    assert.equal(db.agent.cortex.models.usage().budgets[0]?.usd?.reserved, '0')
    await db.agent.cortex.models.generate(ask)
    assert.equal(server.requests, 1)
    // What was spent is on disk once the node has stopped.
    await db.stop()
    assert.deepEqual(writes.findLast(({ sections }) => sections.has('models'))?.sync, true)
  })

  it('warns once when four fifths of a budget are spent, and knows after a restart what was', async () => {
    await using server = await ModelServer.start()
    await using directory = await temporaryDirectory()
    const models = servedModels(server.origin, server.origin, {
      budgets: { node: { day: { tokens: 2_000 } } }
    })
    const warnings: string[] = []
    const spend = async (calls: number): Promise<number | undefined> => {
      await using db = await createHive({ dataDir: directory.path, swarm: false, models })
      db.on('model:warn', (text) => warnings.push(text))
      // 14 tokens each.
      for (let i = 0; i < calls; i++) {
        await db.agent.cortex.models.generate({ ...ask, maxOutputTokens: 4 })
      }
      return db.agent.cortex.models.usage().budgets[0]?.tokens?.spent
    }
    assert.equal(await spend(100), 1_400)
    assert.deepEqual(warnings, [])
    assert.equal(await spend(20), 1_680)
    assert.deepEqual(warnings, ['80 percent of the budget of the node for the day is spent.'])
  })

  it('tells what was spent for 35 days', async () => {
    await using directory = await temporaryDirectory()
    const hour = 60 * 60 * 1000
    const start = Date.UTC(2026, 0)
    const spentAt = async (now: number, calls: number): Promise<number> => {
      const models = scripted(
        () => 'x',
        () => 'x'
      )
      const clock = { now: () => now }
      await using db = await createHive({ dataDir: directory.path, swarm: false, models, clock })
      for (let i = 0; i < calls; i++) await db.agent.cortex.models.generate(ask)
      return db.agent.cortex.models.usage().rows.length
    }
    assert.equal(await spentAt(start, 1), 1)
    assert.equal(await spentAt(start + 35 * 24 * hour, 0), 1)
    assert.equal(await spentAt(start + 35 * 24 * hour + hour, 0), 0)
  })

  it('knows after a restart what it learned', async () => {
    await using directory = await temporaryDirectory()
    const verify = ({ text }: { text: string }): boolean => text === 'strong'
    const open = (): Promise<HiveNode> =>
      createHive({
        dataDir: directory.path,
        swarm: false,
        models: scripted(
          () => 'weak',
          () => 'strong'
        )
      })
    let learned: CallPreview['gain']
    {
      await using db = await open()
      for (let i = 0; i < 60; i++) await db.agent.cortex.models.generate({ ...ask, verify })
      learned = db.agent.cortex.models.plan({ ...ask, verify }).gain
    }
    assert.ok(learned !== undefined)
    await using again = await open()
    assert.deepEqual(again.agent.cortex.models.plan({ ...ask, verify }).gain, learned)
  })

  it('never overspends under many callers', async () => {
    await using server = await ModelServer.start()
    const budgets = { node: { day: { usd: '0.003' } } }
    await using db = await hive(servedModels(server.origin, server.origin, { budgets }))
    const calls = Array.from({ length: 200 }, () =>
      db.agent.cortex.models.generate({ ...ask, maxOutputTokens: 4 })
    )
    const outcomes = await Promise.allSettled(calls)
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length
    assert.ok(answered > 90 && answered <= 100, String(answered))
    assert.ok(server.requests * 0.00003 <= 0.003)
    assert.equal(db.agent.cortex.models.usage().budgets[0]?.usd?.reserved, '0')
  })

  it('asks once for equal requests that may be cached', async () => {
    await using server = await ModelServer.start()
    await using db = await hive(servedModels(server.origin))
    const { models } = db.agent.cortex
    const request = { ...ask, cache: true }
    await Promise.all(Array.from({ length: 20 }, () => models.generate(request)))
    const { cached, cost } = await models.generate(request)
    assert.deepEqual([server.requests, cached, cost], [1, true, '0'])
    await models.generate({ ...request, messages: [{ role: 'user', content: 'other' }] })
    assert.equal(server.requests, 2)
  })

  it('asks a second model when the first is slow, and cancels the loser', async () => {
    await using slow = await ModelServer.start({ fault: () => 'hang' })
    await using quick = await ModelServer.start()
    await using db = await hive(servedModels(slow.origin, quick.origin, { hedge: 20 }))
    assert.equal((await db.agent.cortex.models.generate(ask)).model, 'b/small')
    while (slow.hungUp === 0) await sleep(1)
  })

  it('goes on after a burst of failures, through an open breaker', async () => {
    let failing = 21
    const models: ModelsInit = {
      providers: {
        f: scriptedProvider('f', () => {
          if (failing-- > 0) throw new ProviderFailure('server', 'f: down')
          return 'up'
        })
      },
      tiers: { fast: ['f/one'] }
    }
    // Without jitter there is no wait but the breaker's.
    await using db = await createHive({ swarm: false, models, random: () => 0 })
    const ways = [db.agent.cortex.models, db.agents.create('other').cortex.models]
    const outcomes = await Promise.all(ways.map((each) => each.generate(ask)))
    assert.deepEqual(
      outcomes.map(({ text }) => text),
      ['up', 'up']
    )
    assert.ok(outcomes.every(({ attempts }) => attempts.length <= 18))
  })

  it('does everything without a key, the same each time, and says that it is offline', async () => {
    await using db = await hive()
    const { models } = db.agent.cortex
    const content = 'The build failed. The cache had 40 GB of images. Clearing it fixed the build.'
    const request = { messages: [{ role: 'user' as const, content }] }
    for (const task of ['summarise', 'extract', 'propose', 'anything']) {
      const [first, second] = [
        await models.generate({ ...request, task }),
        await models.generate({ ...request, task })
      ]
      assert.deepEqual([first.tier, first.offline, first.cost], ['offline', true, '0'])
      assert.ok(first.text !== '' && first.text === second.text)
    }
    const schema = z.object({
      kind: z.enum(['praise', 'build failed']),
      facts: z.array(z.string()).min(1),
      gigabytes: z.int()
    })
    const { value } = await models.generate({ ...request, task: 'classify', schema })
    assert.deepEqual([value.kind, value.gigabytes], ['build failed', 40])
    const parts = await Array.fromAsync(models.stream({ ...request, task: 'summarise' }))
    const end = parts.at(-1)
    assert.ok(end?.type === 'end' && end.result.offline)
    const { vectors, offline } = await models.embed({ texts: ['a cache', 'the cache', 'rain'] })
    assert.ok(offline)
    assert.deepEqual(vectors[0], vectors[1])
    assert.notDeepEqual(vectors[0], vectors[2])
  })
})
