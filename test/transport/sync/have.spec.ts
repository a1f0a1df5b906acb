import assert from 'node:assert/strict'
import * as encoding from 'lib0/encoding'
import { recordDigest } from '../../../crdt/index.ts'
import { MAX_HAVE_FRAME_BYTES, MAX_REQUESTED_BODIES } from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publications } from '../../fixtures/publications.ts'

describe('bodies of records', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  it('are read as the peer reads them, and not all at once', async () => {
    await using victim = await startNode()
    const { records } = await victim.replica.publish(publications(MAX_REQUESTED_BODIES))
    const sizes: number[] = []
    const { publicView } = victim.replica
    const bodies = publicView.bodies.bind(publicView)
    publicView.bodies = (digests) => {
      sizes.push(digests.length)
      return bodies(digests)
    }
    await using attacker = await attackerOn(victim, signal())
    const stream = await attacker.open('have')
    const frames = new FrameStream(stream, MAX_HAVE_FRAME_BYTES)
    await frames.write(
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, records.length)
        for (const digest of records) encoding.writeUint8Array(encoder, digest)
      })
    )
    for (const digest of records) {
      const body = await frames.read({ signal: signal() })
      assert.deepEqual(body && recordDigest(body), digest)
    }
    assert.equal(await frames.read({ signal: signal() }), undefined)
    assert.equal(Math.max(...sizes), 16)
  })
})
