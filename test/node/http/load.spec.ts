import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { startApi } from '../../fixtures/api.ts'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** More than the operations that may run at once. */
const FOLLOWERS = 70

describe('the HTTP API under load', () => {
  it('answers while more agents follow the events than operations may run', async () => {
    await using api = await startApi()
    let unread = FOLLOWERS
    const allRead = Promise.withResolvers<void>()
    const [local] = api.doors.servers
    assert.ok(local !== undefined)
    local.on('request', (incoming: IncomingMessage) => {
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

  it('lets the owner in while strangers hold all connections that they get', async () => {
    await using api = await startApi()
    const { port } = new URL(api.url)
    const held: Socket[] = []
    try {
      for (let i = 0; i < 400; i++) {
        const socket = connect(Number(port), '127.0.0.1')
        socket.on('error', () => undefined)
        held.push(socket)
        await once(socket, 'connect')
        socket.write('POST /v1/status HTTP/1.1\r\n')
      }
      const answer = request(`${api.url}/v1/status`, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' }
      })
      answer.end('{}')
      const [response] = (await once(answer, 'response')) as [IncomingMessage]
      response.resume()
      assert.equal(response.statusCode, 200)
    } finally {
      for (const socket of held) socket.destroy()
    }
  })

  it('refuses a body in an encoding', async () => {
    await using api = await startApi()
    const response = await fetch(`${api.url}/v1/status`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.token}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip'
      },
      body: gzipSync('{}')
    })
    assert.equal(response.status, 415)
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
