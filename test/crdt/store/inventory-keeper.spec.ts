import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { InventoryKeeper } from '../../../crdt/store/inventory-keeper.ts'

/** Milliseconds: more than any pause before a write. */
const LONG = 600_000

describe('the inventory of an open store', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  function keeperOf(writes: readonly (() => Promise<void>)[]): {
    readonly keeper: InventoryKeeper
    readonly written: () => number
  } {
    let written = 0
    const write = (): Promise<void> => writes[written++]?.() ?? Promise.resolve()
    const inventory = { write }
    const keeper = new InventoryKeeper({ inventory, ends: () => Promise.resolve({}) })
    return { keeper, written: () => written }
  }

  async function later(): Promise<void> {
    mock.timers.tick(LONG)
    await nextTurn()
  }

  it('is written again where that failed, without another commit', async () => {
    const full = (): Promise<void> => Promise.reject(new Error('no space left'))
    const { keeper, written } = keeperOf([full, full])
    keeper.changed()
    for (let i = 0; i < 5; i++) await later()
    assert.equal(written(), 3)
    await keeper.end()
  })

  it('has what has changed while it was written', async () => {
    const slow = Promise.withResolvers<void>()
    const { keeper, written } = keeperOf([() => slow.promise])
    keeper.changed()
    await later()
    keeper.changed()
    await later()
    assert.equal(written(), 1)
    slow.resolve()
    await nextTurn()
    await later()
    assert.equal(written(), 2)
    await keeper.end()
  })
})
