import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import type { SkillInit } from '../../../src/index.ts'

const SKILL: SkillInit = {
  name: 'text-length',
  description: 'Counts the units of a text.',
  kind: 'code',
  source: 'export default (text) => text.length',
  tests: [{ input: 'four', output: 4 }]
}

/** A broadcast of as many facts has a thread for the anonymiser. */
const MANY = 700

describe('what would leave a node', () => {
  it('has the check of a lesson only if it is a skill: other digits may be a key', async () => {
    await using db = await createHive({ swarm: { k: 1 }, upkeep: false })
    const { knowledge, hive, capabilities } = db.agent.cortex
    const skill = await capabilities.registerCapability(SKILL)
    const key = '0123456789abcdef'.repeat(4)
    const published: (string | undefined)[] = []
    for (const [i, verify] of [skill.id, key].entries()) {
      const lesson = { summary: `Step ${i} of the build fails`, detail: 'It lacks a file.', verify }
      const { id } = await knowledge.learn({ ...lesson, confidence: 0.95, force: true })
      assert.equal((await knowledge.get(id))?.verify, verify)
      const promoted = await hive.promoteToGlobalStore(id)
      published.push((await hive.get(promoted.id))?.verify)
    }
    assert.deepEqual(published, [skill.id, undefined])
  })

  it('is what a preview shows, also of the many facts that a broadcast anonymises in a thread', async () => {
    await using db = await createHive({ swarm: { k: 1 }, upkeep: false })
    const { knowledge, hive } = db.agent.cortex
    const facts = Array.from({ length: MANY }, (_, i) => ({
      entity: `service ${i}`,
      content: `Start it with /home/ada${i}/run.sh, or mail ada${i}@example.com about step ${i}.`,
      confidence: 0.95
    }))
    await knowledge.import(facts)
    await hive.broadcastKnowledge()
    const previews = await Promise.all(facts.map((fact) => hive.preview(knowledge.identify(fact))))
    const published = await hive.getGlobalInsights({ limit: MANY + 1 })
    assert.deepEqual(
      new Set(published.map(({ id }) => id)),
      new Set(previews.map((preview) => preview?.insight?.id))
    )
    assert.doesNotMatch(JSON.stringify(published), /home|example/)
  })
})
