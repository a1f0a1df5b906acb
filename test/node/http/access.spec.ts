import assert from 'node:assert/strict'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { createHttpServer, readToken, TOKEN_FILE } from '../../../node/http/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { mcpRoute } from '../../../node/mcp/index.ts'
import { startApi } from '../../fixtures/api.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { randomOf } from '../../fixtures/random.ts'
import type { Api } from '../../fixtures/api.ts'
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Undefined where the node closes the connection. */
async function ask(url: string, options: RequestOptions, body = ''): Promise<Answer | undefined> {
  const outgoing = request(url, options)
  try {
    outgoing.end(body)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await text(response)
    }
  } catch {
    return undefined
  }
}

describe('access to the HTTP API', () => {
  let api: Api
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api[Symbol.asyncDispose]())

  const post = (
    headers: Record<string, string>,
    path = '/v1/status'
  ): Promise<Answer | undefined> =>
    ask(
      `${api.url}${path}`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${api.token}`,
          ...headers
        }
      },
      '{}'
    )

  it('needs the token, and compares all of it', async () => {
    assert.equal((await post({}))?.status, 200)
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${api.token}x`,
      `Bearer ${api.token.slice(1)}`,
      `Basic ${api.token}`,
      api.token
    ]) {
      assert.equal((await post({ authorization }))?.status, 401, authorization)
    }
  })

  it('refuses names that are not its own, and pages of other origins', async () => {
    const port = new URL(api.url).port
    for (const host of [
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      'localhost.evil'
    ]) {
      assert.equal((await post({ host }))?.status, 403, host)
      assert.equal((await ask(`${api.url}/docs`, { headers: { host } }))?.status, 403, host)
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.equal((await post({ host }))?.status, 200, host)
    }
    for (const origin of ['http://evil.example', 'null', 'http://localhost:1', 'file://']) {
      assert.equal((await post({ origin }))?.status, 403, origin)
    }
    assert.equal((await post({ origin: api.url }))?.status, 200)
  })

  it('opens to everybody what says nothing of the node', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs']) {
      assert.equal((await ask(`${api.url}${path}`, {}))?.status, 200, path)
    }
    for (const path of ['/metrics', '/v1/events', '/mcp']) {
      assert.equal((await ask(`${api.url}${path}`, {}))?.status, 401, path)
    }
    const page = await ask(`${api.url}/docs`, {})
    assert.match(String(page?.headers['content-security-policy']), /default-src 'none'/)
    assert.doesNotMatch(page?.body ?? '', /(?:src|href)="https?:/)
  })

  it('limits those who guess', async () => {
    const statuses = new Map<number, number>()
    for (let i = 0; i < 150; i++) {
      const path = i % 2 === 0 ? '/v1/status' : '/v1/nothing'
      const status = (await post({ authorization: 'Bearer wrong' }, path))?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    assert.deepEqual(
      statuses,
      new Map([
        [401, 120],
        [429, 30]
      ])
    )
    assert.equal((await post({}))?.status, 200, 'the owner is not locked out')
  })

  it('answers a request whose body never ends, and closes its connection', async () => {
    const node = { db: api.db, dataDir: api.dataDir, running: true }
    const server = await createHttpServer({
      node,
      hosts: [],
      token: 'secret',
      bodyTimeout: 50,
      addRoutes: mcpRoute(node)
    })
    try {
      const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }))
      for (const start of ['POST /v1/status', 'POST /mcp', 'DELETE /mcp', 'POST /none']) {
        const socket = connect(Number(port), '127.0.0.1')
        const head = `${start} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer secret`
        socket.write(`${head}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{`)
        const answer = await text(socket)
        assert.match(answer, /^HTTP\/1\.1 408 /, start)
        assert.match(answer, /"code":"TIMEOUT"/, start)
        assert.match(answer, /did not come within 0\.05 s/, start)
      }
    } finally {
      await server.close()
    }
  })

  it('states the limit of rates in every answer', async () => {
    const owner = { authorization: `Bearer ${api.token}` }
    const cases: readonly (readonly [string, string, Record<string, string>, number])[] = [
      ['GET', '/healthz', owner, 200],
      ['POST', '/v1/none', owner, 404],
      ['GET', '/v1/recall', owner, 405],
      ['GET', '/%zz', owner, 400],
      ['GET', '/none', { authorization: 'Bearer wrong' }, 401]
    ]
    for (const [method, path, headers, status] of cases) {
      const answer = await ask(`${api.url}${path}`, { method, headers })
      assert.equal(answer?.status, status, path)
      assert.equal(answer?.headers['x-ratelimit-limit'], headers === owner ? '12000' : '120', path)
      assert.match(String(answer?.headers['x-ratelimit-remaining']), /^\d+$/, path)
      assert.equal(answer?.headers['cache-control'], 'no-store', path)
    }
  })

  it('survives hostile requests, changes nothing, and answers within its limits', async function () {
    this.timeout(300_000)
    const random = randomOf(7)
    const before = await api.result('status')
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const paths = [
      '/v1/distill',
      '/v1/forget',
      '/v1/../v1/status',
      '/v1/%2e%2e/%2e%2e/etc/passwd',
      '/..%2f..%2fetc/passwd',
      '//evil',
      '/v1/distill?x=1',
      '/mcp',
      '/%00',
      '/%zz',
      `/${'a'.repeat(4_000)}`,
      '/v1/__proto__',
      '/v1/constructor'
    ]
    const bodies = [
      '',
      '{',
      '[]',
      '{"__proto__": {"x": 1}}',
      '{"constructor": {"prototype": {}}}',
      `{"ids": [${'1,'.repeat(5_000)}1]}`,
      'x'.repeat(1_200_000),
      '['.repeat(50_000),
      '\u0000'.repeat(100)
    ]
    const hosts = ['evil.example', '127.0.0.1', '', 'localhost@evil.example', '127.0.0.1.nip.io']
    const tokens = [api.token, 'wrong', '', `${api.token}\t`, 'x'.repeat(7_000)]
    const methods = ['POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']
    const count = budget(400, 10_000)
    let slowest = 0
    for (let i = 0; i < count; i++) {
      const [path, body, host, token, method] = [
        pick(paths),
        pick(bodies),
        pick(hosts),
        pick(tokens),
        pick(methods)
      ]
      // What the owner may do is not hostile.
      if (token === api.token && host === '127.0.0.1' && body === '{}') continue
      const began = performance.now()
      const answer = await ask(
        api.url,
        {
          path,
          method,
          headers: {
            host,
            authorization: `Bearer ${token}`,
            'content-type': pick(['application/json', 'text/plain', 'application/jsonl', ''])
          },
          signal: AbortSignal.timeout(20_000)
        },
        method === 'GET' || method === 'HEAD' ? '' : body
      )
      slowest = Math.max(slowest, performance.now() - began)
      if (answer !== undefined && answer.status === 500) {
        assert.fail(`${method} ${path} ${body.slice(0, 40)}: ${answer.body}`)
      }
    }
    const after = await api.result('status')
    const stable = ({ digest, facts, entries }: Record<string, unknown>): unknown => [
      digest,
      facts,
      entries
    ]
    assert.deepEqual(
      stable(after as Record<string, unknown>),
      stable(before as Record<string, unknown>)
    )
    assert.ok(slowest < 10_000, `the slowest took ${slowest} ms`)
  })
})

describe('the token of the HTTP API', () => {
  it('is made once, for its user alone, and a damaged file is named', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, TOKEN_FILE)
    const token = await readToken(directory.path)
    assert.ok(token.length >= 40)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    await chmod(path, 0o644)
    assert.equal(await readToken(directory.path), token)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal((await readFile(path, 'utf8')).trim(), token)
    await writeFile(path, '\n')
    await assert.rejects(readToken(directory.path), /holds no token/)
  })
})
