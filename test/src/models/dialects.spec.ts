import assert from 'node:assert/strict'
import { z } from 'zod'
import { createHive, ModelError } from '../../../src/index.ts'
import { parseEmbeddings } from '../../../src/models/providers/embeddings-wire.ts'
import { withoutThinking } from '../../../src/models/providers/think-filter.ts'
import { chatUsage } from '../../../src/models/providers/usage-wire.ts'
import { checkOutput } from '../../../src/models/routing/structured.ts'
import { DIALECTS } from '../../fixtures/dialects/index.ts'
import { say } from '../../fixtures/dialects/wire-forms.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import type { Generation, HiveNode } from '../../../src/index.ts'
import type { Dialect } from '../../fixtures/dialects/index.ts'

const ask = { task: 't', messages: [{ role: 'user' as const, content: 'What is up?' }] }
const N = z.object({ n: z.number() })

async function answer(db: HiveNode, { model, stream, schema }: Dialect): Promise<Generation> {
  const { models } = db.agent.cortex
  if (stream === undefined) {
    return schema === undefined
      ? models.generate({ ...ask, model })
      : models.generate({ ...ask, model, schema: N })
  }
  const parts = await Array.fromAsync(models.stream({ ...ask, model }))
  const last = parts.at(-1)
  assert.ok(last?.type === 'end')
  assert.equal(
    parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    last.result.stopReason === 'refusal' ? '' : last.result.text
  )
  return last.result
}

function toolCalls(calls: readonly object[]): object {
  return { choices: [{ message: { tool_calls: calls }, finish_reason: 'tool_calls' }] }
}

function blocks(...content: readonly object[]): object {
  return { type: 'message', role: 'assistant', content, stop_reason: 'end_turn' }
}

function sent(event: { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

describe('dialects of servers', () => {
  for (const dialect of DIALECTS) {
    const { server: name, form, source, expected, requests = 2 } = dialect
    it(`${name}: ${form} (${source})`, async () => {
      await using server = await ModelServer.start({ respond: dialect.reply })
      await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
      for (let call = 0; call < 2; call++) {
        const result = await answer(db, dialect)
        for (const [field, value] of Object.entries(expected)) {
          assert.deepEqual(Reflect.get(result, field), value, field)
        }
      }
      assert.equal(server.requests, requests)
    })
  }

  it('books the reservation when a server sends counts that cannot be read', async () => {
    const usage = { prompt_tokens: 'many', completion_tokens: -1 }
    const choices = [{ message: { content: 'hi' }, finish_reason: 'stop' }]
    await using server = await ModelServer.start({ respond: () => ({ json: { choices, usage } }) })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    const { models } = db.agent.cortex
    const { text, cost } = await models.generate({ ...ask, model: 'b/small' })
    assert.deepEqual([text, cost], ['hi', undefined])
    assert.notEqual(models.usage().rows[0]?.uncertain, '0')
  })

  it('reads counts as text', () => {
    assert.deepEqual(chatUsage({ prompt_tokens: '7', completion_tokens: '2.5' }), {
      input: 7,
      cacheRead: 0,
      cacheWrite: 0,
      output: 3
    })
    assert.equal(chatUsage({ prompt_tokens: '7', completion_tokens: '0x3' }), undefined)
  })

  it('reads embeddings of one length alone', () => {
    const data = [{ embedding: [1, 2] }, { embedding: [3, 4] }]
    assert.deepEqual(parseEmbeddings({ data }, 2)?.vectors, [
      [1, 2],
      [3, 4]
    ])
    for (const odd of [[3], [], ['3', '4'], '3,4', null]) {
      assert.equal(parseEmbeddings({ data: [data[0], { embedding: odd }] }, 2), undefined)
    }
    assert.equal(parseEmbeddings({ data }, 3), undefined)
  })

  const named = { function: { name: 'weather', arguments: '{}' } }
  for (const [model, what, json, outcome] of [
    ['b', 'content of another type', { choices: [{ message: { content: 7 } }] }, 'server'],
    ['b', 'a tool call without a name', { choices: [{ message: { tool_calls: [{}] } }] }, 'server'],
    ['b', 'an unnamed call behind another', toolCalls([named, { function: {} }]), 'server'],
    ['b', 'a tool call with an empty name', toolCalls([{ function: { name: '' } }]), 'server'],
    ['b', 'a name of another type', toolCalls([{ function: { name: 7 } }]), 'server'],
    ['b', 'no message', { choices: [{ finish_reason: 'stop' }] }, 'server'],
    ['b', 'an empty object', {}, 'server'],
    // OpenRouter: https://github.com/langchain-ai/langchainjs/issues/11417
    ['b', 'an error with status 200', { error: { code: 429, message: 'slow down' } }, 'limit 429'],
    [
      'a',
      'a tool call without a name',
      blocks({ type: 'tool_use', id: 't1', input: {} }),
      'server'
    ],
    ['a', 'a tool call with an empty name', blocks({ type: 'tool_use', name: '' }), 'server'],
    ['a', 'a name of another type', blocks({ type: 'tool_use', name: 7 }), 'server'],
    ['a', 'text of another type', blocks({ type: 'text', text: 7 }), 'server'],
    ['a', 'a block without a type', blocks({ text: 'hi' }), 'server'],
    ['a', 'text in place of blocks', { content: 'hi' }, 'server'],
    ['a', 'an empty object', {}, 'server']
  ] as const) {
    it(`asks the next model when a reply of ${model} has ${what}`, async () => {
      await using server = await ModelServer.start({
        respond: (body) => (body.model === 'small' ? { json } : undefined)
      })
      const models = servedModels(server.origin, server.origin, {
        tiers: { fast: [`${model}/small`, 'b/large'], premium: [] }
      })
      await using db = await createHive({ swarm: false, models })
      const result = await db.agent.cortex.models.generate(ask)
      assert.deepEqual(
        result.attempts.map((attempt) => attempt.outcome),
        [outcome, 'ok']
      )
    })
  }

  const said = { type: 'content_block_delta', index: 9, delta: { type: 'text_delta', text: 'hi' } }
  const start = { type: 'content_block_start', index: 0 }
  const input = { type: 'input_json_delta', partial_json: '{"n":1}' }
  for (const [what, events] of [
    ['a tool call without a name', [{ ...start, content_block: { type: 'tool_use', id: 't1' } }]],
    ['the input of a call that never began', [{ type: 'content_block_delta', delta: input }]],
    ['a name of another type', [{ ...start, content_block: { type: 'tool_use', name: 7 } }]],
    ['text of another type', [{ type: 'content_block_delta', delta: { text: 7 } }]]
  ] as const) {
    it(`breaks off a stream of messages that has ${what}`, async () => {
      await using server = await ModelServer.start({
        // After some text, so that no other attempt is made.
        respond: () => ({ events: [said, ...events, { type: 'message_stop' }].map(sent) })
      })
      await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
      const parts = db.agent.cortex.models.stream({ ...ask, model: 'a/small' })
      await assert.rejects(Array.fromAsync(parts), (error: unknown) => {
        assert.ok(error instanceof ModelError && error.code === 'STREAM_BROKEN')
        assert.match(String(error.cause), /a: the reply does not follow the protocol/)
        return true
      })
    })
  }

  it('takes calls of messages without an id or an input, and whole inputs at their beginning', async () => {
    const calls = [
      { type: 'tool_use', name: 'weather' },
      { type: 'tool_use', id: 't1', name: 'weather', input: { n: 1 } },
      { type: 'tool_use', id: 't1', name: 'weather', input: '{"n":2}' }
    ]
    const events = [
      ...calls.map((content_block, index) => ({ ...start, index, content_block })),
      { type: 'message_stop' }
    ].map(sent)
    await using server = await ModelServer.start({
      respond: ({ stream }) => (stream === true ? { events } : { json: blocks(...calls) })
    })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    const expected = [
      { id: 'call_0', name: 'weather', input: {} },
      { id: 't1', name: 'weather', input: { n: 1 } },
      { id: 'call_2', name: 'weather', input: { n: 2 } }
    ]
    const { models } = db.agent.cortex
    assert.deepEqual((await models.generate({ ...ask, model: 'a/small' })).toolCalls, expected)
    const last = (await Array.fromAsync(models.stream({ ...ask, model: 'a/small' }))).at(-1)
    assert.deepEqual(last?.type === 'end' ? last.result.toolCalls : undefined, expected)
  })

  it('takes the end of a stream that an answer quotes for a part of the answer', async () => {
    const quoted = say('The last event is data: [DONE]')
    for (const events of [[quoted], [say('data: [DONE]'), say(' ends it')]]) {
      await using server = await ModelServer.start({ respond: () => ({ events }) })
      await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
      const parts = db.agent.cortex.models.stream({ ...ask, model: 'b/small' })
      await assert.rejects(Array.fromAsync(parts), { code: 'STREAM_BROKEN' })
    }
  })

  it('reports a request that stays wrong without the refused fields', async () => {
    const respond = (): { status: number; json: object } => ({
      status: 400,
      json: { error: { message: 'no response_format, no stream_options' } }
    })
    await using server = await ModelServer.start({ respond })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    await assert.rejects(
      db.agent.cortex.models.generate({ ...ask, model: 'b/small', schema: N }),
      (error: unknown) => error instanceof ModelError && error.code === 'REQUEST_REFUSED'
    )
    assert.equal(server.requests, 3)
  })

  it('sends the newer name of max_tokens where a server asks for it', async () => {
    // https://github.com/vibrantlabsai/ragas/pull/2413
    const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    await using server = await ModelServer.start({
      respond: ({ max_tokens: limit }) =>
        limit === undefined ? undefined : { status: 400, json: { error: { message } } }
    })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    await db.agent.cortex.models.generate({ ...ask, model: 'b/small', maxOutputTokens: 9 })
    assert.equal(server.bodies.at(-1)?.['max_completion_tokens'], 9)
  })

  it('keeps text that only looks like reasoning', () => {
    for (const text of ['<thing>', '<thi', ' <', 'a <think>b</think>', 'a\n b', '']) {
      assert.equal(withoutThinking(text), text)
    }
    assert.equal(withoutThinking(' <think>a</think>  b </think>'), 'b </think>')
    assert.equal(withoutThinking('<think>never ends'), '')
  })

  it('finds the value that fits among others, in linear time', () => {
    const prose = 'Not {"n": "x"}, nor [1], but {"n": 2, "s": "}\\"{"} and {"n": 5}'
    assert.deepEqual(checkOutput(prose, N), { ok: true, value: { n: 2 } })
    assert.deepEqual(checkOutput('reasoning {"n":1}\n</think>{"n":2}', N), {
      ok: true,
      value: { n: 2 }
    })
    const started = performance.now()
    for (const piece of ['[', '{"', '{"a\\"', '"\\"', '```json{']) {
      assert.equal(checkOutput(piece.repeat(100_000), N).ok, false)
    }
    assert.ok(performance.now() - started < 5_000)
  })
})
