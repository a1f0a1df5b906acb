import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

describe('what was learned in a project', () => {
  it('stays on the node at a broadcast, and leaves it by promote', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.learn({
      summary: 'npm ci fails after an update',
      action: 'npm install --package-lock-only',
      project: 'github.com/ann/shop'
    })
    await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
    const first = await hive.broadcastKnowledge({ minConfidence: 0 })
    assert.deepEqual([first.promoted, first.withheld], [1, []])
    assert.equal((await hive.broadcastKnowledge({ minConfidence: 0 })).promoted, 0)
    assert.equal((await hive.promoteToGlobalStore(id)).status, 'promoted')
    const insights = await hive.getGlobalInsights()
    assert.deepEqual(insights.map(({ kind }) => kind).toSorted(), ['fact', 'lesson'])
  })

  it('leaves the node at a broadcast once it is of the node as a whole', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const { knowledge, hive } = db.agent.cortex
    const fact = ['CSS gap', 'Flex containers support gap.', 0.95] as const
    await knowledge.distill(...fact, { projects: ['shop'] })
    assert.equal((await hive.broadcastKnowledge()).promoted, 0)
    await knowledge.distill(...fact)
    assert.equal((await hive.broadcastKnowledge()).promoted, 1)
  })
})
