import assert from 'node:assert/strict'
import { once } from 'node:events'
import { generateSwarmKey } from '../../../transport/index.ts'
import { converged, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'

describe('WebSockets', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(20_000)
  const listen = ['/ip4/127.0.0.1/tcp/0/ws']

  it('carry a sync in both directions, with and without a swarm key', async () => {
    for (const key of [undefined, generateSwarmKey()]) {
      await using a = await startNode({ key, listen })
      await using b = await startNode({ key, bootstrap: a.swarm.multiaddrs })
      const many = Array.from({ length: 1_000 }, (_, i) => publication(`from a ${i}`))
      await Promise.all([a.publish(many), b.publish([publication('from b')])])
      await converged([a, b], signal(), 2)
      assert.match(String(b.swarm.peers()[0]?.addresses), /\/tcp\/\d+\/ws/)
    }
  })

  it('turn away who has another swarm key', async () => {
    await using a = await startNode({ key: generateSwarmKey(), listen })
    const refused = once(a.swarm, 'peer:refuse', { signal: signal() })
    await using b = await startNode({ key: generateSwarmKey(), bootstrap: a.swarm.multiaddrs })
    await refused
    assert.equal(b.swarm.peers().length, 0)
  })
})
