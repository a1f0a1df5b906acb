import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import type { HiveNode } from '../../../src/index.ts'

/** As some keyboards and file systems write it: a letter, and its mark. */
const decomposed = (text: string): string => text.normalize('NFD')

describe('names in filters', () => {
  let db: HiveNode
  beforeEach(async () => {
    db = await createHive({ swarm: false })
  })
  afterEach(() => db.stop())

  it('are compared in the form in which facts are stored', async () => {
    const { cortex } = db.agent
    const { knowledge, hive } = cortex
    await knowledge.distill('Résumé  parser', 'The résumé parser reads PDF files.', 0.95, {
      tags: ['naïve'],
      attribute: 'état',
      value: 'ready'
    })
    const entity = ` ${decomposed('Résumé')}  parser `
    const tags = [` ${decomposed('naïve')} `]
    const found = async (options: object): Promise<number> =>
      (await knowledge.recall('PDF files', options)).items.length
    assert.deepEqual([await found({ entity }), await found({ tags })], [1, 1])
    assert.equal((await knowledge.history(entity, decomposed('état'))).length, 1)
    assert.equal((await cortex.context({ goal: 'Read PDF files', tags })).items.length, 1)
    await assert.rejects(found({ entity: ' ' }), { code: 'ARGUMENT_INVALID' })
    const { promoted } = await hive.broadcastKnowledge()
    const [insight] = await hive.getGlobalInsights()
    assert.equal(promoted, 1)
    for (const tag of insight?.tags ?? []) {
      assert.equal((await hive.getGlobalInsights({ tags: [decomposed(tag)] })).length, 1)
    }
    await hive.goals.add({ title: 'Ship version 2', tags: ['naïve'] })
    assert.equal((await hive.goals.list({ tags })).length, 1)
  })
})
