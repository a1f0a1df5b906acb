import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { bareNode } from '../../fixtures/attacker.ts'
import { startNode } from '../../fixtures/nodes.ts'
import type { Stream } from '@libp2p/interface'

const MOST = 80

describe('a peer that is another instance in each hello', () => {
  it('gets no hellos without an end', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const [address = assert.fail()] = victim.swarm.multiaddrs
    const protocol = `/hive/${victim.swarm.id}/instance/1.0.0`
    const { promise: many, resolve } = Promise.withResolvers<void>()
    let hellos = 0
    const hello = async (stream: Stream): Promise<void> => {
      const frames = new FrameStream(stream, MOST)
      await frames.write(new Uint8Array(randomBytes(16)))
      await frames.read()
      await stream.close()
    }
    const answer = (stream: Stream): void => {
      hellos += 1
      if (hellos > MOST) resolve()
      hello(stream).catch(() => undefined)
    }
    const attacker = await bareNode()
    try {
      await attacker.handle(protocol, answer, { maxInboundStreams: 100 })
      // One after the other: dials at the same time would share a connection.
      const connections = []
      for (let i = 0; i < 4; i++) {
        connections.push(await attacker.dial(multiaddr(address), { force: true }))
      }
      await Promise.all(connections.map(async (each) => hello(await each.newStream(protocol))))
      await Promise.race([many, delay(1_500)])
      assert.ok(hellos > 0 && hellos <= MOST, `${hellos} hellos`)
    } finally {
      await attacker.stop()
    }
  })
})
