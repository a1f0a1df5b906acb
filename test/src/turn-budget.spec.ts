import assert from 'node:assert/strict'
import { TurnBudget } from '../../src/turn-budget.ts'

describe('a budget of work in one turn', () => {
  it('gives the event loop its turn each time it is spent', async () => {
    let turns = 0
    const count = (): void => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    const turn = new TurnBudget(100)
    for (let i = 0; i < 9; i++) await turn.spend(10)
    assert.equal(turns, 0)
    for (let i = 0; i < 31; i++) await turn.spend(10)
    clearImmediate(next)
    assert.equal(turns, 4)
  })
})
