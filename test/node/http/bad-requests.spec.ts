import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { PROBLEM_JSON } from '../../../node/http/index.ts'
import { startApi } from '../../fixtures/api.ts'
import type { Api } from '../../fixtures/api.ts'

interface Answered {
  readonly status: number
  readonly head: string
  readonly detail: string
  readonly code: string
}

describe('a request that cannot be served', () => {
  let api: Api
  before(async () => {
    api = await startApi()
  })
  after(() => api[Symbol.asyncDispose]())

  it('is answered by a problem that says what to do, whatever its bytes are', async () => {
    const json = 'content-type: application/json\r\n'
    const lines = 'content-type: application/jsonl\r\n'
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['nonsense\r\n\r\n', 400, /not a request of HTTP/],
      [request('GET', '/%zz'), 400, /path is not valid/],
      [request('GET', '/healthz', `x: ${'y'.repeat(32_768)}\r\n`), 431, /at most 16 KiB/],
      [request('GET', '/v1/recall'), 405, /takes POST, not GET/],
      [request('OPTIONS', '/v1/recall'), 405, /takes POST, not OPTIONS/],
      [request('POST', '/healthz', json, '{}'), 405, /takes GET, not POST/],
      [request('POST', '/v1/nothing', json, '{}'), 404, /See \/docs/],
      [
        request('POST', '/v1/recall', 'content-type: text/plain\r\n', '{}'),
        415,
        /application\/json/
      ],
      [request('POST', '/v1/recall', '', '{}'), 415, /application\/json/],
      [request('POST', '/v1/recall', json, ''), 400, /body is empty/],
      [request('POST', '/v1/recall', json, '{'), 400, /not JSON/],
      [request('POST', '/v1/recall', json, '{"query":5}'), 400, /query: it takes a text, not 5/],
      [request('POST', '/v1/recall', json, 'null'), 400, /it takes an object, not null/],
      [request('POST', '/v1/status', json, 'null'), 400, /it takes an object, not null/],
      [request('POST', '/v1/status', json, '[]'), 400, /it takes an object, not a list/],
      [request('POST', '/login', json, 'null'), 403, /Only the page/],
      [request('POST', '/v1/recall', json, '{"query":"a","tag":[]}'), 400, /no field "tag", only/],
      [request('POST', '/v1/recall?limit=1', json, '{}'), 400, /no parameter "limit"\. Send the/],
      [request('POST', '/v1/distill?inputs=1', lines, ''), 400, /"inputs", only "input"\. Send/],
      [request('POST', '/v1/distill?input=1&input=2', lines, ''), 400, /"input" once/],
      [request('POST', '/v1/distill?input=null', lines, ''), 400, /takes an object of JSON/],
      [request('POST', '/v1/distill?input=[]', lines, ''), 400, /takes an object of JSON/],
      [request('POST', '/v1/distill?input={"fact":1}', lines, ''), 400, /no field "fact"/],
      [request('GET', '/v1/events?since=1'), 400, /no parameter "since", only "after"/],
      [request('GET', '/v1/events?after=x'), 400, /"after" takes the number of an event/],
      [request('GET', '/v1/events', 'last-event-id: x\r\n'), 400, /"Last-Event-ID" takes the/],
      [request('POST', '/mcp?projct=shop', json, '{}'), 400, /"projct", only "project"/],
      [request('POST', '/v1/recall', json, 'x'.repeat(1_100_000)), 413, /more than 1 MiB/]
    ]
    for (const [bytes, status, words] of cases) {
      const answer = await answerTo(bytes)
      const about = `${bytes.slice(0, 60)} ${answer.detail}`
      assert.equal(answer.status, status, about)
      assert.match(answer.detail, words, about)
      assert.match(answer.code, /^[A-Z_]+$/, about)
      assert.ok(answer.head.includes(PROBLEM_JSON), about)
    }
    assert.match((await answerTo(request('PUT', '/mcp'))).head, /allow: GET, POST, DELETE/i)
  })

  function request(method: string, path: string, headers = '', body?: string): string {
    const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
    const own = `host: localhost\r\nauthorization: Bearer ${api.token}\r\nconnection: close\r\n`
    return `${method} ${path} HTTP/1.1\r\n${own}${length}${headers}\r\n${body ?? ''}`
  }

  async function answerTo(bytes: string): Promise<Answered> {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    await once(socket, 'connect')
    // The server may end the connection before it has read everything.
    socket.on('error', () => undefined)
    socket.write(bytes)
    const answer = await text(socket)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    const problem: { detail: string; code: string } = JSON.parse(body)
    return { status: Number(head.split(' ')[1]), head, ...problem }
  }
})
