import assert from 'node:assert/strict'
import type { FactInput, HiveNode } from '../../../src/index.ts'
import { createHive, HiveError, LimitError } from '../../../src/index.ts'
import { Echoes } from '../../../src/knowledge/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { Quota } from '../../../src/facts/index.ts'

describe('knowledge', () => {
  let db: HiveNode
  beforeEach(async () => (db = await createHive({ swarm: false })))
  afterEach(() => db.stop())

  it('takes a fact once, whoever says it and however it is spaced', async () => {
    const { knowledge } = db.agent.cortex
    const other = db.agents.create('other').cortex.knowledge
    const first = await knowledge.distill('CSS gap', 'Works in flex.', 0.9)
    assert.deepEqual([first.status, first.path], ['new', 'semantic'])
    const second = await other.distill('CSS gap', ' Works  in flex.\n', 0.5)
    assert.deepEqual(second, { id: first.id, status: 'duplicate', path: 'exact' })
    assert.equal(db.status.facts, 1)
    assert.equal((await knowledge.get(first.id))?.agent, 'default')
  })

  it('keeps the higher confidence and all tags of a repetition, and stays private', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'c', 0.5, { tags: ['a'], private: true })
    await knowledge.distill('e', 'c', 0.8, { tags: ['b'] })
    await knowledge.distill('e', 'c', 0.1)
    const fact = await knowledge.get(id)
    assert.deepEqual([fact?.confidence, fact?.tags, fact?.private], [0.8, ['a', 'b'], true])
  })

  it('keeps a fact private once a repetition marks it private, and does not publish it', async () => {
    const { knowledge, hive } = db.agent.cortex
    for (const confidence of [0.5, 0.95, 1]) {
      const content = `A fact repeated with ${confidence}.`
      const { id } = await knowledge.distill('e', content, 0.9)
      await knowledge.distill('e', content, 0.95)
      await knowledge.distill('e', content, confidence, { private: true })
      assert.equal((await knowledge.get(id))?.private, true)
      await knowledge.distill('e', content, 1)
      assert.equal((await knowledge.get(id))?.private, true)
    }
    await Promise.all([
      knowledge.distill('e', 'Said twice at once.', 0.9, { enableBloomHeuristic: true }),
      knowledge.distill('e', 'Said twice at once.', 0.9, {
        enableBloomHeuristic: true,
        private: true
      })
    ])
    assert.deepEqual(await hive.broadcastKnowledge(), {
      promoted: 0,
      corroborated: 0,
      withheld: [],
      peers: 0,
      needs: 1
    })
  })

  it('keeps the earliest beginning of a repeated fact', async () => {
    const { knowledge } = db.agent.cortex
    const began: (number | undefined)[] = []
    for (const year of [undefined, 2024, 2022, 2023]) {
      const options = year === undefined ? {} : { validFrom: new Date(Date.UTC(year, 0)) }
      const { id } = await knowledge.distill('e', 'Said in many years.', 0.9, options)
      began.push((await knowledge.get(id))?.validFrom?.getUTCFullYear())
    }
    assert.deepEqual(began, [undefined, 2024, 2022, 2022])
  })

  it('counts one new among many that come at once', async () => {
    const { knowledge } = db.agent.cortex
    const results = await Promise.all(
      Array.from({ length: 100 }, () => knowledge.distill('e', 'c', 0.9))
    )
    assert.equal(results.filter(({ status }) => status === 'new').length, 1)
  })

  it('gives back all that was said of a fact', async () => {
    const validFrom = new Date('2024-05-01')
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('Chrome', 'Chrome 124 is stable.', 0.75, {
      attribute: 'version',
      value: '124',
      validFrom,
      source: 'release notes',
      tags: ['web'],
      enableBloomHeuristic: true
    })
    const { recordedAt, ...fact } = (await knowledge.get(id)) ?? { recordedAt: undefined }
    assert.ok(recordedAt instanceof Date)
    assert.deepEqual(fact, {
      id,
      entity: 'Chrome',
      content: 'Chrome 124 is stable.',
      attribute: 'version',
      value: '124',
      confidence: 0.75,
      tags: ['web'],
      private: false,
      validFrom,
      source: 'release notes',
      agent: 'default'
    })
  })

  it('takes many, reports progress, and refuses a bad one alone, with its number', async () => {
    const items: (FactInput | Error)[] = Array.from({ length: 2_500 }, (_, i) => ({
      entity: 'e',
      content: `fact ${i % 2_000}`,
      confidence: 0.9
    }))
    items[4] = { entity: 'e', content: 'x', confidence: 2 }
    items[9] = new Error('not JSON')
    const progress: number[] = []
    const report = await db.agent.cortex.knowledge.distillMany(items, {
      onProgress: ({ read }) => progress.push(read)
    })
    const { rejected, seconds, ...totals } = report
    assert.deepEqual(totals, { read: 2_500, new: 2_000, duplicate: 498, corroborated: 0 })
    assert.deepEqual(
      rejected.map(({ line }) => line),
      [5, 10]
    )
    assert.match(rejected[0]?.reason ?? '', /confidence from 0 to 1/)
    assert.ok(seconds > 0)
    assert.equal(progress.at(-1), 2_500)
  })

  it('takes no more from its source than it can write, and stops when it is told to', async () => {
    const abort = new AbortController()
    let taken = 0
    async function* endless(): AsyncGenerator<FactInput> {
      for (;;) yield { entity: 'e', content: `fact ${taken++}`, confidence: 0.9 }
    }
    const running = db.agent.cortex.knowledge.distillMany(endless(), {
      signal: abort.signal,
      onProgress: ({ read }) => read >= 3_000 && abort.abort()
    })
    await assert.rejects(running, { name: 'AbortError' })
    // A few batches are under way when the third one is reported.
    assert.ok(taken <= 6_000)
    assert.equal(db.status.facts, taken)
  })

  it('refuses what is no fact, by what is wrong with it', async () => {
    const { knowledge } = db.agent.cortex
    const invalid = (words: RegExp) => (error: unknown) =>
      error instanceof HiveError && error.code === 'ARGUMENT_INVALID' && words.test(error.message)
    await assert.rejects(knowledge.distill('e', '  ', 0.9), invalid(/content/))
    await assert.rejects(knowledge.distill('e', 'c', Number.NaN), invalid(/confidence/))
    await assert.rejects(
      knowledge.distill('e', 'c', 0.9, { attribute: 'a' }),
      invalid(/both attribute and value/)
    )
    await assert.rejects(
      knowledge.distill('e', 'c', 0.9, { validFrom: new Date('x') }),
      invalid(/valid Date/)
    )
    const unknown: object = { tag: ['x'] }
    await assert.rejects(knowledge.distill('e', 'c', 0.9, unknown), invalid(/unknown option "tag"/))
    await assert.rejects(knowledge.distill('e', 'x'.repeat(40_000), 0.9), LimitError)
    await assert.rejects(knowledge.get('abc'), invalid(/64 hexadecimal/))
    assert.equal(db.status.facts, 0)
  })

  it('forgets a fact, and takes back what it had published of it', async () => {
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'A fact that is published.', 0.95)
    const { id: local } = await knowledge.distill('e', 'A fact that stays.', 0.1)
    await hive.broadcastKnowledge()
    assert.equal((await hive.getGlobalInsights()).length, 1)
    assert.deepEqual(await knowledge.forget(id), { forgotten: true, retracted: true })
    assert.deepEqual(await knowledge.forget(local), { forgotten: true, retracted: false })
    assert.deepEqual(await knowledge.forget(local), { forgotten: false, retracted: false })
    assert.equal((await hive.getGlobalInsights()).length, 0)
    assert.equal(db.status.facts, 0)
    assert.deepEqual((await hive.broadcastKnowledge()).promoted, 0)
    await knowledge.distill('e', 'A fact that is published.', 0.95)
    const { promoted, corroborated } = await hive.broadcastKnowledge()
    assert.equal(promoted + corroborated, 1, 'it may be published again')
  })

  it('stores a fact again after it was forgotten, also one that recall had returned', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'Said, forgotten and said again.', 0.9)
    await knowledge.forget(id)
    const again = await knowledge.distill('e', 'Said, forgotten and said again.', 0.9)
    assert.deepEqual([again.status, db.status.facts], ['new', 1])
    await knowledge.recall('forgotten')
    await knowledge.forget(id)
    const last = await knowledge.distill('e', 'Said, forgotten and said again.', 0.9)
    assert.deepEqual([last.status, db.status.facts], ['new', 1])
  })

  it('is there after a restart', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    let id = ''
    {
      await using first = await createHive({ dataDir, swarm: false })
      ;({ id } = await first.agent.cortex.knowledge.distill('e', 'c', 0.9))
    }
    await using again = await createHive({ dataDir, swarm: false })
    const { knowledge } = again.agent.cortex
    assert.equal(again.status.facts, 1)
    assert.equal((await knowledge.get(id))?.content, 'c')
    assert.equal((await knowledge.distill('e', 'c', 0.9)).status, 'duplicate')
    await knowledge.distill('e', 'c', 0.9, { private: true })
    assert.equal((await knowledge.get(id))?.private, true)
  })
})

describe('a quota', () => {
  it('is filled to its last byte and fact, what is under way included', () => {
    const full = { code: 'QUOTA_EXCEEDED' }
    const bytes = new Quota({ bytes: 100 }, () => ({ facts: 1, bytes: 40 }))
    bytes.take(50)
    assert.throws(() => bytes.take(11), full)
    bytes.take(10)
    bytes.release(1, 50)
    assert.throws(() => bytes.take(51), full)
    bytes.take(50)
    const facts = new Quota({ facts: 3 }, () => ({ facts: 1, bytes: 40 }))
    facts.take(1)
    facts.take(1)
    assert.throws(() => facts.take(1), full)
  })
})

describe('echoes', () => {
  it('of a forgotten fact go, with those of its variants on this node; those of the hive stay', () => {
    const echoes = new Echoes()
    const here = { id: 'here', entity: 'e', content: 'It works.', agent: 'a' }
    echoes.remember(here)
    echoes.remember({ ...here, id: 'variant', content: 'it works' })
    echoes.remember({ ...here, id: 'other entity', entity: 'f' })
    echoes.remember({ id: 'hive', entity: 'e', content: 'It works!' })
    echoes.forget(here)
    assert.equal(echoes.find('f', 'It works.'), 'other entity')
    assert.equal(echoes.find('e', 'It works.'), 'hive')
    echoes.forget({ id: 'hive', entity: 'e', content: 'It works!' })
    assert.equal(echoes.find('e', 'It works.'), undefined)
  })
})
