import assert from 'node:assert/strict'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { once } from 'node:events'
import { writeSignedHeader } from '../../../crdt/index.ts'
import { MAX_GOSSIP_BYTES } from '../../../transport/constants.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge } from '../../fixtures/forgery.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import { writeGossipedRetractions } from '../../../transport/gossip/gossip-frames.ts'

describe('gossip', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  it('tells every node of an entry, through nodes in between', async () => {
    await using a = await startNode({ memory: true })
    await using b = await startNode({ memory: true, bootstrap: a.swarm.multiaddrs })
    await using c = await startNode({ memory: true, bootstrap: b.swarm.multiaddrs })
    await Promise.all([gossiping(a, signal()), gossiping(b, signal(), 2), gossiping(c, signal())])
    await a.publish([publication('a small entry')])
    await converged([a, b, c], signal())
    assert.equal(c.swarm.peers().length, 1)
  })

  it('announces what is too large for it, and who forwards the news has the entries', async () => {
    await using a = await startNode({ memory: true })
    await using b = await startNode({ memory: true, bootstrap: a.swarm.multiaddrs })
    await using c = await startNode({ memory: true, bootstrap: b.swarm.multiaddrs })
    await Promise.all([gossiping(a, signal()), gossiping(b, signal(), 2), gossiping(c, signal())])
    await a.publish(publications(3_000))
    await converged([a, b, c], signal(), 3)
    assert.deepEqual(c.replica.rejections(), {})
  })

  it('counts an offence for a header that its author did not sign', async () => {
    await using a = await startNode()
    await using attacker = await attackerOn(a, signal())
    const offence = once(a.swarm, 'peer:offend', { signal: signal() })
    const header = writeSignedHeader({ ...forge(), signature: new Uint8Array(64) })
    await attacker.gossip(Buffer.concat([Buffer.of(1), header]))
    const [{ peer, reason }] = await offence
    assert.equal(peer, attacker.peer)
    assert.match(String(reason), /signature/)
  })

  it('accepts a message of the maximum size, and refuses a larger one', async () => {
    await using a = await startNode()
    await using attacker = await attackerOn(a, signal())
    const refused: string[] = []
    a.swarm.on('peer:offend', ({ reason }) => refused.push(reason))
    for (const [length, why] of [
      [MAX_GOSSIP_BYTES, /malformed/],
      [MAX_GOSSIP_BYTES + 1, /oversized/]
    ] as const) {
      const offence = once(a.swarm, 'peer:offend', { signal: signal() })
      await attacker.gossip(new Uint8Array(length).fill(9))
      await offence
      assert.match(refused.at(-1) ?? '', why)
    }
  })

  it('forwards a genuine retraction without the forged one beside it', async () => {
    await using a = await startNode()
    await using b = await startNode({ bootstrap: a.swarm.multiaddrs })
    await using author = await replicaOn()
    const { records } = await author.replica.publish([publication('x')])
    for (const { replica } of [a, b]) await deliver(author.replica, replica)
    const [digest = new Uint8Array()] = records
    const genuine = await author.replica.retract(digest)
    assert.ok(genuine !== undefined)
    await Promise.all([gossiping(a, signal()), gossiping(b, signal())])
    await using attacker = await attackerOn(a, signal())
    const come = once(b.replica, 'retraction:admit', { signal: signal() })
    const forged = { digest, secret: new Uint8Array(16) }
    await attacker.gossipRetractions(writeGossipedRetractions([genuine, forged]))
    await come
    assert.deepEqual([b.replica.retractions.size, b.replica.retractions.waitingSize], [1, 0])
    assert.deepEqual([a.replica.retractions.size, a.replica.retractions.waitingSize], [1, 1])
    assert.equal(a.swarm.offences + b.swarm.offences, 0)
  })

  it('works for a node that is alone', async () => {
    await using a = await startNode({ memory: true })
    await a.publish([publication('nobody hears this')])
    assert.equal(a.replica.heads().length, 1)
  })

  it('does not reach another swarm over the same connection', async () => {
    await using a = await startNode({ memory: true, name: 'one' })
    await using b = await startNode({ memory: true, name: 'two' })
    await b.swarm.dial(a.swarm.multiaddrs[0] ?? '', { signal: signal() })
    await a.publish([publication('for swarm one')])
    assert.deepEqual(await a.swarm.synchronize(), {
      peers: 0,
      failed: 0,
      incomplete: 0,
      sent: 0,
      received: 0
    })
    assert.deepEqual(
      b.swarm.peers().map((peer) => [peer.swarm, peer.gossip]),
      [[false, 'none']]
    )
    assert.equal(b.replica.heads().length, 0)
  })
})
