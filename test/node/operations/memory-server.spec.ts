import assert from 'node:assert/strict'
import { localCalls } from '../../../node/operations/index.ts'
import { startDiskNode } from '../../fixtures/disk-node.ts'

describe('the graph of a memory server', () => {
  const GRAPH = [
    { type: 'entity', name: 'Ada', entityType: 'person', observations: ['Likes tea', 'Likes tea'] },
    { type: 'entity', name: 'Shop', entityType: 'project', observations: [] },
    { type: 'relation', from: 'Ada', to: 'Shop', relationType: 'works on' },
    { type: 'relation', from: 'Ada', to: 'Blog', relationType: 'works on' }
  ]

  it('becomes facts, and claims that do not exclude each other', async () => {
    await using node = await startDiskNode()
    const call = localCalls({ db: node.db, dataDir: node.dataDir, running: false })
    const report = await call('import', { format: 'server-memory', items: GRAPH })
    assert.equal(report.new, 5)
    assert.equal(report.duplicate, 1)
    const claims = await call('history', { entity: 'Ada' })
    assert.deepEqual(
      claims.map(({ attribute, value, state }) => [attribute, value, state]),
      [
        ['type', 'person', 'current'],
        ['works on: Blog', 'Blog', 'current'],
        ['works on: Shop', 'Shop', 'current']
      ]
    )
    const { items } = await call('recall', { query: 'tea', limit: 1 })
    assert.equal(items[0]?.fact.content, 'Likes tea')
    const again = await call('import', { format: 'server-memory', items: GRAPH })
    assert.equal(again.new, 0)
    const { facts } = await call('export', {})
    assert.equal(facts, 5)
  })

  it('is refused line by line, and private if asked for', async () => {
    await using node = await startDiskNode()
    const call = localCalls({ db: node.db, dataDir: node.dataDir, running: false })
    const items = [{ type: 'entity', name: 'Ada' }, { type: 'other' }, ...GRAPH]
    const report = await call('import', { format: 'server-memory', private: true, items })
    assert.deepEqual(
      report.rejected.map(({ line }) => line),
      [1, 2]
    )
    const facts: unknown[] = []
    await call('export', {}, { onItem: (fact) => Promise.resolve(void facts.push(fact)) })
    assert.ok(facts.length > 0 && JSON.stringify(facts).split('"private":true').length === 6)
  })
})
