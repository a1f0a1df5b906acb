import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'

const tools = [
  {
    name: 'weather',
    description: 'The weather of a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' } } }
  }
]
const tool = { id: 't1', name: 'weather', input: { place: 'Zürich', days: [1, 2] } }
const question = { role: 'user' as const, content: 'What is the weather?' }

describe('calls of tools', () => {
  for (const model of ['a/small', 'b/small']) {
    it(`come whole and streamed, and their results go back, through the SDK of ${model}`, async () => {
      await using server = await ModelServer.start({
        // It asks for the tool until a message brings its result.
        tool: (body) => (JSON.stringify(body['messages']).includes('sunny') ? undefined : tool)
      })
      await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
      const { models } = db.agent.cortex
      const request = { task: 'answer', model, tools, messages: [question] }
      const asked = await models.generate(request)
      assert.deepEqual(asked.toolCalls, [tool])
      assert.equal(asked.stopReason, 'tools')
      const parts = await Array.fromAsync(models.stream(request))
      const last = parts.at(-1)
      assert.deepEqual(last?.type === 'end' ? last.result.toolCalls : undefined, [tool])
      const answered = await models.generate({
        ...request,
        messages: [
          question,
          { role: 'assistant', content: '', toolCalls: [...asked.toolCalls] },
          { role: 'tool', content: 'sunny', toolCallId: 't1' }
        ]
      })
      assert.deepEqual([answered.text, answered.toolCalls], ['one two three four', []])
      const sent = JSON.stringify(server.bodies.at(-1)?.['messages'])
      assert.ok(sent.includes('Zürich') && sent.includes('"t1"'))
      assert.ok(JSON.stringify(server.bodies[0]?.['tools']).includes('The weather of a place.'))
    })
  }
})
