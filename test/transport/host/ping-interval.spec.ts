import assert from 'node:assert/strict'
import { createHost } from '../../../transport/host/host.ts'
import { startNode } from '../../fixtures/nodes.ts'
import type { Host } from '../../../transport/host/host.ts'

/** Of a host of libp2p, which does not show it. */
interface Monitored {
  readonly components: { readonly connectionMonitor: { readonly pingIntervalMs: number } }
}

describe('nodes that start at the same time', () => {
  it('do not ping at the same time', async () => {
    const intervals: number[] = []
    for (let i = 0; i < 3; i++) {
      let host: Host | undefined
      const node = await startNode({
        memory: true,
        createHost: async (init) => (host = await createHost(init))
      })
      await node[Symbol.asyncDispose]()
      intervals.push((host as unknown as Monitored).components.connectionMonitor.pingIntervalMs)
    }
    assert.equal(new Set(intervals).size, 3)
    for (const interval of intervals) assert.ok(interval >= 15_000 && interval < 25_000)
  })
})
