import assert from 'node:assert/strict'
import { once } from 'node:events'
import { budget } from '../fixtures/budget.ts'
import { converged, gossiping, startNode } from '../fixtures/nodes.ts'
import { publication } from '../fixtures/publications.ts'

const COUNT = budget(12, 30)

describe(`${COUNT} nodes on one address`, () => {
  it('join one bootstrap at once: all connect, no mesh is empty, every message arrives', async function () {
    this.timeout(120_000)
    const signal = AbortSignal.timeout(110_000)
    await using stack = new AsyncDisposableStack()
    // Gossip has no history: what is sent while a peer joins the mesh reaches it by a sync.
    const syncInterval = 2_000
    const bootstrap = stack.use(await startNode({ syncInterval }))
    const joined = await Promise.all(
      Array.from({ length: COUNT - 1 }, () =>
        startNode({ syncInterval, bootstrap: bootstrap.swarm.multiaddrs })
      )
    )
    const nodes = [bootstrap, ...joined]
    for (const node of joined) stack.use(node)
    await gossiping(bootstrap, signal, COUNT - 1)
    await Promise.all(
      nodes.map(async ({ swarm }) => {
        while (!swarm.peers().some(({ gossip }) => gossip === 'mesh')) {
          await once(swarm, 'gossip:change', { signal })
        }
      })
    )
    assert.equal(bootstrap.swarm.peers().length, COUNT - 1)
    await Promise.all(nodes.map((node, i) => node.publish([publication(`news of node ${i}`)])))
    await converged(nodes, signal, nodes.length)
    for (const { replica, swarm } of nodes) {
      assert.equal(replica.heads().length, nodes.length)
      assert.equal(swarm.offences, 0)
    }
  })
})
