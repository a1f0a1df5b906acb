import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

describe('claims', () => {
  const at = (year: number): Date => new Date(Date.UTC(year, 0))

  it('supersede by when they began, whatever the order they are said in', async () => {
    for (const years of [
      [2020, 2022, 2024],
      [2024, 2020, 2022]
    ]) {
      await using db = await createHive({ swarm: false })
      const { knowledge } = db.agent.cortex
      const statuses = []
      for (const year of years) {
        const { status } = await knowledge.distill('Chrome', `Stable is ${year}.`, 0.9, {
          attribute: 'stable',
          value: String(year),
          validFrom: at(year)
        })
        statuses.push(status)
      }
      assert.deepEqual(
        statuses,
        years[0] === 2020 ? ['new', 'new', 'new'] : ['new', 'superseded', 'superseded']
      )
      const states = (await knowledge.history('chrome', 'Stable')).map(({ value, state }) => [
        value,
        state
      ])
      assert.deepEqual(states, [
        ['2024', 'current'],
        ['2022', 'superseded'],
        ['2020', 'superseded']
      ])
      const past = await knowledge.history('Chrome', 'stable', { asOf: at(2023) })
      assert.deepEqual(
        past.map(({ state }) => state),
        ['outside', 'current', 'superseded']
      )
      const now = (await knowledge.recall('stable', { entity: 'Chrome' })).items
      assert.deepEqual(
        now.map(({ fact }) => fact.value),
        ['2024']
      )
      const then = (await knowledge.recall('stable', { entity: 'Chrome', asOf: at(2021) })).items
      assert.deepEqual(
        then.map(({ fact }) => fact.value),
        ['2020']
      )
    }
  })

  it('and notes hold from the very moment they begin', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const validFrom = at(2022)
    const claim = { attribute: 'stable', value: '98', validFrom }
    await knowledge.distill('Chrome', 'Stable is 98.', 0.9, claim)
    await knowledge.distill('Chrome', 'A note of that day.', 0.9, { validFrom })
    for (const [asOf, expected] of [
      [new Date(validFrom.getTime() - 1), []],
      [validFrom, ['A note of that day.', 'Stable is 98.']]
    ] as const) {
      const found = (await knowledge.recall('', { entity: 'Chrome', asOf })).items
      assert.deepEqual(found.map(({ fact }) => fact.content).toSorted(), expected)
    }
  })

  it('that began together are disputed, visibly, and free text never is', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (const value of ['blue', 'green']) {
      await knowledge.distill('sky', `The sky is ${value}.`, 0.9, { attribute: 'colour', value })
      await knowledge.distill('sky', `Somebody says ${value}.`, 0.9)
    }
    const claims = await knowledge.history('sky')
    assert.deepEqual(
      claims.map(({ state }) => state),
      ['disputed', 'disputed']
    )
    const found = (await knowledge.recall('sky')).items
    assert.equal(found.filter(({ fact }) => fact.state === 'disputed').length, 2)
    assert.equal(found.filter(({ fact }) => fact.attribute === undefined).length, 2)
  })
})
