import assert from 'node:assert/strict'
import { join } from 'node:path'
import { JSON_LINES, PROBLEM_JSON } from '../../../node/http/index.ts'
import { OPERATIONS, operationNames } from '../../../node/operations/index.ts'
import { answerCheck, routes } from '../../fixtures/answer-check.ts'
import { startApi } from '../../fixtures/api.ts'
import type { Api } from '../../fixtures/api.ts'

/** Routes that need no token, and the stream that has no end. */
const OPEN = new Set(['/', '/dashboard/{file}', '/healthz', '/readyz', '/openapi.json', '/docs'])

/** Routes for the page of the node alone, which needs no token: `dashboard.spec.ts` has their tests. */
const OF_PAGE = new Set(['/login', '/logout'])

describe('every route of the HTTP API', () => {
  let api: Api
  before(async () => {
    api = await startApi()
  })
  after(() => api[Symbol.asyncDispose]())

  it('refuses callers without the token, foreign hosts and bad bodies by a problem', async () => {
    const ways = [
      [{ authorization: '' }, '{}', [401]],
      [{ origin: 'http://evil.example' }, '{}', [403]],
      [{ 'content-type': 'application/xml' }, '<x/>', [415]],
      [{}, '{', [400]],
      [{}, '{"no_such_field":1}', [400, 422, 404]]
    ] as const
    for (const { method, path: template } of routes()) {
      const path = template.replace('{id}', `ku_${'0'.repeat(32)}`)
      for (const [headers, body, statuses] of ways) {
        if (method === 'GET' && statuses[0] !== 401 && statuses[0] !== 403) continue
        if (OPEN.has(path) && statuses[0] === 401) continue
        if (OF_PAGE.has(path) && (statuses[0] === 401 || body.startsWith('{"'))) continue
        // A confirmation has no body.
        if (path.endsWith('/confirmations') && body.startsWith('{"')) continue
        const request = { method, path, headers, ...(method === 'GET' ? {} : { body }) }
        const { status, type } = await api.send(request)
        assert.ok(
          statuses.some((each) => each === status),
          `${method} ${path} ${body} ${status}`
        )
        if (status === 401 || status === 403) assert.ok(type.startsWith(PROBLEM_JSON), path)
      }
    }
  })

  it('of an operation answers in JSON Lines, which end with a result or an error', async () => {
    const inputs: Readonly<Record<string, unknown>> = {
      backup: { directory: join(api.dataDir, '..', 'backup') },
      'export-skill': { skill: 'none', folder: join(api.dataDir, '..', 'skill') },
      events: { limit: 0 }
    }
    const ends = new Set<string>()
    for (const name of operationNames()) {
      const body = JSON.stringify(inputs[name] ?? OPERATIONS[name].example.input)
      const { type, body: text } = await api.send({
        method: 'POST',
        path: `/v1/${name}`,
        headers: { accept: JSON_LINES },
        body
      })
      assert.ok(type.startsWith(JSON_LINES), name)
      ends.add(Object.keys(JSON.parse(String(text).trimEnd().split('\n').at(-1) ?? '')).join())
    }
    assert.deepEqual([...ends].toSorted(), ['error', 'result'])
  })

  it('is checked: an answer that no document has fails', () => {
    const check = answerCheck()
    const answer = { method: 'POST', path: '/v1/status', status: 200, type: JSON_LINES }
    for (const wrong of [
      { ...answer, text: '{"result":{}}\n' },
      { ...answer, text: '{"progress":{"n":"1"}}\n' },
      { ...answer, type: PROBLEM_JSON, status: 400, text: '{"detail":"x"}' },
      { ...answer, path: '/v1/none', text: '{}' },
      { ...answer, type: 'text/html', text: 'x' },
      { ...answer, path: '/api/v1/knowledge', status: 201, type: 'application/json', text: '{}' }
    ]) {
      assert.throws(() => check(wrong), { name: 'AssertionError' }, JSON.stringify(wrong))
    }
  })
})
