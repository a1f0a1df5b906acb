import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import type { Distilled } from '../../../src/index.ts'

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

  it('that return begin again, as often as they do', async () => {
    for (const order of [
      [0, 1, 2, 3],
      [2, 1, 3, 0]
    ]) {
      await using db = await createHive({ swarm: false })
      const { knowledge } = db.agent.cortex
      const ports = ['80', '8080', '80', '443'] as const
      const say = (i: number): Promise<Distilled> => {
        const value = ports[i] ?? ''
        const claim = { attribute: 'port', value, validFrom: at(2020 + i) }
        return knowledge.distill('server', `It listens on ${value}.`, 0.9, claim)
      }
      for (const i of order) await say(i)
      assert.equal((await say(2)).status, 'duplicate')
      const listed = await knowledge.history('server', 'port')
      assert.deepEqual(
        listed.map(({ value, validFrom, state }) => [value, validFrom?.getUTCFullYear(), state]),
        [
          ['443', 2023, 'current'],
          ['80', 2022, 'superseded'],
          ['8080', 2021, 'superseded'],
          ['80', 2020, 'superseded']
        ]
      )
      for (const [i, value] of ports.entries()) {
        const asOf = new Date(at(2020 + i).getTime() + 1)
        const { items } = await knowledge.recall('listens', { asOf })
        const found = items.map(({ fact }) => [fact.value, fact.validFrom?.getUTCFullYear()])
        assert.deepEqual(found, [[value, 2020 + i]])
        const held = await knowledge.history('server', 'port', { asOf })
        const current = held.filter(({ state }) => state === 'current')
        assert.deepEqual(
          current.map((claim) => claim.value),
          [value]
        )
      }
    }
  })

  it('said again while they hold are one claim', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (let year = 2000; year < 2050; year++) {
      const claim = { attribute: 'port', value: '80', validFrom: at(year) }
      await knowledge.distill('server', 'It listens on 80.', 0.9, claim)
    }
    const [claim, ...others] = await knowledge.history('server', 'port')
    assert.deepEqual(others, [])
    assert.deepEqual([claim?.state, claim?.validFrom], ['current', at(2000)])
    for (const [asOf, state] of [
      [at(1999), 'outside'],
      [at(2010), 'current'],
      [at(2030), 'current']
    ] as const) {
      const [then] = await knowledge.history('server', 'port', { asOf })
      assert.equal(then?.state, state)
    }
    assert.equal((await knowledge.recall('listens')).items.length, 1)
  })

  it('and notes whose time has not come are not recalled', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const validFrom = new Date(Date.now() + 3_600_000)
    await knowledge.distill('server', 'A note that begins later.', 0.9, { validFrom })
    const claim = { attribute: 'port', value: '80', validFrom }
    await knowledge.distill('server', 'A claim that begins later.', 0.9, claim)
    assert.deepEqual((await knowledge.recall('begins later')).items, [])
    const asOf = new Date(validFrom.getTime() + 1)
    assert.equal((await knowledge.recall('begins later', { asOf })).items.length, 2)
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
