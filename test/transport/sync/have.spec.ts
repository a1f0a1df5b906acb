import assert from 'node:assert/strict'
import * as encoding from 'lib0/encoding'
import { recordDigest } from '../../../crdt/index.ts'
import {
  LOOKUPS_PER_SECOND,
  MAX_HAVE_FRAME_BYTES,
  MAX_LOOKUP_BURST,
  MAX_REQUESTED_BODIES
} from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publications } from '../../fixtures/publications.ts'

function requestOf(digests: readonly Uint8Array[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, digests.length)
    for (const digest of digests) encoding.writeUint8Array(encoder, digest)
  })
}

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
    await frames.write(requestOf(records))
    for (const digest of records) {
      const body = await frames.read({ signal: signal() })
      assert.deepEqual(body && recordDigest(body), digest)
    }
    assert.equal(await frames.read({ signal: signal() }), undefined)
    assert.equal(Math.max(...sizes), 16)
  })

  it('are looked up for a peer at a pace, over all its streams', async () => {
    await using victim = await startNode()
    await using attacker = await attackerOn(victim, signal())
    const digests = Array.from({ length: MAX_REQUESTED_BODIES }, () => new Uint8Array(32))
    const begun = performance.now()
    const burst = Math.floor(MAX_LOOKUP_BURST / MAX_REQUESTED_BODIES)
    for (let i = 0; i < burst + LOOKUPS_PER_SECOND / MAX_REQUESTED_BODIES; i++) {
      const stream = await attacker.open('have')
      const frames = new FrameStream(stream, MAX_HAVE_FRAME_BYTES)
      await frames.write(requestOf(digests))
      assert.equal(await frames.read({ signal: signal() }), undefined)
      await stream.close()
    }
    assert.ok(performance.now() - begun >= 900, 'they were answered at once')
    assert.equal(victim.swarm.offences, 0)
  })
})
