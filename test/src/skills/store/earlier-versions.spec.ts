import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { openStore } from '../../../../crdt/index.ts'
import { LENGTH } from '../../../fixtures/skill-store.ts'
import { temporaryDirectory } from '../../../fixtures/temporary.ts'
import type { SkillStatus } from 'noormme-hive'

const DAY = 24 * 60 * 60 * 1000

describe('a store of skills of an earlier version', () => {
  interface StoredState {
    standing: { lifetime?: unknown; uses?: { turns?: object } }
    reported?: unknown
    receipts?: unknown
  }

  async function changeState(
    dataDir: string,
    id: string,
    change: (state: StoredState) => void
  ): Promise<void> {
    const store = await openStore(join(dataDir, 'store'))
    try {
      const section = store.section('skills')
      const key = Buffer.from(`e/${id}`)
      const text = Buffer.from((await section.get(key)) ?? []).toString()
      const state = JSON.parse(text) as StoredState
      change(state)
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
    // As it was before counts were told after the promotion.
    await changeState(dataDir, id, (state) => {
      delete state.standing.lifetime
      delete state.standing.uses
      delete state.reported
      delete state.receipts
    })
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

  it('keeps the order of outcomes, and begins to read them by the turns of callers', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let now = 0
    const init = { dataDir, swarm: false, clock: { now: () => now } } as const
    let id = ''
    const usedBefore = async (): Promise<SkillStatus> => {
      await using db = await createHive(init)
      const { capabilities } = db.agent.cortex
      id = (await capabilities.registerCapability(LENGTH)).id
      for (let i = 0; i < 100; i++) {
        now += DAY
        await capabilities.recordOutcome(id, { ok: i % 40 > 0, caller: `caller ${i % 2}` })
      }
      return (await capabilities.get(id)).status
    }
    assert.notEqual(await usedBefore(), 'verified')
    await changeState(dataDir, id, ({ standing: { uses } }) => {
      assert.ok(uses?.turns !== undefined)
      delete uses.turns
    })
    assert.notEqual(await usedBefore(), 'verified')
    await changeState(dataDir, id, ({ standing: { uses } }) => {
      assert.deepEqual(Object(uses?.turns).outcomes, 100)
      // Strides of another version.
      Object(uses?.turns).strides.pop()
    })
    assert.notEqual(await usedBefore(), 'verified')
    assert.equal(await usedBefore(), 'verified')
  })
})
