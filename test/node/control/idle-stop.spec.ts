import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { stopWhenIdle } from '../../../node/control/idle-stop.ts'
import type { AddressInfo, Server, Socket } from 'node:net'

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function dial(server: Server): Promise<Socket> {
  const accepted = once(server, 'connection')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await accepted
  return socket
}

const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

describe('a node that was started in the background', () => {
  it('ends when the last connection is gone for a time, and not before', async () => {
    const server = await listen()
    let isStopped = false
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = stopWhenIdle([server], 0.02, () => {
      isStopped = true
      resolve()
    })
    const first = await dial(server)
    const second = await dial(server)
    first.destroy()
    const before = timers()
    assert.equal(isStopped, false)
    assert.equal(timers(), before)
    second.destroy()
    await promise
    end()
    server.close()
  })

  it('is held by nothing once the watch has ended, though connections close later', async () => {
    const server = await listen()
    const before = timers()
    const end = stopWhenIdle([server], 600, () => assert.fail('stopped'))
    const socket = await dial(server)
    const closed = once(server, 'close')
    end()
    socket.destroy()
    server.close()
    await closed
    assert.equal(timers(), before)
  })
})
