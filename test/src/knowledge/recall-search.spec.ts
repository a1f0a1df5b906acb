import assert from 'node:assert/strict'
import { openStore } from '../../../crdt/index.ts'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive, HiveError } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveNode } from '../../../src/index.ts'

const signal = (): AbortSignal => AbortSignal.timeout(15_000)

describe('recall', () => {
  let db: HiveNode
  beforeEach(async () => (db = await createHive({ swarm: false })))
  afterEach(() => db.stop())

  async function contents(query: string, options = {}): Promise<string[]> {
    const found = await db.agent.cortex.knowledge.recall(query, options)
    return found.map(({ fact }) => fact.content)
  }

  it('finds facts by their words, in any form, the best first, with where they are from', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap in all browsers.', 0.9, {
      tags: ['css'],
      source: 'release notes'
    })
    await knowledge.distill('CSS grid', 'Grid containers have gaps too.', 0.9, {
      tags: ['css', 'grid']
    })
    await knowledge.distill('SQLite', 'A write-ahead log lets readers go on.', 0.9)
    const [best, second] = await knowledge.recall('containers supporting gap')
    assert.equal(best?.fact.content, 'Flex containers support gap in all browsers.')
    assert.equal(second?.fact.entity, 'CSS grid')
    assert.deepEqual(
      [best?.origin, best?.fact.agent, best?.fact.source],
      ['local', 'default', 'release notes']
    )
    assert.ok((best?.score ?? 0) > (second?.score ?? 0))
    assert.deepEqual(await contents('gap', { tags: ['grid'] }), ['Grid containers have gaps too.'])
    assert.deepEqual(await contents('containers', { entity: 'css GAP' }), [
      'Flex containers support gap in all browsers.'
    ])
    assert.deepEqual(await contents('', { entity: 'SQLite' }), [
      'A write-ahead log lets readers go on.'
    ])
    assert.deepEqual(await contents('containers', { limit: 1 }).then(({ length }) => length), 1)
    assert.deepEqual(await contents('nothing of the sort'), [])
    assert.deepEqual(await contents('"AND" OR ( NEAR *'), [])
  })

  it('no longer finds what was forgotten', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'A fact to forget.', 0.9)
    assert.equal((await contents('forget')).length, 1)
    await knowledge.forget(id)
    assert.deepEqual(await contents('forget'), [])
  })

  it('refuses bad options by name', async () => {
    const { knowledge } = db.agent.cortex
    for (const options of [{ limit: 0 }, { scope: 'moon' }, { asOf: 'today' }, { depth: 1 }]) {
      // @ts-expect-error -- a caller in JavaScript may pass this
      await assert.rejects(async () => knowledge.recall('x', options), HiveError)
    }
  })

  it('survives the loss of its index, and indexes what came while it was not used', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    for (let round = 0; round < 3; round++) {
      await using node = await createHive({ dataDir, swarm: false })
      const { knowledge } = node.agent.cortex
      await knowledge.distillMany(
        Array.from({ length: 500 }, (_, i) => ({
          entity: 'e',
          content: `Round ${round} says number ${i}.`,
          confidence: 0.9
        }))
      )
      for (let past = 0; past <= round; past++) {
        const [found] = await knowledge.recall(`round ${past} number 321`)
        assert.equal(found?.fact.content, `Round ${past} says number 321.`)
      }
      await node.stop()
      if (round === 1) await rm(join(dataDir, 'search.db'))
    }
  })

  it('brings released insights of the hive, and not those in quarantine', async () => {
    await using a = await createHive({ swarm: { k: 2 } })
    await a.agent.cortex.knowledge.distill('build', 'Clear the cache before a retry.', 0.95)
    await a.agent.cortex.hive.broadcastKnowledge()
    for (const [k, expected] of [
      [2, []],
      [1, ['Clear the cache before a retry.']]
    ] as const) {
      await using b = await createHive({ swarm: { k, bootstrap: a.multiaddrs } })
      await once(b, 'hive:change', { signal: signal() })
      const found = await b.agent.cortex.knowledge.recall('cache retry')
      assert.deepEqual(
        found.map(({ fact }) => fact.content),
        expected
      )
      assert.deepEqual(
        found.map(({ origin, fact }) => [origin, fact.corroboration]),
        expected.map(() => ['hive', 1])
      )
      assert.deepEqual(await b.agent.cortex.knowledge.recall('cache', { scope: 'local' }), [])
    }
  })

  it('is no source: what came out of it, said again, adds no fact and no confidence', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap in Chrome 84.', 0.6)
    const [recalled] = await knowledge.recall('flex gap')
    assert.ok(recalled !== undefined)
    const { entity, content } = recalled.fact
    for (let i = 0; i < 1_000; i++) {
      const reworded = [
        content,
        content.toUpperCase(),
        `${content}!`,
        `"${content}"`,
        content.replace('.', ' ...')
      ]
      const said = i % 5 === 1 ? content.replace('Flex', 'flex') : (reworded[i % 5] ?? content)
      const { status, id } = await knowledge.distill(entity, said, 0.99, {
        enableBloomHeuristic: i % 2 === 0
      })
      assert.deepEqual([status, id], ['duplicate', recalled.fact.id])
    }
    const report = await knowledge.distillMany([{ entity, content: `${content} `, confidence: 1 }])
    assert.equal(report.duplicate, 1)
    assert.equal(db.status.facts, 1)
    assert.equal((await knowledge.get(recalled.fact.id))?.confidence, 0.6)
  })
})

describe('near-duplicates', () => {
  it('merge into the fact they repeat, keep who said them, and can be taken apart', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const first = await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.6)
    const other = db.agents.create('other').cortex.knowledge
    const again = await other.distill('css gap', 'flex containers \u201csupport\u201d gap', 0.8, {
      tags: ['css']
    })
    assert.deepEqual(again, { id: first.id, status: 'merged', path: 'semantic' })
    assert.equal(db.status.facts, 1)
    const merged = await knowledge.get(first.id)
    assert.deepEqual([merged?.confidence, merged?.tags], [0.8, ['css']])
    const [variant] = await knowledge.variants(first.id)
    assert.deepEqual([variant?.agent, variant?.confidence], ['other', 0.8])
    assert.equal((await knowledge.get(variant?.id ?? ''))?.id, first.id)
    assert.equal(await knowledge.split(variant?.id ?? ''), true)
    assert.equal(await knowledge.split(variant?.id ?? ''), false)
    assert.equal(db.status.facts, 2)
    const apart = await other.distill('css gap', 'flex containers \u201csupport\u201d gap', 0.8)
    assert.equal(apart.status, 'duplicate')
  })

  it('go with the fact that they were merged into when it is forgotten', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    const secret = 'The passphrase is heliotrope'
    {
      await using db = await createHive({ dataDir, swarm: false })
      const { knowledge } = db.agent.cortex
      const { id } = await knowledge.distill('door', `${secret}.`, 0.9)
      for (const again of [secret, secret.toUpperCase()]) {
        assert.equal((await knowledge.distill('door', again, 0.9)).status, 'merged')
      }
      const [variant] = await knowledge.variants(id)
      assert.deepEqual(await knowledge.forget(variant?.id ?? ''), {
        forgotten: true,
        retracted: false
      })
      assert.equal((await knowledge.variants(id)).length, 1)
      assert.equal((await knowledge.forget(id)).forgotten, true)
      assert.deepEqual(await knowledge.variants(id), [])
      assert.equal(db.status.facts, 0)
    }
    const store = await openStore(join(dataDir, 'store'))
    const sections = ['facts', 'merged'].map((name) => store.section(name))
    const left = await Promise.all(sections.map((each) => Array.fromAsync(each.entries())))
    assert.deepEqual(left, [[], []])
    await store.close()
  })

  it('are not looked for with the heuristic, and not merged across privacy or numbers', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('e', 'Version 84 has gap.', 0.9)
    const statuses = []
    for (const [content, options] of [
      ['version 84 has gap', { enableBloomHeuristic: true }],
      ['Version 85 has gap.', {}],
      ['Version 84 has GAP', { private: true }],
      ['version 84 has gap!', {}]
    ] as const) {
      statuses.push((await knowledge.distill('e', content, 0.9, options)).status)
    }
    assert.deepEqual(statuses, ['new', 'new', 'new', 'merged'])
    assert.equal((await db.agent.cortex.janitor.consolidate()).merged, 1)
  })

  it('taken in with the heuristic are consolidated on request, once', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const { knowledge, janitor } = db.agent.cortex
    const contents = [
      'It works.',
      'it works',
      'It works not.',
      'IT WORKS!',
      'Works it?',
      'it works 2'
    ]
    const items = contents.map((content) => ({ entity: 'e', content, confidence: 0.9 }))
    await knowledge.distillMany(items)
    assert.equal(db.status.facts, 6)
    const { checked, merged } = await janitor.consolidate()
    assert.deepEqual([checked, merged], [6, 2])
    assert.equal(db.status.facts, 4)
    assert.equal((await janitor.consolidate()).merged, 0)
    const found = await knowledge.recall('it works')
    assert.equal(found.length, 4)
    for (const { content } of items) {
      assert.equal(
        (await knowledge.distill('e', content, 0.9)).status.match(/new|corroborated/),
        null
      )
    }
  })

  it('of a fact that was forgotten become facts again when they are said again', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, janitor } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'It works.', 0.9)
    assert.equal((await knowledge.distill('e', 'it works', 0.9)).status, 'merged')
    await knowledge.forget(id)
    const again = await knowledge.distill('e', 'it works', 0.9)
    assert.equal(again.status, 'new')
    await janitor.consolidate()
    assert.equal((await knowledge.get(again.id))?.content, 'it works')
    assert.equal(db.status.facts, 1)
    await knowledge.distill('e', 'It works!', 0.9, { enableBloomHeuristic: true })
    assert.equal((await knowledge.recall('works')).length, 2)
    assert.equal((await janitor.consolidate()).merged, 1)
    await knowledge.forget(again.id)
    assert.equal((await knowledge.distill('e', 'It works!', 0.9)).status, 'new')
  })

  it('that come at once make one fact', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const results = await Promise.all(
      ['It works.', 'it works', 'IT works!', '(It works)'].map((content) =>
        knowledge.distill('e', content, 0.9)
      )
    )
    assert.equal(db.status.facts + results.filter(({ status }) => status === 'merged').length, 4)
  })
})

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
      const now = await knowledge.recall('stable', { entity: 'Chrome' })
      assert.deepEqual(
        now.map(({ fact }) => fact.value),
        ['2024']
      )
      const then = await knowledge.recall('stable', { entity: 'Chrome', asOf: at(2021) })
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
      const found = await knowledge.recall('', { entity: 'Chrome', asOf })
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
    const found = await knowledge.recall('sky')
    assert.equal(found.filter(({ fact }) => fact.state === 'disputed').length, 2)
    assert.equal(found.filter(({ fact }) => fact.attribute === undefined).length, 2)
  })
})

describe('export, import and quotas', () => {
  it('give back all facts, private ones too, in another node', async () => {
    await using a = await createHive({ swarm: false })
    const { knowledge } = a.agent.cortex
    await knowledge.distill('e', 'One.', 0.5, { tags: ['t'], private: true, source: 's' })
    await knowledge.distill('e', 'Two.', 0.9, {
      attribute: 'n',
      value: '2',
      validFrom: new Date(0)
    })
    await using b = await createHive({ swarm: false })
    const report = await b.agent.cortex.knowledge.import(knowledge.export())
    assert.deepEqual([report.new, report.rejected], [2, []])
    const both = await Promise.all(
      [a, b].map((node) => Array.fromAsync(node.agent.cortex.knowledge.export()))
    )
    assert.deepEqual(both[0], both[1])
  })

  it('refuse what is over the quota, and lose nothing', async () => {
    await using db = await createHive({ swarm: false, quota: { facts: 3 } })
    const { knowledge } = db.agent.cortex
    for (const content of ['a', 'b', 'c']) await knowledge.distill('e', content, 0.9)
    await assert.rejects(knowledge.distill('e', 'd', 0.9), { code: 'QUOTA_EXCEEDED' })
    assert.equal((await knowledge.distill('e', 'a', 0.9)).status, 'duplicate')
    const { rejected } = await knowledge.distillMany([{ entity: 'e', content: 'd', confidence: 1 }])
    assert.match(rejected[0]?.reason ?? '', /quota is 3/)
    assert.equal(db.status.facts, 3)
  })

  it('fill the quota to the last fact and no further, whatever comes at once', async () => {
    await using db = await createHive({ swarm: false, quota: { facts: 50 } })
    const { knowledge } = db.agent.cortex
    const items = Array.from({ length: 200 }, (_, i) => ({
      entity: 'e',
      // Each twice in a row, so that half of what is under way needs no room.
      content: `fact ${Math.floor(i / 2)}`,
      confidence: 0.9
    }))
    const report = await knowledge.distillMany(items)
    assert.deepEqual([report.new, report.duplicate, report.rejected.length], [50, 50, 100])
    assert.equal(db.status.facts, 50)
    const many = Array.from({ length: 100 }, (_, i) =>
      knowledge.distill('other', `fact ${i}`, 0.9, { enableBloomHeuristic: true })
    )
    const outcomes = await Promise.allSettled(many)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 0)
    const { id } = await knowledge.distill('e', 'fact 0', 0.9)
    await knowledge.forget(id)
    const again = await Promise.allSettled(
      ['x', 'y', 'z'].map((content) => knowledge.distill('e', content, 0.9))
    )
    assert.equal(again.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal(db.status.facts, 50)
  })

  it('hold a quota of bytes', async () => {
    await using db = await createHive({ swarm: false, quota: { bytes: 1_000 } })
    const { knowledge } = db.agent.cortex
    const items = Array.from({ length: 50 }, (_, i) => ({
      entity: 'e',
      content: `a fact of some bytes ${i}`,
      confidence: 0.9
    }))
    const { new: stored, rejected } = await knowledge.distillMany(items)
    assert.equal(stored + rejected.length, 50)
    assert.ok(stored > 8 && stored < 20, `${stored}`)
    assert.match(rejected.at(-1)?.reason ?? '', /bytes; its quota is 1000/)
  })
})
