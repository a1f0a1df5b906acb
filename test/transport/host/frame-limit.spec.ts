import assert from 'node:assert/strict'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { FrameLimit } from '../../../transport/host/frame-limit.ts'
import { bareNode } from '../../fixtures/attacker.ts'
import { startNode } from '../../fixtures/nodes.ts'

const frame = (type: number, length: number): Uint8Array => {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt32BE(1, 4)
  header.writeUInt32BE(length, 8)
  return header
}

describe('the limit of frames', () => {
  it('finds a frame that is too long, however the bytes are cut', () => {
    const good = Buffer.concat([frame(0, 10), Buffer.alloc(10, 255), frame(1, 2 ** 32 - 1)])
    const bad = Buffer.concat([good, frame(0, 0), frame(0, 11)])
    for (let size = 1; size <= bad.length; size++) {
      const limit = new FrameLimit(10)
      const cuts = Array.from({ length: Math.ceil(bad.length / size) }, (_, i) => i * size)
      const results = cuts.map((at) => limit.isWithin(bad.subarray(at, at + size)))
      assert.equal(results.pop(), false)
      assert.ok(results.every(Boolean))
    }
    assert.ok(new FrameLimit(10).isWithin(good))
  })

  it('ends a connection that announces more than any window', async () => {
    await using victim = await startNode()
    const libp2p = await bareNode()
    const address = multiaddr(victim.swarm.multiaddrs[0] ?? '')
    const connection = await libp2p.dial(address, { signal: AbortSignal.timeout(15_000) })
    const ended = once(connection, 'close', { signal: AbortSignal.timeout(15_000) })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- below the streams
    const { muxer } = connection as unknown as { muxer: { send(bytes: Uint8Array): boolean } }
    muxer.send(frame(0, 2 ** 20 + 1))
    await ended
    await libp2p.stop()
  })
})
