import assert from 'node:assert/strict'
import { digestOf, openReplica } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { publication } from '../../fixtures/publications.ts'
import { HandClock, replicaOn, sync } from '../../fixtures/replicas.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const [KEPT, BACK] = [publication('kept'), publication('taken back')]
const DIGEST = digestOf(BACK.record)

interface Hiding extends TestReplica {
  readonly clock: HandClock
}

/** Hides its entries until a peer shows them, like a node. */
async function hiding(): Promise<Hiding> {
  const clock = new HandClock()
  const node = await replicaOn()
  return { ...node, clock, replica: await openReplica({ ...node, hidesOwn: true, timing: clock }) }
}

/** The peer gets one entry after the other, and each has taken effect before the next comes. */
async function show(from: Replica, to: Replica): Promise<void> {
  for (const { author, seq } of from.heads()) {
    for await (const bytes of from.entriesAfter(author, to.headOf(author).seq)) {
      const admission = await to.admit(bytes)
      if (admission.outcome === 'admitted') await admission.durable
      await to.whenCompacted()
    }
    await from.unhide(author, seq)
  }
  await to.retractions.admit(await Array.fromAsync(from.retractions.all()))
  await from.whenCompacted()
}

/** Publishes two records, takes one back, and begins its feed behind both, which no peer knows yet. */
async function beginsBehind(replica: Replica, peer: Replica): Promise<void> {
  await replica.publish([KEPT, BACK])
  await show(replica, peer)
  await replica.retract(DIGEST)
  await replica.compact()
}

async function assertHas(replica: Replica, digest: Uint8Array = DIGEST): Promise<void> {
  const [body] = await replica.bodies([digest])
  assert.notEqual(body, undefined, 'the record is missing')
}

describe('a vote on a published record', () => {
  it('brings the record along where all that was said of it goes before the vote comes', async () => {
    await using peer = await replicaOn()
    await using node = await hiding()
    await beginsBehind(node.replica, peer.replica)
    await node.replica.publish([BACK])
    await show(node.replica, peer.replica)
    await assertHas(peer.replica)
  })

  it('does so after a restart', async () => {
    await using peer = await replicaOn()
    await using node = await hiding()
    await beginsBehind(node.replica, peer.replica)
    const { store, clock: timing } = node
    const again = await openReplica({ store, hidesOwn: true, timing })
    await again.publish([BACK])
    await again.retractions.show(await again.retractions.toSend())
    await again.publishHeld()
    timing.pass()
    await again.publishHeld()
    await show(again, peer.replica)
    await assertHas(peer.replica)
  })

  it('does so where it comes while the feed is compacted', async () => {
    await using peer = await replicaOn()
    await using node = await replicaOn()
    const { replica } = node
    await replica.publish([KEPT, BACK])
    const [compacted] = await Promise.all([
      replica.compact(),
      replica.revise({ ...BACK, vote: 'dispute' })
    ])
    assert.equal(compacted.length, 1)
    await replica.whenCompacted()
    await sync(replica, peer.replica)
    await assertHas(peer.replica)
  })

  it('does not where another entry keeps the record', async () => {
    await using peer = await replicaOn()
    await using node = await hiding()
    await beginsBehind(node.replica, peer.replica)
    await show(node.replica, peer.replica)
    const long = publication(toHex(digestOf(KEPT.record)).repeat(2))
    await node.replica.publish([long])
    await show(node.replica, peer.replica)
    for (const vote of ['dispute', 'vouch'] as const) {
      const [entry] = await node.replica.revise({ ...long, vote })
      assert.ok((entry?.payload.length ?? 0) < 100, `${entry?.payload.length} bytes`)
    }
  })
})

describe('evidence on a published record', () => {
  it('brings the record along where it comes while the feed is compacted', async () => {
    await using peer = await replicaOn()
    await using node = await replicaOn()
    const { replica } = node
    await replica.publish([KEPT, BACK])
    await replica.addEvidence(DIGEST, { uses: 1 })
    await Promise.all([replica.compact(), replica.publishEvidence(20_000)])
    await replica.whenCompacted()
    await sync(replica, peer.replica)
    await assertHas(peer.replica)
  })
})
