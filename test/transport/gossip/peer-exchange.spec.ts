import assert from 'node:assert/strict'
import { MIN_MESH_PEERS } from '../../../transport/constants.ts'
import { PeerExchange } from '../../../transport/gossip/peer-exchange.ts'

describe('peers that others name', () => {
  it('are dialled while the mesh is small only', () => {
    const mesh: string[] = []
    const service = {
      opts: { scoreThresholds: { acceptPXThreshold: 0 } },
      getMeshPeers: (topic: string) => (topic === 'entries' ? mesh : ['a', 'b', 'c', 'd', 'e'])
    }
    const exchange = new PeerExchange(service, 'entries')
    const accepts = (score: number): boolean => {
      exchange.update()
      return score >= service.opts.scoreThresholds.acceptPXThreshold
    }
    while (mesh.length < MIN_MESH_PEERS) {
      assert.deepEqual([accepts(0), accepts(-1)], [true, false])
      mesh.push(`peer ${mesh.length}`)
    }
    assert.equal(accepts(1_000), false)
    mesh.pop()
    assert.equal(accepts(0), true)
  })
})
