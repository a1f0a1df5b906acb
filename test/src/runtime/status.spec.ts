import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

describe('the status of a node', () => {
  it('says how far the search index is behind', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    assert.deepEqual(db.status.index, { behind: 0 })
    for (const content of ['One.', 'Two.', 'Three.'])
      await knowledge.distill('e', content, 0.9, { enableBloomHeuristic: true })
    assert.deepEqual(db.status.index, { behind: 3 })
    await knowledge.recall('one', { maxWait: Infinity })
    assert.deepEqual(db.status.index, { behind: 0 })
  })
})
