import assert from 'node:assert/strict'
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
    const found = (await db.agent.cortex.knowledge.recall(query, options)).items
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
    const [best, second] = (await knowledge.recall('containers supporting gap')).items
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

  it('tells names apart that only their signs tell apart', async () => {
    const { knowledge } = db.agent.cortex
    const facts = [
      ['C++', 'A destructor of a base class is virtual.'],
      ['C#', 'A struct is copied on assignment.'],
      ['F#', 'A record is compared by its fields.'],
      ['C', 'A char may be signed.'],
      ['linker', 'The linker of C++17 wants one definition.'],
      ['linker', 'The linker of C# has no definition, none at all of C.'],
      ['ASP.NET', 'A filter runs before the action.'],
      ['salary', 'The net amount is what is left.']
    ] as const
    for (const [entity, content] of facts) await knowledge.distill(entity, content, 0.9)
    const at = (...places: readonly number[]): string[] => places.map((i) => facts[i]?.[1] ?? '')
    const sorted = async (query: string): Promise<string[]> => (await contents(query)).toSorted()
    assert.deepEqual(await sorted('C++'), at(0, 4).toSorted())
    assert.deepEqual(await sorted('What is c++?'), at(0, 4).toSorted())
    assert.deepEqual(await sorted('C#'), at(1, 5).toSorted())
    assert.deepEqual(await contents('F#'), at(2))
    assert.deepEqual(await contents('.NET'), at(6))
    // Without a sign it may stand for any of them: what has it without one comes first.
    const bare = await contents('C')
    assert.equal(bare.length, 5)
    assert.deepEqual(bare.slice(0, 2).toSorted(), at(3, 5).toSorted())
    // Beside other words it comes first.
    const found = (await knowledge.recall('linker definition of C++')).items
    const texts = found.map(({ fact }) => String(fact.content))
    assert.deepEqual(texts.slice(0, 2), at(4, 0))
    assert.ok(texts.indexOf(at(5)[0] ?? '') >= 2)
    const scores = found.map(({ score }) => score)
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a)
    )
    assert.deepEqual(await contents('linker definition', { limit: 2 }).then((all) => all.length), 2)
  })

  it('finds a name with its sign behind more items than an answer has', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill(
      'a destructor in a rather long text',
      `${'It is so. '.repeat(40)}C++`,
      0.5
    )
    await knowledge.distillMany(
      Array.from({ length: 200 }, (_, i) => ({
        entity: 'C#',
        content: `C# has destructor ${i}.`,
        confidence: 0.9
      }))
    )
    for (const query of ['C++', 'C++ destructor']) {
      const [first] = await contents(query, { limit: 1, maxWait: Infinity })
      assert.match(first ?? '', /C\+\+$/, query)
    }
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
        const [found] = (await knowledge.recall(`round ${past} number 321`)).items
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
      const found = (await b.agent.cortex.knowledge.recall('cache retry')).items
      assert.deepEqual(
        found.map(({ fact }) => fact.content),
        expected
      )
      assert.deepEqual(
        found.map(({ origin, fact }) => [origin, fact.corroboration]),
        expected.map(() => ['hive', 1])
      )
      assert.deepEqual(
        (await b.agent.cortex.knowledge.recall('cache', { scope: 'local' })).items,
        []
      )
    }
  })

  it('is no source: what came out of it, said again, adds no fact', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap in Chrome 84.', 0.6)
    const [recalled] = (await knowledge.recall('flex gap')).items
    assert.ok(recalled !== undefined)
    const { entity, content } = recalled.fact
    for (let i = 0; i < 1_000; i++) {
      const reworded = [
        content,
        content.replace('Flex', 'flex'),
        content.replace('.', ''),
        content.replace('.', '\u3002'),
        content.replaceAll(' ', '  ')
      ]
      const said = reworded[i % 5] ?? content
      const { status, id } = await knowledge.distill(entity, said, 0.6, {
        enableBloomHeuristic: i % 2 === 0
      })
      assert.deepEqual([status, id], ['duplicate', recalled.fact.id])
    }
    const report = await knowledge.distillMany([
      { entity, content: `${content} `, confidence: 0.5 }
    ])
    assert.equal(report.duplicate, 1)
    assert.equal(db.status.facts, 1)
    assert.equal((await knowledge.get(recalled.fact.id))?.confidence, 0.6)
  })
})
