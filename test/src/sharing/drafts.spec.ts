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
})
