import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('near-duplicates', () => {
  it('merge into the fact they repeat, keep who said them, and can be taken apart', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const first = await knowledge.distill('CSS gap', 'Flex containers "support" gap.', 0.6)
    const other = db.agents.create('other').cortex.knowledge
    const again = await other.distill('CSS gap', 'flex containers \u201csupport\u201d gap', 0.8, {
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
    const apart = await other.distill('CSS gap', 'flex containers \u201csupport\u201d gap', 0.8)
    assert.equal(apart.status, 'duplicate')
  })

  it('are exported in their own words, and merge again in another node', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('gap', 'It works in flex.', 0.9)
    await knowledge.distill('gap', 'it works in flex', 0.8)
    const exported = await Array.fromAsync(knowledge.export())
    assert.deepEqual(exported.map(({ content }) => content).toSorted(), [
      'It works in flex.',
      'it works in flex'
    ])
    await using other = await createHive({ swarm: false, upkeep: false })
    const { knowledge: there, janitor } = other.agent.cortex
    assert.equal((await there.import(exported)).new, 2)
    assert.equal((await janitor.consolidate()).merged, 1)
  })

  it('go with the fact that they were merged into when it is forgotten', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    const secret = 'The passphrase is heliotrope'
    {
      await using db = await createHive({ dataDir, swarm: false })
      const { knowledge } = db.agent.cortex
      const { id } = await knowledge.distill('door', `${secret}.`, 0.9)
      for (const again of [secret, secret.replace('The', 'the')]) {
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
      ['Version 84 has gap', { private: true }],
      ['version 84 has gap\u3002', {}]
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
      'It works\u3002',
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
    const found = (await knowledge.recall('it works')).items
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
    await knowledge.distill('e', 'It works\u3002', 0.9, { enableBloomHeuristic: true })
    assert.equal((await knowledge.recall('works')).items.length, 2)
    assert.equal((await janitor.consolidate()).merged, 1)
    await knowledge.forget(again.id)
    assert.equal((await knowledge.distill('e', 'It works\u3002', 0.9)).status, 'new')
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
