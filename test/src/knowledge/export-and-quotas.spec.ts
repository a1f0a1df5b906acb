import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

describe('export, import and quotas', () => {
  it('give back all facts, private ones too, in another node', async () => {
    await using a = await createHive({ swarm: false })
    const { knowledge } = a.agent.cortex
    await knowledge.distill('e', 'One.', 0.5, { tags: ['t'], private: true, source: 's' })
    await knowledge.distill('e', 'Two.', 0.9, {
      attribute: 'n',
      value: '2',
      validFrom: new Date(0)
    })
    await using b = await createHive({ swarm: false })
    const report = await b.agent.cortex.knowledge.import(knowledge.export())
    assert.deepEqual([report.new, report.rejected], [2, []])
    const both = await Promise.all(
      [a, b].map((node) => Array.fromAsync(node.agent.cortex.knowledge.export()))
    )
    assert.deepEqual(both[0], both[1])
  })

  it('refuse what is over the quota, and lose nothing', async () => {
    await using db = await createHive({ swarm: false, quota: { facts: 3 } })
    const { knowledge } = db.agent.cortex
    for (const content of ['a', 'b', 'c']) await knowledge.distill('e', content, 0.9)
    await assert.rejects(knowledge.distill('e', 'd', 0.9), { code: 'QUOTA_EXCEEDED' })
    assert.equal((await knowledge.distill('e', 'a', 0.9)).status, 'duplicate')
    const { rejected } = await knowledge.distillMany([{ entity: 'e', content: 'd', confidence: 1 }])
    assert.match(rejected[0]?.reason ?? '', /quota is 3/)
    assert.equal(db.status.facts, 3)
  })

  it('fill the quota to the last fact and no further, whatever comes at once', async () => {
    await using db = await createHive({ swarm: false, quota: { facts: 50 } })
    const { knowledge } = db.agent.cortex
    const items = Array.from({ length: 200 }, (_, i) => ({
      entity: 'e',
      // Each twice in a row, so that half of what is under way needs no room.
      content: `fact ${Math.floor(i / 2)}`,
      confidence: 0.9
    }))
    const report = await knowledge.distillMany(items)
    assert.deepEqual([report.new, report.duplicate, report.rejected.length], [50, 50, 100])
    assert.equal(db.status.facts, 50)
    const many = Array.from({ length: 100 }, (_, i) =>
      knowledge.distill('other', `fact ${i}`, 0.9, { enableBloomHeuristic: true })
    )
    const outcomes = await Promise.allSettled(many)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 0)
    const { id } = await knowledge.distill('e', 'fact 0', 0.9)
    await knowledge.forget(id)
    const again = await Promise.allSettled(
      ['x', 'y', 'z'].map((content) => knowledge.distill('e', content, 0.9))
    )
    assert.equal(again.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal(db.status.facts, 50)
  })

  it('hold a quota of bytes', async () => {
    await using db = await createHive({ swarm: false, quota: { bytes: 1_000 } })
    const { knowledge } = db.agent.cortex
    const items = Array.from({ length: 50 }, (_, i) => ({
      entity: 'e',
      content: `a fact of some bytes ${i}`,
      confidence: 0.9
    }))
    const { new: stored, rejected } = await knowledge.distillMany(items)
    assert.equal(stored + rejected.length, 50)
    assert.ok(stored > 8 && stored < 20, `${stored}`)
    assert.match(rejected.at(-1)?.reason ?? '', /bytes; its quota is 1000/)
  })
})
