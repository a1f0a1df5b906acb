import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { Trends } from '../../../node/operations/index.ts'
import { startApi } from '../../fixtures/api.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { until } from '../../fixtures/until.ts'
import type { ResultOf } from '../../../node/operations/index.ts'
import type { Api } from '../../fixtures/api.ts'

const LIMIT = 30_000

describe('operations of the dashboard', () => {
  it('list all facts once, the newest first, with the records that they are public as', async () => {
    await using api = await startApi()
    const { knowledge, hive } = api.db.agent.cortex
    for (let i = 0; i < 25; i++) await knowledge.distill(`part ${i}`, `Part ${i} is of steel.`, 0.9)
    const first = await page(api, { limit: 1 })
    assert.equal(first.facts[0]?.entity, 'part 24')
    const { id } = first.facts[0] ?? { id: '' }
    assert.equal(first.facts[0]?.record, undefined)
    const { id: record } = await hive.promoteToGlobalStore(id)
    // A changed fact is listed as a new one; a forgotten one is not listed.
    await knowledge.distill('part 3', 'Part 3 is of steel.', 0.95)
    await knowledge.forget((await page(api, { limit: 2 })).facts[1]?.id ?? '')
    const seen: string[] = []
    let before: number | undefined
    do {
      const { facts, next } = await page(api, { limit: 4, before })
      for (const fact of facts)
        seen.push(`${fact.entity}${fact.record === record ? ' public' : ''}`)
      before = next
    } while (before !== undefined)
    assert.equal(seen[0], 'part 3')
    assert.deepEqual(seen.slice(1, 4), ['part 23', 'part 22', 'part 21'])
    assert.equal(new Set(seen).size, 24)
    assert.ok(!seen.includes('part 24 public'))
    const { status } = await api.call('facts', { limit: 1_001 })
    assert.equal(status, 400)
  })

  it('tell which record a fact is public as', async () => {
    await using api = await startApi()
    const { knowledge, hive } = api.db.agent.cortex
    const { id } = await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.9)
    const { id: record } = await hive.promoteToGlobalStore(id)
    assert.equal((await page(api, {})).facts[0]?.record, record)
  })

  it('list merged near-duplicates, count them, and split one off', async () => {
    await using api = await startApi()
    const { knowledge } = api.db.agent.cortex
    const { id } = await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.9)
    await knowledge.distill('CSS gap', 'Flex containers support gap。', 0.9)
    await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.9)
    const performance = (await api.result('performance')) as ResultOf<'performance'>
    assert.equal(performance.paths.text, 1)
    assert.equal(performance.paths.memory + performance.paths.disk, 1)
    const [variant] = (await api.result('variants', { id })) as ResultOf<'variants'>
    assert.equal(variant?.content, 'Flex containers support gap。')
    assert.deepEqual(await api.result('split-variant', { id: variant?.id }), { changed: true })
    assert.deepEqual(await api.result('variants', { id }), [])
    assert.equal(api.db.status.facts, 2)
  })

  it('return the voices of each author, and that of this node', async () => {
    const swarm = { name: 'voices', k: 3, listen: ['/ip4/127.0.0.1/tcp/0'] }
    await using api = await startApi({ swarm })
    const bootstrap = [...api.db.multiaddrs]
    await using peer = await createHive({ swarm: { ...swarm, bootstrap } })
    await peer.agent.cortex.knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
    await peer.agent.cortex.hive.broadcastKnowledge()
    const { hive } = api.db.agent.cortex
    const insight = await until(
      api.db,
      'hive:change',
      async () => (await hive.getGlobalInsights({ state: 'quarantined' }))[0],
      AbortSignal.timeout(LIMIT)
    )
    const { id } = insight
    const of = async (): Promise<ResultOf<'voices'>> =>
      (await api.result('voices', { id })) as ResultOf<'voices'>
    const before = await of()
    assert.deepEqual([before?.needs, before?.vouches, before?.own], [3, 1, undefined])
    await hive.dispute(id, { confidence: 0.8 })
    const after = await of()
    assert.deepEqual([after?.vouches, after?.disputes, after?.own], [1, 1, 'dispute'])
    assert.deepEqual(after?.voices.map(({ vote }) => vote).toSorted(), ['dispute', 'vouch'])
    assert.equal(new Set(after?.voices.map(({ author }) => author)).size, 2)
    await hive.retract(id)
    assert.equal((await of())?.voices.length, 1)
    assert.equal(await api.result('voices', { id: 'f'.repeat(64) }), null)
  })

  it('show a skill with its competitors, failures and thresholds', async () => {
    await using api = await startApi()
    const { capabilities } = api.db.agent.cortex
    const add = (source: string): Promise<{ id: string }> =>
      capabilities.registerCapability({
        name: 'size',
        description: 'Counts.',
        kind: 'code',
        source,
        tests: [{ input: 'four', output: 4 }]
      })
    const good = await add('export default (text) => text.length')
    const bad = await add('export default (text) => text.trim().length')
    for (let i = 0; i < 5; i++) await capabilities.invoke(good.id, 'x')
    await capabilities.invoke(bad.id, 7).catch(() => undefined)
    const shown = (await api.result('show-skill', { skill: bad.id })) as ResultOf<'show-skill'>
    assert.deepEqual(
      shown.competitors.map(({ id }) => id),
      [good.id, bad.id]
    )
    assert.equal(shown.failures.length, 1)
    assert.ok(shown.thresholds.cool < shown.thresholds.warm)
    assert.ok(shown.thresholds.warm < shown.thresholds.promotion)
  })

  it('say what the doctor finds of the running node', async () => {
    await using api = await startApi()
    const { ok, findings } = (await api.result('doctor')) as ResultOf<'doctor'>
    assert.equal(ok, true, JSON.stringify(findings))
    assert.ok(findings.some(({ text }) => text.startsWith('a node runs and answers')))
    await writeFile(join(api.dataDir, 'http-token'), 'no\n')
    const after = (await api.result('doctor')) as ResultOf<'doctor'>
    assert.deepEqual(
      after.findings.filter((each) => !each.ok).map(({ id }) => id),
      ['token']
    )
  })
})

describe('the trends of a node', () => {
  it('have the counts of now, and those from before a restart', async () => {
    await using directory = await temporaryDirectory()
    await using db = await createHive({ swarm: false })
    let now = Date.parse('2026-05-01T00:00:00Z')
    const init = { dataDir: directory.path, now: () => now }
    const trends = await Trends.open(db, init)
    await db.agent.cortex.knowledge.distill('CSS gap', 'Flex containers support gap.', 0.9)
    now += 60_000
    db.emit('sync:receive', { entries: 3, milliseconds: 1 })
    const samples = trends.samples()
    const [begin, end] = [samples[0], samples.at(-1)]
    assert.deepEqual([begin?.facts, begin?.synced], [0, 0])
    assert.deepEqual([end?.facts, end?.synced, end?.at], [1, 3, '2026-05-01T00:01:00.000Z'])
    await trends.close()
    now += 3_600_000
    const later = await Trends.open(db, init)
    const times = later.samples().map(({ at }) => at.slice(11, 16))
    assert.deepEqual(times, ['00:00', '00:01', '01:01', '01:01'])
    await later.close()
    await writeFile(join(directory.path, 'trends.json'), '[{"at":')
    const damaged = await Trends.open(db, init)
    assert.equal(damaged.samples().length, 2)
    await damaged.close()
    const text = await readFile(join(directory.path, 'trends.json'), 'utf8')
    assert.ok(Array.isArray(JSON.parse(text)))
  })

  it('have the number of released insights, once the index has counted them', async () => {
    await using directory = await temporaryDirectory()
    await using db = await createHive({ swarm: { name: 'trends', k: 1 } })
    const { knowledge, hive, metrics } = db.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
    await knowledge.distill('npm ci', 'npm ci needs a lock file.', 0.95)
    await hive.broadcastKnowledge()
    assert.equal((await hive.getGlobalInsights({ state: 'released' })).length, 2)
    const older = { at: '2026-05-01T00:00:00.000Z', facts: 1, entries: 1, authors: 1, peers: 0 }
    const file = join(directory.path, 'trends.json')
    await writeFile(file, JSON.stringify([{ ...older, synced: 0 }]))
    const trends = await Trends.open(db, { dataDir: directory.path, now: Date.now })
    // The index answers in order.
    await metrics.getRecordCounts()
    const [first, last] = [trends.samples()[0], trends.samples().at(-1)]
    assert.deepEqual([first?.at, first?.insights, last?.insights], [older.at, undefined, 2])
    await trends.close()
    const again = await Trends.open(db, { dataDir: directory.path, now: Date.now })
    assert.ok(again.samples().some(({ insights }) => insights === 2))
    await again.close()
  })
})

async function page(api: Api, input: object): Promise<ResultOf<'facts'>> {
  return (await api.result('facts', JSON.parse(JSON.stringify(input)))) as ResultOf<'facts'>
}
