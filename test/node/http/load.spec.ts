import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { startApi } from '../../fixtures/api.ts'
import type { IncomingMessage } from 'node:http'

/** More than the operations that may run at once. */
const FOLLOWERS = 70

describe('the HTTP API under load', () => {
  it('answers while more agents follow the events than operations may run', async () => {
    await using api = await startApi()
    let unread = FOLLOWERS
    const allRead = Promise.withResolvers<void>()
    api.doors.local.on('request', (incoming: IncomingMessage) => {
      incoming.once('end', () => {
        if (--unread === 0) allRead.resolve()
      })
    })
    const followers = Array.from({ length: FOLLOWERS }, () => {
      const outgoing = request({
        socketPath: api.socket,
        path: '/v1/events',
        method: 'POST',
        headers: { accept: 'application/jsonl', 'content-type': 'application/json' }
      })
      outgoing.on('error', () => undefined)
      return outgoing.end('{}')
    })
    try {
      await allRead.promise
      const status = request({
        socketPath: api.socket,
        path: '/v1/status',
        method: 'POST',
        headers: { 'content-type': 'application/json' }
      })
      status.end('{}')
      const [answer] = (await once(status, 'response')) as [IncomingMessage]
      answer.resume()
      assert.equal(answer.statusCode, 200)
    } finally {
      for (const follower of followers) follower.destroy()
    }
  })

  it('refuses JSON that is nested too deeply, on each route', async () => {
    await using api = await startApi()
    const nested = '['.repeat(100_000) + ']'.repeat(100_000)
    for (const path of ['/v1/run-skill', '/mcp']) {
      const response = await fetch(`${api.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
        body: `{"skill": "none", "input": ${nested}}`
      })
      assert.equal(response.status, 400, path)
      assert.match(await response.text(), /nested deeper than 200/)
    }
    const brackets = '['.repeat(300)
    assert.equal((await api.call('recall', { query: brackets })).status, 200)
  })
})
