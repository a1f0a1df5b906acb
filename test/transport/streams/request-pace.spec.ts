import assert from 'node:assert/strict'
import {
  MAX_PACED_PEERS,
  MAX_REQUEST_BURST,
  MAX_SYNC_FRAME_BYTES,
  REQUESTS_PER_SECOND
} from '../../../transport/constants.ts'
import { PeerPaces } from '../../../transport/peer-paces.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { readSyncAnswer, writeSyncRequest } from '../../../transport/sync/sync-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { startNode } from '../../fixtures/nodes.ts'

const NOTHING = writeSyncRequest({ type: 'nodes', salt: new Uint8Array(16), prefixes: [] })
const SUMMARY = writeSyncRequest({
  type: 'summary',
  summary: { acceptsEntries: true, digest: new Uint8Array(32), authors: 0, entries: 0 }
})

/** Seconds that the victim would take to answer all without its burst. */
const SECONDS = 1

describe('requests of one peer', () => {
  it('wait when they are too many, also those that cost nothing to answer, and over connections', async () => {
    const signal = AbortSignal.timeout(18_000)
    await using victim = await startNode({ filterInterval: 0 })
    await using attacker = await attackerOn(victim, signal)
    const begun = performance.now()
    for (const count of [MAX_REQUEST_BURST / 2, MAX_REQUEST_BURST / 2]) {
      const frames = new FrameStream(await attacker.open('sync'), MAX_SYNC_FRAME_BYTES)
      const requests = Array.from(
        { length: count + (SECONDS * REQUESTS_PER_SECOND) / 2 },
        () => NOTHING
      )
      await frames.writeAll([...requests, SUMMARY], { signal })
      assert.equal(readSyncAnswer((await frames.read({ signal })) ?? assert.fail()).type, 'summary')
    }
    assert.ok(performance.now() - begun >= 900 * SECONDS, 'they were answered at once')
    assert.equal(victim.swarm.offences, 0)
  })
})

describe('the paces of peers', () => {
  it('outlast connections, one for each of the latest peers', () => {
    const paces = new PeerPaces(1, 2, () => 0)
    assert.equal(paces.of('a').take(2), 0)
    assert.equal(paces.of('b').take(2), 0)
    // It is the latest again.
    assert.equal(paces.of('a').take(1), 1_000)
    for (let i = 0; i < MAX_PACED_PEERS - 1; i++) paces.of(`other ${i}`)
    assert.equal(paces.of('a').tryTake(1), false)
    assert.equal(paces.of('b').take(2), 0)
  })
})
