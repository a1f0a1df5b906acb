import assert from 'node:assert/strict'
import { request } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { fastify } from 'fastify'
import { addPageRoutes } from '../../../node/http/page-route.ts'
import { Logins } from '../../../node/http/index.ts'
import { readPageFiles } from '../../../node/http/page-files.ts'
import { startApi } from '../../fixtures/api.ts'
import type { IncomingMessage } from 'node:http'
import type { Api } from '../../fixtures/api.ts'

/** Bytes of the page with all it loads, compressed. */
const MAX_PAGE = 150_000

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** `fetch` sets its own `Sec-Fetch-Site`, as a browser does. */
async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: object
): Promise<Answer> {
  const outgoing = request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }
  })
  outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response)
  }
}

const OWN = { 'sec-fetch-site': 'same-origin' }

async function codeOf(api: Api): Promise<string> {
  const { url, seconds } = (await api.result('dashboard')) as { url: string; seconds: number }
  assert.equal(seconds, 60)
  assert.ok(url.startsWith(`${api.url}/#login=`))
  return new URL(url).hash.replace('#login=', '')
}

/** The headers of a page that has logged in. */
async function logIn(api: Api): Promise<{ cookie: string; 'x-hive-page': string }> {
  const code = await codeOf(api)
  const answer = await ask(`${api.url}/login`, OWN, { code })
  assert.equal(answer.status, 200, answer.body)
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  assert.match(cookie, /^hive-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
  const { key } = JSON.parse(answer.body) as { key: string }
  return { cookie: cookie.split(';')[0] ?? '', 'x-hive-page': key }
}

describe('the login of the dashboard', () => {
  let api: Api
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api[Symbol.asyncDispose]())

  const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await ask(`${api.url}/v1/status`, headers, {})).status

  it('takes a code once, and gives a cookie and a key that only work together', async () => {
    const code = await codeOf(api)
    const first = await ask(`${api.url}/login`, OWN, { code })
    assert.equal(first.status, 200)
    assert.equal((await ask(`${api.url}/login`, OWN, { code })).status, 401)
    const page = await logIn(api)
    const other = await logIn(api)
    assert.equal(await status({ ...OWN, ...page }), 200)
    assert.equal(await status({ ...OWN, cookie: page.cookie }), 401)
    assert.equal(await status({ ...OWN, 'x-hive-page': page['x-hive-page'] }), 401)
    assert.equal(await status({ ...OWN, ...page, 'x-hive-page': other['x-hive-page'] }), 401)
    assert.equal(await status({ ...OWN, ...page, authorization: 'Bearer wrong' }), 401)
  })

  it('is refused to pages of other origins, and to a foreign host', async () => {
    const page = await logIn(api)
    for (const site of ['cross-site', 'same-site', 'none']) {
      assert.equal(await status({ ...page, 'sec-fetch-site': site }), 401, site)
      const answer = await ask(`${api.url}/login`, { 'sec-fetch-site': site }, { code: 'x' })
      assert.equal(answer.status, 403, site)
    }
    assert.equal(await status(page), 401, 'a request that no browser sent')
    assert.equal(await status({ ...page, origin: api.url }), 200)
    assert.equal(await status({ ...OWN, ...page, origin: 'http://127.0.0.1:1' }), 403)
    assert.equal(await status({ ...OWN, ...page, host: 'evil.example' }), 403)
    assert.equal((await ask(`${api.url}/`, { host: 'evil.example' })).status, 403)
  })

  it('ends with a logout, and with the run of the node', async () => {
    const page = await logIn(api)
    const answer = await ask(`${api.url}/logout`, { ...OWN, ...page }, {})
    assert.equal(answer.status, 204)
    assert.match(String(answer.headers['set-cookie']), /Max-Age=0/)
    assert.equal(await status({ ...OWN, ...page }), 401)
    const again = await logIn(api)
    await using next = await startApi()
    const port = new URL(next.url).port
    const renamed = again.cookie.replace(/^hive-\d+/, `hive-${port}`)
    const elsewhere = await ask(`${next.url}/v1/status`, { ...OWN, ...again, cookie: renamed }, {})
    assert.equal(elsewhere.status, 401)
  })

  it('has the limits of the owner, not those of a stranger', async () => {
    const page = await logIn(api)
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => ask(`${api.url}/v1/models`, { ...OWN, ...page }, {}))
    )
    assert.deepEqual([...new Set(answers.map((each) => each.status))], [200])
    assert.equal(answers[0]?.headers['x-ratelimit-limit'], '12000')
  })

  it('is of one minute, of sixteen codes, and of sixty-four pages', () => {
    let now = 0
    const logins = new Logins({ now: () => now })
    const late = logins.issue().code
    now = 60_001
    assert.equal(logins.redeem(late), undefined)
    const codes = Array.from({ length: 17 }, () => logins.issue().code)
    assert.equal(logins.redeem(codes[0] ?? ''), undefined)
    assert.ok(logins.redeem(codes[1] ?? '') !== undefined)
    const sessions = Array.from({ length: 65 }, () => logins.redeem(logins.issue().code))
    const [first, second] = sessions
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(logins.has(first), false)
    assert.equal(logins.has(second), true)
  })
})

describe('the files of the dashboard', () => {
  it('are served whole, under a policy that runs and loads nothing else', async () => {
    await using api = await startApi()
    const page = await ask(`${api.url}/`)
    assert.equal(page.status, 200)
    assert.match(String(page.headers['content-type']), /text\/html/)
    const policy = String(page.headers['content-security-policy'])
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'"
    ]) {
      assert.ok(policy.includes(part), part)
    }
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.doesNotMatch(page.body, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
    const files = readPageFiles()
    const linked = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
    assert.ok(linked.length >= 3)
    for (const path of linked) assert.ok(files.has(path.replace('/dashboard/', '')), path)
    for (const [name, { bytes }] of files) {
      const plain = await ask(`${api.url}/dashboard/${name}`)
      assert.equal(plain.status, 200, name)
      assert.equal(plain.body, bytes.toString(), name)
      assert.match(String(plain.headers['cache-control']), /immutable/)
    }
    for (const path of ['none.js', '..%2f..%2fpackage.json', '../index.js']) {
      assert.notEqual((await ask(`${api.url}/dashboard/${path}`)).status, 200, path)
    }
  })

  it('are small, and sent compressed', async () => {
    await using api = await startApi()
    const files = [...readPageFiles().values()]
    const size = files.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0)
    assert.ok(size <= MAX_PAGE, `${size} bytes`)
    const name = [...readPageFiles().keys()].find((each) => each.endsWith('.js')) ?? ''
    const response = await new Promise<Buffer>((resolve, reject) => {
      const outgoing = request(`${api.url}/dashboard/${name}`, {
        headers: { 'accept-encoding': 'gzip' }
      })
      outgoing.once('error', reject)
      outgoing.once('response', (answer) => {
        void answer.toArray().then((chunks) => resolve(Buffer.concat(chunks)), reject)
      })
      outgoing.end()
    })
    assert.equal(gunzipSync(response).toString(), readPageFiles().get(name)?.bytes.toString())
  })

  it('name no other machine', () => {
    for (const [name, { bytes }] of readPageFiles()) {
      const addresses = [...bytes.toString().matchAll(/https?:\/\/[\w.-]+/g)].map(([each]) => each)
      const foreign = addresses.filter(
        (each) => !/^https?:\/\/(?:www\.w3\.org|127\.0\.0\.1)$/.test(each)
      )
      assert.deepEqual(foreign, [], name)
    }
  })

  it('are missing in a checkout that is not built: the page says how to build them', async () => {
    assert.equal(readPageFiles('/nowhere').size, 0)
    const server = fastify()
    addPageRoutes(server, new Logins({ now: () => 0 }), () => new Map())
    const { statusCode, body } = await server.inject('/')
    assert.equal(statusCode, 503)
    assert.match(body, /npm run build/)
    await server.close()
  })
})
