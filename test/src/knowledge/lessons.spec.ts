import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { areSimilarSummaries } from '../../../src/knowledge/similar-summaries.ts'
import type { FactInput, HiveNode } from '../../../src/index.ts'

const LESSON = {
  summary: 'npm ci fails with EUSAGE',
  detail: 'The lock file is of another npm.\n\n  npm 10 writes version 3.',
  action: 'npm install --package-lock-only\n\tnpm ci',
  versions: 'npm >=10 <12',
  verify: 'ab'.repeat(32)
} as const

describe('lessons', () => {
  let db: HiveNode

  beforeEach(async () => {
    db = await createHive({ swarm: false })
  })

  afterEach(() => db.stop())

  it('are learned and recalled with their parts apart and with their line breaks', async () => {
    const { knowledge } = db.agent.cortex
    const { id, status } = await knowledge.learn({ ...LESSON, tags: ['npm'] })
    assert.equal(status, 'new')
    for (const query of ['EUSAGE', 'package-lock-only', 'lock file of another npm']) {
      const { items } = await knowledge.recall(query)
      const { agent: _, recordedAt: _at, ...fact } = items[0]?.fact ?? assert.fail(query)
      const { summary: entity, detail: content, ...rest } = LESSON
      const kind = 'lesson'
      assert.deepEqual(fact, { id, kind, entity, content, ...rest, tags: ['npm'], confidence: 0.9 })
    }
    assert.equal((await knowledge.get(id))?.action, LESSON.action)
  })

  it('leave plain facts plain', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('CSS  gap', 'Works\nin flex.', 0.9)
    const { items } = await knowledge.recall('gap')
    assert.deepEqual(Object.keys(items[0]?.fact ?? {}).toSorted(), [
      'agent',
      'confidence',
      'content',
      'entity',
      'id',
      'recordedAt',
      'tags'
    ])
    assert.equal((await knowledge.get(id))?.content, 'Works in flex.')
  })

  it('need a summary, and a detail or an action, and no attribute', async () => {
    const { knowledge } = db.agent.cortex
    await assert.rejects(knowledge.learn({ summary: 'empty' }), { code: 'LESSON_INVALID' })
    await assert.rejects(knowledge.learn({ summary: ' ', detail: 'd' }), { code: 'LESSON_INVALID' })
    const verify = 'rm -rf ~'
    await assert.rejects(knowledge.learn({ ...LESSON, verify }), { code: 'LESSON_INVALID' })
    const wrong = { kind: 'lesson', entity: 'e', content: 'c', confidence: 0.9 } as const
    const plain = { entity: 'e', content: 'c', confidence: 0.9, action: 'x' }
    const { rejected, new: fresh } = await knowledge.distillMany([
      { ...wrong, attribute: 'a', value: 'v' },
      plain,
      { ...plain, kind: 'fact' },
      wrong
    ])
    assert.deepEqual(
      rejected.map(({ line }) => line),
      [1, 2, 3]
    )
    assert.equal(fresh, 1)
    assert.equal((await knowledge.learn({ summary: 's', action: 'a' })).status, 'new')
  })

  it('are not stored beside one about the same, unless forced', async () => {
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.learn(LESSON)
    assert.deepEqual(await knowledge.learn(LESSON), { id, status: 'duplicate' })
    const again = {
      ...LESSON,
      summary: 'npm ci fails with: EUSAGE',
      action: 'rm package-lock.json'
    }
    const learned = await knowledge.learn(again)
    assert.equal(learned.status, 'similar')
    assert.deepEqual(learned.similar, { id, summary: LESSON.summary, origin: 'local' })
    assert.equal(db.status.facts, 1)
    assert.equal((await knowledge.learn({ ...again, force: true })).status, 'new')
    assert.equal(db.status.facts, 2)
  })

  it('about another version, error or subject are not about the same', () => {
    const same = [
      ['npm ci fails with EUSAGE', 'Npm ci fails with EUSAGE.'],
      ['npm ci fails with EUSAGE in a monorepo', 'npm ci fails with EUSAGE in the monorepo']
    ] as const
    const other = [
      ['npm 10 ci fails with EUSAGE', 'npm 11 ci fails with EUSAGE'],
      ['connect fails with E1042 on start', 'connect fails with E1043 on start'],
      ['npm ci fails with EUSAGE', 'pnpm install fails with ENOENT'],
      ['always pin the lock file', 'never pin the lock file']
    ] as const
    for (const [a, b] of same) assert.ok(areSimilarSummaries(a, b), a)
    for (const [a, b] of other) assert.ok(!areSimilarSummaries(a, b), a)
  })

  it('come back from an export as they were', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.learn({ ...LESSON, tags: ['npm'], project: 'shop', source: 'ci log' })
    await knowledge.learn({ summary: 'only a detail', detail: '  a\n  b', private: true })
    const { id: old } = await knowledge.learn({ summary: 'old habit', action: 'do it twice' })
    await knowledge.stale(old)
    await knowledge.distill('CSS gap', 'Works in flex.', 0.8, { projects: ['b', 'a'] })
    const exported = await Array.fromAsync(knowledge.export())
    const lines = exported.map((fact) => JSON.parse(JSON.stringify(fact)) as FactInput)
    await using other = await createHive({ swarm: false })
    const { rejected, new: fresh } = await other.agent.cortex.knowledge.import(lines)
    assert.deepEqual([fresh, rejected], [4, []])
    assert.deepEqual(await Array.fromAsync(other.agent.cortex.knowledge.export()), exported)
    assert.deepEqual(exported.find(({ entity }) => entity === 'CSS gap')?.projects, ['a', 'b'])
    assert.equal(exported.filter(({ stale }) => stale === true).length, 1)
  })

  it('are quoted as data in a context', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.learn(LESSON)
    const { text } = await db.agent.cortex.context({ goal: 'npm ci fails with EUSAGE' })
    const [, line = '', ...more] = text.split('\n')
    assert.deepEqual(more, [])
    const quoted = JSON.parse(line) as Record<string, unknown>
    assert.deepEqual(
      [quoted['about'], quoted['says'], quoted['suggests'], quoted['holdsFor']],
      [LESSON.summary, LESSON.detail, LESSON.action, LESSON.versions]
    )
  })
})

describe('projects', () => {
  let db: HiveNode

  beforeEach(async () => {
    db = await createHive({ swarm: false })
  })

  afterEach(() => db.stop())

  async function recalled(query: string, options: object = {}): Promise<string[]> {
    const { items } = await db.agent.cortex.knowledge.recall(query, { limit: 3, ...options })
    return items.map(({ fact }) => fact.content).toSorted()
  }

  it('are apart in recall, also for items that are not indexed yet', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill('port', 'The shop listens on 8080.', 0.9, { projects: ['shop'] })
    await knowledge.distill('port', 'The blog listens on 3000.', 0.9, { projects: ['blog'] })
    await knowledge.distill('port', 'A port listens once.', 0.9)
    const [any, blog, shop] = [
      'A port listens once.',
      'The blog listens on 3000.',
      'The shop listens on 8080.'
    ]
    for (const maxWait of [0, Infinity]) {
      const ask = (options: object): Promise<string[]> =>
        recalled('port listens', { maxWait, ...options })
      assert.deepEqual(await ask({}), [any])
      assert.deepEqual(await ask({ project: 'shop' }), [any, shop])
      assert.deepEqual(await ask({ project: 'Shop' }), [any])
      assert.deepEqual(await ask({ allProjects: true }), [any, blog, shop])
      assert.deepEqual(await ask({ project: 'blog', entity: 'port' }), [any, blog])
    }
    assert.throws(() => void knowledge.recall('port', { project: '' }), {
      code: 'ARGUMENT_INVALID'
    })
  })

  it('take no place in the answers of others, however many facts they have', async () => {
    const { knowledge } = db.agent.cortex
    await knowledge.distill('retry', 'The client retries the upload twice.', 0.5)
    await knowledge.distill('retry', 'The shop retries the upload.', 0.5, { projects: ['shop'] })
    const others = Array.from({ length: 6_000 }, (_, i) => ({
      entity: 'retry',
      content: `The client retries the upload ${i} times.`,
      confidence: 0.9,
      projects: ['blog']
    }))
    await knowledge.distillMany(others)
    for (const query of ['client retries upload', 'client upload', 'retries of an upload']) {
      const all = { maxWait: Infinity }
      assert.deepEqual(await recalled(query, all), ['The client retries the upload twice.'])
      assert.equal((await recalled(query, { ...all, project: 'shop' })).length, 2)
      assert.equal((await recalled(query, { ...all, allProjects: true })).length, 3)
    }
  })

  it('of a fact that is learned in several are all of them, and none beyond eight', async () => {
    const { knowledge } = db.agent.cortex
    const learn = (projects?: string[]): Promise<{ readonly id: string }> =>
      knowledge.distill('port', 'A port listens once.', 0.9, { projects })
    const { id } = await learn(['b'])
    await learn(['a'])
    await learn(['b'])
    assert.deepEqual((await knowledge.get(id))?.projects, ['a', 'b'])
    for (let i = 0; i < 7; i++) await learn([`p${i}`])
    assert.equal((await knowledge.get(id))?.projects, undefined)
    await learn(['a'])
    assert.equal((await knowledge.get(id))?.projects, undefined)
  })

  it('no longer bind a fact that is learned without one', async () => {
    const { knowledge } = db.agent.cortex
    const fact = { entity: 'port', content: 'A port listens once.', confidence: 0.9 }
    await knowledge.distillMany([{ ...fact, projects: ['a'] }, fact, { ...fact, projects: ['b'] }])
    assert.deepEqual(await recalled('port listens'), [fact.content])
    assert.deepEqual(await recalled('port listens', { project: 'c' }), [fact.content])
  })

  it('never leave the node, and are no part of the id', async () => {
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.learn({ ...LESSON, project: 'halvorsen-shop' })
    await using other = await createHive({ swarm: false })
    assert.equal((await other.agent.cortex.knowledge.learn(LESSON)).id, id)
    const preview = await hive.preview(id)
    assert.equal(preview?.insight?.action, LESSON.action)
    assert.ok(!JSON.stringify(preview).includes('halvorsen'))
  })

  it('are checked', async () => {
    const { knowledge } = db.agent.cortex
    for (const projects of [[''], ['x'.repeat(256)], ['\ud800'], Array(9).fill('a'), 'a']) {
      const options = { projects } as { projects: string[] }
      const code = 'ARGUMENT_INVALID'
      await assert.rejects(knowledge.distill('e', 'c', 0.9, options), { code })
    }
  })
})

describe('stale facts', () => {
  it('are hidden unless asked for, until they are learned again', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.learn(LESSON)
    assert.ok(await knowledge.stale(id.slice(0, 12)))
    assert.ok(!(await knowledge.stale(id)))
    for (const maxWait of [0, Infinity]) {
      assert.deepEqual((await knowledge.recall('EUSAGE', { maxWait })).items, [])
      const { items } = await knowledge.recall('EUSAGE', { maxWait, includeStale: true })
      assert.deepEqual(
        items.map(({ fact }) => [fact.id, fact.stale]),
        [[id, 1]]
      )
    }
    assert.equal((await hive.broadcastKnowledge()).promoted, 0)
    await assert.rejects(hive.promoteToGlobalStore(id), { code: 'WITHHELD' })
    const learned = await knowledge.learn(LESSON)
    assert.deepEqual(learned, { id, status: 'duplicate' })
    const { items } = await knowledge.recall('EUSAGE', { maxWait: Infinity })
    assert.deepEqual(
      items.map(({ fact }) => [fact.id, fact.stale]),
      [[id, undefined]]
    )
    assert.equal((await hive.broadcastKnowledge()).promoted, 1)
  })

  it('do not keep a lesson from being learned', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.learn(LESSON)
    await knowledge.stale(id)
    const learned = await knowledge.learn({ ...LESSON, action: 'npm ci --force' })
    assert.equal(learned.status, 'new')
  })

  it('supersede no claim, and are none', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const say = (value: string, year: number): Promise<{ readonly id: string }> =>
      knowledge.distill('build server', `It runs ${value}.`, 0.9, {
        attribute: 'runtime',
        value,
        validFrom: new Date(Date.UTC(year, 0))
      })
    await say('Node 22', 2024)
    const { id } = await say('Node 24', 2025)
    await knowledge.stale(id)
    const values = async (options: object): Promise<string[]> => {
      const { items } = await knowledge.recall('runtime', { maxWait: Infinity, ...options })
      return items.map(({ fact }) => String(fact.value)).toSorted()
    }
    assert.deepEqual(await values({}), ['Node 22'])
    assert.deepEqual(await values({ includeStale: true }), ['Node 22', 'Node 24'])
    const claims = await knowledge.history('build server')
    assert.deepEqual(
      claims.map(({ value, state }) => [value, state]),
      [['Node 22', 'current']]
    )
  })
})
