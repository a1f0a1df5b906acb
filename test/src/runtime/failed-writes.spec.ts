import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'
import type { HiveNode } from '../../../src/index.ts'

const failed = { code: 'STORE_WRITE_FAILED' }

describe('a failed write of a node', () => {
  let failing: FailingDatabase
  let db: HiveNode
  beforeEach(async () => {
    failing = failingDatabase()
    db = await createHive({ swarm: false, store: failing.database })
  })
  afterEach(() => db.stop())

  it('of what was promoted is repeated by the next broadcast, and publishes nothing twice', async () => {
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'A fact to publish.', 0.95)
    failing.failNext('cursors')
    await assert.rejects(hive.broadcastKnowledge(), failed)
    const { promoted, corroborated } = await hive.broadcastKnowledge()
    assert.equal(promoted + corroborated, 0)
    const insights = await hive.getGlobalInsights()
    assert.deepEqual(
      insights.map(({ corroboration }) => corroboration),
      [1]
    )
    assert.deepEqual(await knowledge.forget(id), { forgotten: true, retracted: true })
  })

  it('after a publication leaves what forgetting retracts', async () => {
    const { knowledge, hive } = db.agent.cortex
    // Equal once they are anonymised, so that they are one record.
    const paths = ['/home/ada/x', '/home/grace/y']
    for (const path of paths) await knowledge.distill('build', `Clear ${path} first.`, 0.95)
    const [first, second] = await Array.fromAsync(knowledge.export(), ({ content }) =>
      knowledge.recall(content, { limit: 1 }).then(({ items }) => items[0]?.fact.id ?? '')
    )
    failing.failNext('cursors')
    await assert.rejects(hive.broadcastKnowledge(), failed)
    assert.equal((await hive.getGlobalInsights()).length, 1)
    assert.deepEqual(await knowledge.forget(first ?? ''), { forgotten: true, retracted: true })
    assert.deepEqual(await hive.getGlobalInsights(), [])
    assert.deepEqual(await knowledge.forget(second ?? ''), { forgotten: true, retracted: false })
  })

  it('of one promotion is reported and leaves nothing, and the next one publishes it', async () => {
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'A fact to publish.', 0.5)
    failing.failAfter(0)
    await assert.rejects(hive.promoteToGlobalStore(id), failed)
    assert.deepEqual(await hive.getGlobalInsights(), [])
    assert.equal((await hive.promoteToGlobalStore(id)).status, 'promoted')
    assert.equal((await hive.promoteToGlobalStore(id)).status, 'already')
    assert.deepEqual(await knowledge.forget(id), { forgotten: true, retracted: true })
  })

  it('of a merged or a split variant is reported, and is done when it is asked for again', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'It works.', 0.9)
    failing.failNext('merged')
    await assert.rejects(knowledge.distill('e', 'it works', 0.9), failed)
    assert.deepEqual(await knowledge.variants(id), [])
    assert.equal((await knowledge.distill('e', 'it works', 0.9)).status, 'merged')
    const [variant] = await knowledge.variants(id)
    failing.failNext('apart')
    await assert.rejects(knowledge.split(variant?.id ?? ''), failed)
    assert.equal(await knowledge.split(variant?.id ?? ''), true)
    assert.equal(db.status.facts, 2)
  })

  it('of an edit of a playbook is reported, and is done when it is asked for again', async () => {
    const { goals } = db.agent.cortex.hive
    const { id } = await goals.add({ title: 'Ship version 2' })
    using playbook = goals.playbook(id)
    const step = await playbook.insert(0, { title: 'Test', body: 'Run it.' })
    for (const body of ['Run it twice.', 'Run it twice or more.']) {
      failing.failNext()
      await assert.rejects(playbook.edit(step, { body }), failed)
      await playbook.edit(step, { body })
      assert.equal((await playbook.steps())[0]?.body, body)
    }
  })
})

describe('a node whose settings cannot be written', () => {
  it('does not start, since its filters could disclose private facts', async () => {
    const { database, failNext } = failingDatabase()
    failNext('settings')
    await assert.rejects(createHive({ store: database }), failed)
  })
})
