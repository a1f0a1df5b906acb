import assert from 'node:assert/strict'
import { streamBytes } from '../../../bench/stream-bytes.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'

describe('the streams of a connection', () => {
  it('are opened once, whatever is compared on them', async () => {
    const signal = AbortSignal.timeout(15_000)
    const streams = streamBytes('/hive/')
    await using a = await startNode({ filterInterval: 0 })
    await using b = await startNode({
      filterInterval: 0,
      bootstrap: a.swarm.multiaddrs,
      libp2p: { metrics: () => streams }
    })
    while ((await b.swarm.synchronize({ signal })).peers === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (let i = 0; i < 4; i++) {
      await a.publish([publication(`news ${i}`)])
      await b.swarm.synchronize({ signal })
    }
    assert.equal(b.swarm.filters().find(({ kind }) => kind === 'published')?.elements, 4)
    const opened = ['filter', 'sync', 'retractions'].map((name) => streams.opened(`/${name}/`))
    assert.deepEqual(opened, [1, 1, 1])
  })
})
