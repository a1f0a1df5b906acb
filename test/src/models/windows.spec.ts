import assert from 'node:assert/strict'
import { createHive, ModelError } from '../../../src/index.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import type { ModelsInit } from '../../../src/index.ts'
import type { WireReply } from '../../fixtures/model-server.ts'

const ask = { task: 't', messages: [{ role: 'user' as const, content: 'word '.repeat(2_000) }] }
const ISSUE = 'https://github.com'

/** Models of four windows, the first two of the fast tier. */
function windows(origin: string, more: Partial<ModelsInit> = {}): ModelsInit {
  const entry = {
    roles: [],
    maxOutput: null,
    capabilities: ['text' as const, 'stream' as const],
    bands: null,
    shutdown: null,
    replacement: null,
    sources: ['test']
  }
  const models = [
    { ...entry, provider: 'b', model: 'w8', context: 8_000 },
    { ...entry, provider: 'b', model: 'also8', context: 8_000 },
    { ...entry, provider: 'b', model: 'w16', context: 16_000 },
    { ...entry, provider: 'b', model: 'unknown', context: null },
    { ...entry, provider: 'a', model: 'w8', context: 8_000 },
    { ...entry, provider: 'a', model: 'w16', context: 16_000 }
  ]
  return servedModels(origin, origin, {
    catalogue: { asOf: '2026-11-24', models },
    tiers: { fast: ['b/w8', 'b/also8'], premium: ['b/also8', 'b/w16'] },
    ...more
  })
}

interface Overflow extends WireReply {
  readonly server: string
  readonly source: string
  readonly provider?: 'a'
}

const OVERFLOWS: readonly Overflow[] = [
  {
    server: 'OpenAI',
    source: `${ISSUE}/AsyncFuncAI/deepwiki-open/issues/144`,
    status: 400,
    json: {
      error: {
        message:
          "This model's maximum context length is 128000 tokens. However, your messages resulted in 173172 tokens.",
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded'
      }
    }
  },
  {
    server: 'Anthropic',
    source: `${ISSUE}/earendil-works/pi/issues/102`,
    provider: 'a',
    status: 400,
    json: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'prompt is too long: 219898 tokens > 200000 maximum'
      }
    }
  },
  {
    server: 'Groq',
    source: `${ISSUE}/OpenHands/OpenHands/issues/1902`,
    status: 400,
    json: {
      error: {
        message: 'Please reduce the length of the messages or completion.',
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded'
      }
    }
  },
  {
    server: 'vLLM',
    source: `${ISSUE}/ogx-ai/ogx/issues/4534`,
    status: 400,
    json: {
      object: 'error',
      message:
        "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in the messages, 6048 in the completion).",
      type: 'BadRequestError',
      param: null,
      code: 400
    }
  },
  {
    server: 'llama.cpp',
    source: `${ISSUE}/ggml-org/llama.cpp/issues/19774`,
    status: 400,
    json: {
      error: {
        code: 400,
        message: 'request (4390 tokens) exceeds the available context size (4096 tokens)',
        type: 'exceed_context_size_error'
      }
    }
  },
  {
    server: 'llama.cpp, status 500',
    source: `${ISSUE}/ggml-org/llama.cpp/issues/19774`,
    status: 500,
    json: { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } }
  },
  {
    server: 'LM Studio',
    source: `${ISSUE}/Gitlawb/openclaude/issues/353`,
    status: 400,
    json: {
      error:
        'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096).'
    }
  },
  {
    server: 'LM Studio, older',
    source: `${ISSUE}/lmstudio-ai/lmstudio-bug-tracker/issues/237`,
    status: 400,
    json: { error: 'Trying to keep the first 15857 tokens when context the overflows.' }
  },
  {
    server: 'OpenRouter, status 200',
    source: `${ISSUE}/ai-christianson/RA.Aid/issues/41`,
    status: 200,
    json: {
      error: {
        message: "ConnectionError: This model's maximum context length is 16000 tokens.",
        code: 502
      }
    }
  },
  {
    server: 'Gemini',
    source: `${ISSUE}/google-gemini/gemini-cli/issues/12214`,
    status: 400,
    json: [
      {
        error: {
          code: 400,
          message:
            'The input token count (134123) exceeds the maximum number of tokens allowed (131072).',
          status: 'INVALID_ARGUMENT'
        }
      }
    ]
  }
]

describe('windows of models', () => {
  it('skips models whose window is too small, and the next tier answers', async () => {
    await using server = await ModelServer.start()
    await using db = await createHive({ swarm: false, models: windows(server.origin) })
    const { models } = db.agent.cortex
    const request = { ...ask, maxOutputTokens: 6_000 }
    for (const result of [
      await models.generate(request),
      (await Array.fromAsync(models.stream(request)))
        .map((part) => (part.type === 'end' ? part.result : undefined))
        .at(-1)
    ]) {
      assert.equal(result?.model, 'b/w16')
      assert.deepEqual(
        result?.unanswered.map(({ model }) => model),
        ['b/w8', 'b/also8']
      )
      assert.match(result?.unanswered[0]?.reason ?? '', /exceed its window of 8000/)
    }
    assert.deepEqual(
      server.bodies.map(({ model }) => model),
      ['w16', 'w16']
    )
    const planned = models.plan(request).route.map(({ model, fits }) => [model, fits])
    assert.deepEqual(planned, [
      ['b/w8', false],
      ['b/also8', false]
    ])
    assert.equal((await models.generate({ ...ask, maxOutputTokens: 4_000 })).model, 'b/w8')
  })

  it('asks a model of an unknown window, and refuses what no window holds', async () => {
    await using server = await ModelServer.start()
    const tiers = { fast: ['b/w8', 'b/unknown'], premium: [] }
    await using db = await createHive({ swarm: false, models: windows(server.origin, { tiers }) })
    const { models } = db.agent.cortex
    const request = { ...ask, maxOutputTokens: 50_000 }
    assert.equal((await models.generate(request)).model, 'b/unknown')
    await assert.rejects(
      models.generate({ ...request, model: 'b/w16' }),
      (error: unknown) =>
        error instanceof ModelError &&
        error.code === 'REQUEST_REFUSED' &&
        /larger window/.test(error.message)
    )
    assert.equal(server.requests, 1)
  })

  for (const { server: name, source, provider = 'b', status, json } of OVERFLOWS) {
    it(`asks the next larger window when ${name} reports an overflow (${source})`, async () => {
      await using server = await ModelServer.start({
        respond: ({ model }) => (model === 'w8' ? { status, json } : undefined)
      })
      const tiers = { fast: [`${provider}/w8`, 'b/also8'], premium: ['b/also8', `${provider}/w16`] }
      await using db = await createHive({ swarm: false, models: windows(server.origin, { tiers }) })
      const result = await db.agent.cortex.models.generate(ask)
      assert.deepEqual(
        result.attempts.map((attempt) => attempt.outcome.split(' ', 1)[0]),
        ['overflow', 'ok']
      )
      assert.equal(result.model, `${provider}/w16`)
      assert.match(result.unanswered[0]?.reason ?? '', /exceeds the window/)
      assert.match(result.unanswered[1]?.reason ?? '', /not larger/)
    })
  }
})
