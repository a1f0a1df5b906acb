import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { openStore } from '../../../../crdt/index.ts'
import { temporaryDirectory } from '../../../fixtures/temporary.ts'
import type { SkillInit } from 'noormme-hive'

const LENGTH: SkillInit = {
  name: 'length',
  description: 'Counts letters.',
  kind: 'code',
  source: 'export default (text) => text.length',
  tests: [{ input: 'four', output: 4 }]
}

const DAY = 24 * 60 * 60 * 1000

describe('a store of skills of an earlier version', () => {
  /** As it was before counts were told after the promotion. */
  async function makeOlder(dataDir: string, id: string): Promise<void> {
    const store = await openStore(join(dataDir, 'store'))
    try {
      const section = store.section('skills')
      const key = Buffer.from(`e/${id}`)
      const state = JSON.parse(Buffer.from((await section.get(key)) ?? []).toString()) as {
        standing: { lifetime?: unknown }
        reported?: unknown
        receipts?: unknown
      }
      delete state.standing.lifetime
      delete state.reported
      delete state.receipts
      await store.commit([section.put(key, Buffer.from(JSON.stringify(state)))])
    } finally {
      await store.close()
    }
  }

  it('opens with what it knew, and tells nobody twice what was told at the promotion', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let now = Date.UTC(2026, 5, 1)
    const init = { dataDir, swarm: false, clock: { now: () => now } } as const
    let id = ''
    let trials = 0
    {
      await using db = await createHive(init)
      const { capabilities, hive } = db.agent.cortex
      id = (await capabilities.registerCapability(LENGTH)).id
      for (; (await capabilities.get(id)).status !== 'verified'; trials++) {
        await capabilities.invoke(id, `text ${trials}`)
      }
      await hive.skills.publish(id)
    }
    await makeOlder(dataDir, id)
    await using db = await createHive(init)
    const { capabilities, hive } = db.agent.cortex
    const { status, trials: known } = await capabilities.get(id)
    assert.deepEqual([status, known], ['verified', trials])
    now += DAY
    await capabilities.invoke(id, 'one more')
    assert.equal(await hive.skills.report(), 0)
    now += DAY
    await capabilities.invoke(id, 'and another')
    assert.equal(await hive.skills.report(), 1)
  })
})
