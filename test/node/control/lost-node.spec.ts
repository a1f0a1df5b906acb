import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { remoteCalls } from '../../../node/control/control-client.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { RequestListener, Server } from 'node:http'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

describe('a call on a running node', () => {
  let directory: TemporaryDirectory
  let socket: string
  beforeEach(async () => {
    directory = await temporaryDirectory()
    socket = join(directory.path, 's')
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  /** A node that answers as `answer` does. */
  const listen = async (answer: RequestListener): Promise<Server & AsyncDisposable> => {
    const server = createServer(answer)
    server.listen(socket)
    await once(server, 'listening')
    return server
  }

  it('says that the node ended, before an answer and in the middle of one', async () => {
    for (const isBegun of [false, true]) {
      await using server = await listen((request, response) => {
        if (!isBegun) request.socket.destroy()
        else response.write('{"progress":{"read":1}}\n', () => request.socket.destroy())
      })
      assert.ok(server.listening)
      await assert.rejects(remoteCalls(socket)('verify', {}), {
        name: 'CommandError',
        code: 'NODE_ENDED',
        exit: 1,
        message: /^The node ended before it answered.*Try again/
      })
    }
  })

  it('says so too while it sends its input', async () => {
    await using server = await listen((request, response) => {
      response.write('{"progress":{"read":1}}\n')
      request.once('data', () => request.socket.destroy())
    })
    assert.ok(server.listening)
    async function* lines(): AsyncGenerator<string> {
      for (;;) yield `${'x'.repeat(65_536)}\n`
    }
    await assert.rejects(remoteCalls(socket)('distill', { facts: [] }, { lines: lines() }), {
      code: 'NODE_ENDED'
    })
  })

  it('says that the node is gone when it has not seen the call', async () => {
    await assert.rejects(remoteCalls(socket)('verify', {}), {
      code: 'NODE_GONE',
      message: /^The node has ended.*Try again/
    })
  })

  it('has the error of its input, not that of the connection which it ended', async () => {
    await using server = await listen((request, response) => {
      response.write('{"progress":{"read":1}}\n')
      request.resume()
    })
    assert.ok(server.listening)
    const { promise: answered, resolve: onProgress } = Promise.withResolvers<unknown>()
    async function* lines(): AsyncGenerator<string> {
      yield '{}\n'
      await answered
      throw new Error('The disk failed.')
    }
    await assert.rejects(
      remoteCalls(socket)('distill', { facts: [] }, { lines: lines(), onProgress }),
      { message: 'The disk failed.' }
    )
  })

  it('ends with the reason of its signal', async () => {
    const end = new AbortController()
    await using server = await listen(() => end.abort())
    assert.ok(server.listening)
    await assert.rejects(remoteCalls(socket)('verify', {}, { signal: end.signal }), {
      name: 'AbortError'
    })
  })
})
