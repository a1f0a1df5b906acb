import assert from 'node:assert/strict'
import { OwnEntryError } from '../../../crdt/errors.ts'
import { inRounds } from '../../../crdt/publishing/rounds.ts'

/** Done together. */
const TOGETHER = 100

describe('rounds', () => {
  it('look at a number of items that grows with their number only', async () => {
    const items = Array.from({ length: 50_000 }, (_, i) => i)
    let looked = 0
    const outcomes = await inRounds<number, number>(items, {
      choose: (open) => {
        looked += open.length
        return open.slice(0, TOGETHER)
      },
      run: async (some, settle) => {
        for (const item of some) settle(item, item)
      }
    })
    assert.deepEqual([...outcomes.keys()], items)
    assert.ok(looked < 50 * items.length, `${looked} items`)
  })

  it('settle each item alone where some fail, in as many rounds as halves need', async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => i)
    const isBad = (item: number): boolean => item % 4_999 === 0
    let rounds = 0
    const outcomes = await inRounds<number, number>(items, {
      choose: (open) => open.slice(0, TOGETHER),
      run: async (some, settle) => {
        rounds += 1
        if (some.some(isBad)) throw new OwnEntryError('payload')
        for (const item of some) settle(item, item)
      }
    })
    assert.equal(outcomes.size, items.length)
    for (const [item, outcome] of outcomes) assert.equal(outcome instanceof Error, isBad(item))
    assert.ok(rounds < 200, `${rounds} rounds`)
  })

  it('take each item a few times where all are refused', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => i)
    let taken = 0
    const outcomes = await inRounds<number, number>(items, {
      choose: (open) => open,
      run: async (some) => {
        taken += some.length
        throw new OwnEntryError('payload')
      }
    })
    assert.equal(outcomes.size, items.length)
    assert.ok(taken < 10 * items.length, `${taken} items`)
  })
})
