import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { createHttpServer } from '../../../node/http/index.ts'
import { addMcpRoute, createMcpServer, mcpHandler } from '../../../node/mcp/index.ts'
import { createHive } from '../../../src/index.ts'
import type { Call } from '../../../node/operations/index.ts'

/** An operation that begins, and ends only when it is cancelled. */
class EndlessCall {
  readonly begun = Promise.withResolvers<void>()
  readonly cancelled = Promise.withResolvers<void>()

  readonly call: Call = async (_name, _input, { signal } = {}) => {
    assert.ok(signal !== undefined)
    this.begun.resolve()
    if (!signal.aborted) await once(signal, 'abort')
    this.cancelled.resolve()
    throw new Error('cancelled')
  }
}

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call' } as const
const ARGUMENTS = { name: 'recall', arguments: { query: 'x' } } as const

/** A call of each revision. */
const REQUESTS = {
  '2025-11-25': { headers: {}, body: { ...CALL, params: ARGUMENTS } },
  '2026-07-28': {
    headers: { 'mcp-method': 'tools/call', 'mcp-name': 'recall' },
    body: {
      ...CALL,
      params: {
        ...ARGUMENTS,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {}
        }
      }
    }
  }
} as const

describe('a call of an MCP tool', () => {
  for (const revision of ['2025-11-25', '2026-07-28'] as const) {
    it(`is cancelled when its request is closed, at ${revision}`, async () => {
      await using db = await createHive({ swarm: false })
      const endless = new EndlessCall()
      const server = await createHttpServer({
        node: { db, dataDir: '', running: true },
        hosts: [],
        addRoutes: (routes) =>
          addMcpRoute(routes, () =>
            Promise.resolve(
              mcpHandler(() => createMcpServer({ call: endless.call, now: Date.now }))
            )
          )
      })
      try {
        const url = await server.listen({ host: '127.0.0.1', port: 0 })
        const close = new AbortController()
        const { headers, body } = REQUESTS[revision]
        const answered = fetch(`${url}/mcp`, {
          method: 'POST',
          signal: close.signal,
          headers: {
            ...headers,
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            'mcp-protocol-version': revision
          },
          body: JSON.stringify(body)
        }).then((response) => response.text())
        answered.catch(() => undefined)
        const failed = answered.then((text) => assert.fail(text))
        await Promise.race([endless.begun.promise, failed])
        close.abort()
        await endless.cancelled.promise
        await assert.rejects(answered)
      } finally {
        await server.close()
      }
    })
  }

  it('is cancelled by a notification on a connection that stays', async () => {
    const endless = new EndlessCall()
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
    const server = createMcpServer({ call: endless.call, now: Date.now })
    await server.connect(serverSide)
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(clientSide)
    const cancel = new AbortController()
    const called = client.callTool(ARGUMENTS, { signal: cancel.signal })
    await endless.begun.promise
    cancel.abort('enough')
    await assert.rejects(called)
    await endless.cancelled.promise
    await client.close()
    await server.close()
  })
})
