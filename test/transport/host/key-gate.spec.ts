import assert from 'node:assert/strict'
import { once } from 'node:events'
import { digestOf } from '../../../crdt/index.ts'
import { generateSwarmKey } from '../../../transport/index.ts'
import { converged, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

describe('the swarm key', () => {
  const ours = generateSwarmKey()
  const other = generateSwarmKey()
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  /** What the listening and the dialling side are told when they do not fit. */
  async function refusal(listener: TestNode, key: string | undefined): Promise<[string, string]> {
    const refused = once(listener.swarm, 'peer:refuse', { signal: signal() })
    await using dialler = await startNode({ key, bootstrap: listener.swarm.multiaddrs })
    const [{ reason: dialled }] = await once(dialler.swarm, 'bootstrap:fail', {
      signal: signal()
    })
    const [{ reason: listened }] = await refused
    assert.equal(listener.swarm.peers().length, 0)
    assert.equal(dialler.swarm.peers().length, 0)
    return [String(listened), String(dialled)]
  }

  it('lets in who has it', async () => {
    await using a = await startNode({ key: ours })
    await using b = await startNode({ key: ours, bootstrap: a.swarm.multiaddrs })
    await a.publish([publication('for members')])
    await converged([a, b], signal())
  })

  it('turns away who has another one, and tells both why', async () => {
    await using a = await startNode({ key: ours })
    const [listened, dialled] = await refusal(a, other)
    assert.match(listened, /swarm key differs/)
    assert.match(dialled, /swarm key differs/)
  })

  it('turns away who has none, and tells both why', async () => {
    await using a = await startNode({ key: ours })
    const [listened, dialled] = await refusal(a, undefined)
    assert.match(listened, /has no swarm key/)
    assert.match(dialled, /requires a swarm key/)
  })

  it('is replaced node by node, without a gap', async () => {
    const connected = async (from: TestNode, to: TestNode): Promise<void> => {
      await from.publish([publication(`${from.swarm.peerId} to ${to.swarm.peerId}`)])
      await converged([from, to], signal(), 1)
    }
    const stages = [
      { key: ours },
      { key: ours, acceptedKeys: [other] },
      { key: other, acceptedKeys: [ours] },
      { key: other }
    ]
    // Neighbouring stages live side by side, and whoever of the two dials is let in.
    for (const [i, stage] of stages.slice(0, -1).entries()) {
      await using before = await startNode(stage)
      await using after = await startNode({
        ...stages[i + 1],
        bootstrap: before.swarm.multiaddrs
      })
      const dialsBack = { ...stage, bootstrap: after.swarm.multiaddrs }
      await using back = await startNode(dialsBack)
      await connected(after, before)
      await connected(back, after)
    }
  })

  it('carries much data in both directions under the second accepted key', async () => {
    await using a = await startNode({ key: ours, acceptedKeys: [generateSwarmKey(), other] })
    await using b = await startNode({ key: other, bootstrap: a.swarm.multiaddrs })
    const many = (name: string): ReturnType<typeof publication>[] =>
      Array.from({ length: 5_000 }, (_, i) => publication(`${name} ${i}`))
    await Promise.all([a.publish(many('from a')), b.publish(many('from b'))])
    await converged([a, b], signal(), 2)
    const all = [...many('from a'), ...many('from b')].map(({ record }) => digestOf(record))
    assert.ok((await a.replica.has(all)).every(Boolean))
    assert.ok((await b.replica.has(all)).every(Boolean))
  })

  it('turns away who has none of several, or nothing at all, and tells both why', async () => {
    await using a = await startNode({ key: ours, acceptedKeys: [other] })
    const [listened, dialled] = await refusal(a, generateSwarmKey())
    assert.match(listened, /swarm key differs/)
    assert.match(dialled, /swarm key differs/)
    const [plain] = await refusal(a, undefined)
    assert.match(plain, /has no swarm key/)
  })

  it('is needed to accept others', async () => {
    await assert.rejects(startNode({ acceptedKeys: [ours] }), /Give it a swarm key too/)
  })

  it('keeps who has one out of a swarm without, and tells both why', async () => {
    await using a = await startNode()
    const [listened, dialled] = await refusal(a, ours)
    assert.match(listened, /uses a swarm key, and this node has none/)
    assert.match(dialled, /swarm key differs from the key of this node, or it has none/)
  })
})
