import assert from 'node:assert/strict'
import { join } from 'node:path'
import { z } from 'zod'
import { startApi } from '../../fixtures/api.ts'
import type { Api, ApiAnswer } from '../../fixtures/api.ts'

const Id = z.object({ id: z.string() })

const SKILL = {
  name: 'double',
  description: 'Doubles a number.',
  kind: 'code',
  source: 'export default (n) => 2 * n',
  inputSchema: { type: 'number' },
  outputSchema: { type: 'number' },
  tests: [{ input: 2, output: 4 }]
}

describe('the HTTP API', () => {
  let api: Api
  before(async () => {
    api = await startApi()
  })
  after(() => api[Symbol.asyncDispose]())

  it('stores, finds, opens, previews, publishes and forgets knowledge', async () => {
    const facts = [
      {
        entity: 'build server',
        content: 'It runs Node 24.',
        confidence: 0.9,
        attribute: 'runtime',
        value: 'Node 24',
        validFrom: '2026-05-01'
      },
      {
        entity: 'CSS gap',
        content: 'Flex containers support gap.',
        confidence: 0.95,
        tags: ['css']
      }
    ]
    const report = await api.result('distill', { facts: [...facts, { entity: 'no content' }] })
    assert.partialDeepStrictEqual(report, { read: 3, new: 2, rejected: [{ line: 3 }] })
    const { items } = z
      .object({ items: z.array(z.object({ fact: Id })) })
      .parse(await api.result('recall', { query: 'flex gap', asOf: new Date() }))
    const id = items[0]?.fact.id ?? ''
    assert.partialDeepStrictEqual(await api.result('open', { ids: [id] }), {
      facts: [{ id, entity: 'CSS gap', tags: ['css'] }],
      insights: []
    })
    assert.partialDeepStrictEqual(await api.result('history', { entity: 'build server' }), [
      { value: 'Node 24', state: 'current', validFrom: '2026-05-01T00:00:00.000Z' }
    ])
    assert.partialDeepStrictEqual(await api.result('preview', { id }), { verdict: 'clear' })
    assert.equal(await api.result('preview', { id: '00'.repeat(32) }), null)
    const promoted = Id.parse(await api.result('promote', { id, tags: ['web'] }))
    assert.partialDeepStrictEqual(await api.result('broadcast'), { promoted: 1, needs: 1 })
    assert.partialDeepStrictEqual(await api.result('insights', { tags: ['web'] }), [
      { id: promoted.id, state: 'released', corroboration: 1 }
    ])
    assert.partialDeepStrictEqual(await api.result('open', { ids: [promoted.id.slice(0, 12)] }), {
      insights: [{ id: promoted.id }]
    })
    assert.deepEqual(await api.result('vote', { id: promoted.id, vote: 'retract' }), {
      changed: true
    })
    assert.partialDeepStrictEqual(await api.result('context', { goal: 'flex gap' }), { omitted: 0 })
    assert.partialDeepStrictEqual(await api.result('forget', { id }), { forgotten: true })
  })

  it('takes goals and playbooks', async () => {
    const { id } = Id.parse(await api.result('add-goal', { title: 'Upgrade to Node 24' }))
    assert.partialDeepStrictEqual(await api.result('goal-status', { id, status: 'active' }), {
      status: 'active'
    })
    const edit = { do: 'add', at: 0, title: 'Run the tests' }
    assert.partialDeepStrictEqual(await api.result('playbook', { id, edit }), [
      { title: 'Run the tests' }
    ])
    assert.partialDeepStrictEqual(await api.result('goals', { status: 'active' }), [{ id }])
  })

  it('takes skills from registration to removal', async () => {
    const { id } = Id.parse(await api.result('add-skill', { skill: SKILL }))
    assert.partialDeepStrictEqual(await api.result('run-skill', { skill: 'double', input: 4 }), {
      output: 8
    })
    const { run } = z
      .object({ run: z.string() })
      .parse(await api.result('begin-skill', { skill: 'double' }))
    await api.result('report-skill', { skill: 'double', ok: true, run })
    await api.result('test-skill', { skill: 'double' })
    assert.partialDeepStrictEqual(await api.result('show-skill', { skill: id }), {
      details: { skill: SKILL }
    })
    assert.partialDeepStrictEqual(await api.result('skills', { text: 'double' }), [{ id }])
    await api.result('export-skill', { skill: 'double', folder: join(api.dataDir, 'double') })
    await api.result('repair-skills')
    await api.result('skill-offers', { limit: 3 })
    await api.result('blacklist-skill', { skill: 'double', reason: 'a test' })
    await api.result('pardon-skill', { skill: 'double', reason: 'a test' })
    assert.partialDeepStrictEqual(await api.result('remove-skill', { skill: 'double' }), { id })
  })

  it('answers about the node', async () => {
    assert.partialDeepStrictEqual(await api.result('status'), { running: true, http: api.url })
    assert.partialDeepStrictEqual(await api.result('verify'), { isWhole: true })
    const directory = join(api.dataDir, '..', 'backup')
    assert.partialDeepStrictEqual(await api.result('backup', { directory }), { directory })
    for (const name of ['models', 'usage', 'performance', 'export']) await api.result(name)
  })

  it('refuses bad input with a problem that names the code and the field', async () => {
    for (const [name, input, status, code] of [
      ['recall', { qery: 'x' }, 400, 'ARGUMENT_INVALID'],
      ['recall', { query: 'x', limit: 0 }, 400, 'ARGUMENT_INVALID'],
      ['recall', { query: 'x', asOf: 'yesterday' }, 400, 'ARGUMENT_INVALID'],
      ['recall', [], 400, 'ARGUMENT_INVALID'],
      ['vote', { id: '00'.repeat(32), vote: 'vouch' }, 404, 'RECORD_UNKNOWN'],
      ['promote', { id: '00'.repeat(32) }, 404, 'RECORD_UNKNOWN'],
      ['show-skill', { skill: 'none' }, 404, 'SKILL_UNKNOWN'],
      ['goal-status', { id: '00'.repeat(32), status: 'open' }, 404, 'GOAL_UNKNOWN'],
      ['add-skill', {}, 400, 'ARGUMENT_INVALID'],
      ['add-skill', { folder: '/nowhere' }, 422, 'SKILL_FOLDER'],
      ['backup', { directory: api.dataDir }, 409, 'BACKUP_INVALID']
    ] as const) {
      const answer = await api.call(name, input)
      assert.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`)
      assert.match(answer.type, /^application\/problem\+json/)
      assert.partialDeepStrictEqual(answer.body, { status, code })
    }
    const { body } = await api.call('recall', { query: 'x', asOf: 'yesterday' })
    assert.match(JSON.stringify(body), /asOf: must be a date/)
  })

  it('streams facts in and out as JSON Lines, with progress', async () => {
    const post = (
      name: string,
      body: string,
      headers: Record<string, string>
    ): Promise<ApiAnswer> => api.send({ method: 'POST', path: `/v1/${name}`, body, headers })
    const lines = Array.from({ length: 1_500 }, (_, i) =>
      JSON.stringify({ entity: `e${i}`, content: `Line ${i}.`, confidence: 0.5 })
    )
    const jsonl = 'application/jsonl'
    const stored = await post('distill', lines.join('\n'), { 'content-type': jsonl, accept: jsonl })
    const parts = String(stored.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    assert.ok(parts.some((part) => 'progress' in part))
    assert.partialDeepStrictEqual(parts.at(-1), { result: { read: 1_500, new: 1_500 } })
    const out = await post('export', '{}', { accept: jsonl })
    const items = String(out.body).trim().split('\n')
    assert.ok(items.length >= 1_501)
    assert.match(items.at(-1) ?? '', /^\{"result":\{"facts":\d+\}\}$/)
    const wrong = await post('recall', '{}', { 'content-type': jsonl })
    assert.equal(wrong.status, 415)
  })

  it('takes back what it exports, whatever the text, and refuses single lines', async () => {
    const jsonl = { 'content-type': 'application/jsonl' }
    const send = (path: string, body: string): Promise<ApiAnswer> =>
      api.send({ method: 'POST', path, body, headers: jsonl })
    const control = { entity: 'a', content: '\u0001'.repeat(30_000), confidence: 0.5 }
    const far = { attribute: 'end', value: 'far', validFrom: '9999-12-31T23:59:59.999Z' }
    const claim = { entity: 'b', content: 'It ends.', confidence: 0.5, ...far }
    const deep = `{"entity": "c", "content": "d", "tags": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`
    const lines = [JSON.stringify(control), deep, JSON.stringify(claim)].join('\n')
    const stored = await send('/v1/distill', lines)
    assert.partialDeepStrictEqual(stored.body, { read: 3, new: 2 })
    assert.match(JSON.stringify(stored.body), /"line":2,"reason":"The JSON is nested deeper/)
    const { body } = await api.send({
      method: 'POST',
      path: '/v1/export',
      body: '{}',
      headers: { accept: 'application/jsonl' }
    })
    const again = String(body).trim().split('\n').slice(0, -1).join('\n')
    assert.partialDeepStrictEqual((await send('/v1/distill', again)).body, { new: 0, rejected: [] })
    const cq = await send('/v1/import?input=%7B%22format%22%3A%22cq%22%7D', deep)
    assert.match(JSON.stringify(cq.body), /nested deeper/)
    for (const input of ['%7Bbad', '['.repeat(300)]) {
      const refused = await send(`/v1/import?input=${input}`, '')
      assert.equal(refused.status, 400)
      assert.partialDeepStrictEqual(refused.body, { code: 'ARGUMENT_INVALID' })
    }
  })
})
