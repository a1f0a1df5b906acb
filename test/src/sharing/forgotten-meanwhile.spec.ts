import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createHive } from '../../../src/index.ts'

const FACTS = 2_000

describe('a broadcast', () => {
  it('publishes nothing that was forgotten before', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const { knowledge, hive } = db.agent.cortex
    const facts = Array.from({ length: FACTS }, (_, i) => ({
      entity: `feature ${i}`,
      content: `Feature ${i} supports flex gap since version ${i}.`,
      confidence: 0.95
    }))
    await knowledge.import(facts)
    const ended = new AbortController()
    const broadcast = hive.broadcastKnowledge().finally(() => ended.abort())
    const gone: string[] = []
    const retracted: string[] = []
    for (let i = 0; i < FACTS && !ended.signal.aborted; i += 20) {
      const fact = facts[i]
      assert.ok(fact !== undefined)
      const forgotten = await knowledge.forget(knowledge.identify(fact))
      if (forgotten.retracted) retracted.push(fact.content)
      else gone.push(fact.content)
      await nextTurn()
    }
    await broadcast
    const published = new Set<string>(
      (await hive.getGlobalInsights({ limit: FACTS })).map(({ content }) => content)
    )
    assert.ok(gone.length > 0)
    assert.deepEqual(
      [...gone, ...retracted].filter((content) => published.has(content)),
      []
    )
  })
})
