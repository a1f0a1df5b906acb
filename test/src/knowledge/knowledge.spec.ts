import assert from 'node:assert/strict'
import type { DistillOptions, Distilled, Fact, FactInput, HiveNode } from '../../../src/index.ts'
import { createHive, HiveError, LimitError } from '../../../src/index.ts'
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
    await assert.rejects(
      knowledge.distill('e', 'c', 0.9, { validFrom: new Date('+012026-01-01T00:00:00Z') }),
      invalid(/years 0 to 9999/)
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

describe('an echo', () => {
  const CLAIM = { attribute: 'port', value: '80' } as const

  /** A node that has recalled its only fact. */
  async function recalled(options: DistillOptions = {}): Promise<HiveNode> {
    const db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('server', 'It listens here.', 0.8, { tags: ['net'], ...options })
    assert.equal((await knowledge.recall('server listens')).items.length, 1)
    return db
  }

  it('adds nothing: the same words with no more confidence and no other tag', async () => {
    await using db = await recalled()
    const { knowledge } = db.agent.cortex
    for (const content of ['It listens here.', 'it  listens here']) {
      const { status } = await knowledge.distill('server', content, 0.8, { tags: ['net'] })
      assert.equal(status, 'duplicate')
    }
    const items = [{ entity: 'server', content: 'It listens here', confidence: 0.7 }]
    assert.equal((await knowledge.distillMany(items)).duplicate, 1)
    assert.equal(db.status.facts, 1)
  })

  it('is none of what was called stale since', async () => {
    await using db = await recalled()
    const { knowledge } = db.agent.cortex
    const [item] = (await knowledge.recall('server listens')).items
    assert.ok(item !== undefined)
    await knowledge.stale(item.fact.id)
    assert.equal((await knowledge.recall('server listens')).items.length, 0)
    await knowledge.distill('server', 'It listens here.', 0.8, { tags: ['net'] })
    assert.equal((await knowledge.recall('server listens')).items.length, 1)
  })

  it('is none with a higher confidence, a tag, a claim, or a time', async () => {
    const kept = async (options: DistillOptions & { confidence?: number }): Promise<Fact> => {
      await using db = await recalled()
      const { knowledge } = db.agent.cortex
      const { confidence = 0.8, ...rest } = options
      const { id } = await knowledge.distill('server', 'It listens here.', confidence, rest)
      const fact = await knowledge.get(id)
      assert.ok(fact !== undefined)
      return fact
    }
    assert.equal((await kept({ confidence: 0.9 })).confidence, 0.9)
    assert.deepEqual((await kept({ tags: ['more'] })).tags, ['more', 'net'])
    assert.equal((await kept(CLAIM)).value, '80')
    assert.equal((await kept({ private: true })).private, true)
    const validFrom = new Date('2024-05-01')
    assert.deepEqual((await kept({ validFrom })).validFrom, validFrom)
  })

  it('is none with a new value of the claim, which is current then', async () => {
    await using db = await recalled({ ...CLAIM, validFrom: new Date('2024-01-01') })
    const { knowledge } = db.agent.cortex
    const validFrom = new Date('2024-02-01')
    const { status } = await knowledge.distill('server', 'It listens here.', 0.8, {
      attribute: 'port',
      value: '8080',
      validFrom
    })
    assert.equal(status, 'new')
    const claims = await knowledge.history('server', 'port')
    assert.deepEqual(
      claims.map(({ value, state }) => [value, state]),
      [
        ['8080', 'current'],
        ['80', 'superseded']
      ]
    )
  })

  it('is none once the fact is gone, also in a stream and in an import', async () => {
    await using db = await recalled()
    const { knowledge } = db.agent.cortex
    const backup = await Array.fromAsync(knowledge.export())
    for (const { content } of backup) {
      const { items } = await knowledge.recall(content)
      for (const { fact } of items) await knowledge.forget(fact.id)
    }
    assert.equal((await knowledge.import(backup)).new, 1)
    assert.equal(db.status.facts, 1)
  })

  it('of a context is what was in it, and nothing that did not fit', async () => {
    await using author = await createHive({ swarm: { k: 1 } })
    const told = author.agent.cortex
    const texts = [
      'Flex containers take gap.',
      `Flex containers ${'wrap their items '.repeat(40)}.`
    ]
    for (const text of texts) await told.knowledge.distill('gap', text, 0.95)
    await using db = await createHive({ swarm: { k: 1, bootstrap: author.multiaddrs } })
    await told.hive.broadcastKnowledge()
    const { hive, knowledge } = db.agent.cortex
    await hive.synchronize()
    const { items, omitted } = await db.agent.cortex.context({
      goal: 'flex containers',
      budget: 150
    })
    assert.deepEqual([items.length, omitted], [1, 1])
    const statuses: string[] = []
    for (const text of texts) statuses.push((await knowledge.distill('gap', text, 0.9)).status)
    assert.deepEqual(statuses, ['duplicate', 'new'])
  })

  for (const opinion of ['dispute', 'stale'] as const) {
    it(`of an insight of the hive is none once this node says ${opinion}`, async () => {
      await using author = await createHive({ swarm: { k: 1 } })
      const told = author.agent.cortex
      await told.knowledge.distill('gap', 'It works in flex containers.', 0.95)
      await using db = await createHive({ swarm: { k: 1, bootstrap: author.multiaddrs } })
      await told.hive.broadcastKnowledge()
      const { hive, knowledge } = db.agent.cortex
      await hive.synchronize()
      const [insight] = await hive.getGlobalInsights()
      assert.ok(insight !== undefined)
      assert.equal((await knowledge.recall('flex containers')).items.length, 1)
      const again = (): Promise<Distilled> =>
        knowledge.distill('gap', 'It works in flex containers.', 0.9)
      assert.equal((await again()).status, 'duplicate')
      assert.equal(db.status.facts, 0)
      await hive[opinion](insight.id)
      assert.equal((await again()).status, 'new')
    })
  }
})
