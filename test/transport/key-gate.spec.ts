import assert from 'node:assert/strict'
import { once } from 'node:events'
import { generateSwarmKey } from '../../transport/index.ts'
import { converged, startNode } from '../fixtures/nodes.ts'
import { publication } from '../fixtures/publications.ts'
import type { TestNode } from '../fixtures/nodes.ts'

describe('the swarm key', () => {
  const ours = generateSwarmKey()
  const other = generateSwarmKey()
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  /** What the listening and the dialling side are told when they do not fit. */
  async function refusal(listener: TestNode, key: string | undefined): Promise<[string, string]> {
    const refused = once(listener.swarm, 'peer:refused', { signal: signal() })
    await using dialler = await startNode({ key, bootstrap: listener.swarm.multiaddrs })
    const [{ reason: dialled }] = await once(dialler.swarm, 'bootstrap:unreachable', {
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
    assert.match(dialled, /needs a swarm key/)
  })

  it('keeps who has one out of a swarm without, and tells both why', async () => {
    await using a = await startNode()
    const [listened, dialled] = await refusal(a, ours)
    assert.match(listened, /uses a swarm key, and this node has none/)
    assert.match(dialled, /swarm key differs from ours, or it has none/)
  })
})
