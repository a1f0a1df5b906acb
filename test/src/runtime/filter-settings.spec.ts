import assert from 'node:assert/strict'
import { loadFilterSettings } from '../../../src/runtime/filter-settings.ts'
import { storeWithFailingCopies } from '../../fixtures/failing-copies.ts'

const SETTINGS = { name: 'default', k: 1 } as const

describe('the settings of filters', () => {
  it('say after damage to the store what peers may have read', async () => {
    await using given = await storeWithFailingCopies()
    const { store } = given
    await loadFilterSettings(store, SETTINGS, 1_000)
    const { observedUntil } = await loadFilterSettings(store, { ...SETTINGS, k: 2 }, 2_000)
    assert.equal(observedUntil, 2_000)
    const value = new Uint8Array(12)
    await store.commit([{ type: 'put', key: Buffer.from('!settings!filters'), value }])
    const again = await loadFilterSettings(store, { ...SETTINGS, k: 2 }, 3_000)
    assert.equal(again.observedUntil, 2_000)
  })
})
