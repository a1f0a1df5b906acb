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

interface Dialled {
  readonly socket: Socket
  /** The same connection at the server. */
  readonly accepted: Socket
}

async function dial(server: Server): Promise<Dialled> {
  const connection = once(server, 'connection')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await connection) as [Socket]
  return { socket, accepted }
}

const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

describe('a node that was started in the background', () => {
  it('ends when the last connection is gone for a time, and not before', async () => {
    const server = await listen()
    const stopped = Promise.withResolvers<void>()
    const before = timers()
    const end = stopWhenIdle([server], 0.02, stopped.resolve)
    const [first, second] = [await dial(server), await dial(server)]
    const firstClosed = once(first.accepted, 'close')
    first.socket.destroy()
    await firstClosed
    assert.equal(timers(), before, 'it does not wait while a connection is open')
    const secondClosed = once(second.accepted, 'close')
    second.socket.destroy()
    await secondClosed
    assert.equal(timers(), before + 1)
    await stopped.promise
    end()
    server.close()
  })

  it('is held by nothing once the watch has ended, though connections close later', async () => {
    const server = await listen()
    const before = timers()
    const end = stopWhenIdle([server], 600, () => assert.fail('stopped'))
    const { socket } = await dial(server)
    const closed = once(server, 'close')
    end()
    socket.destroy()
    server.close()
    await closed
    assert.equal(timers(), before)
  })
})
