import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const VARIANTS = ['It works.', 'it works', 'It works not.', 'It works\u3002', 'it works 2']

function items(
  contents: readonly string[]
): { entity: string; content: string; confidence: number }[] {
  return contents.map((content) => ({ entity: 'e', content, confidence: 0.9 }))
}

describe('upkeep', () => {
  it('merges near-duplicates that were taken in without a search, by itself', async () => {
    await using db = await createHive({ swarm: false })
    const consolidated = once(db, 'upkeep:consolidate', { signal: AbortSignal.timeout(15_000) })
    await db.agent.cortex.knowledge.distillMany(items(VARIANTS))
    assert.equal(db.status.facts, 5)
    const [{ checked, merged }] = await consolidated
    assert.deepEqual([checked, merged, db.status.facts], [5, 2, 3])
  })

  it('goes on where it stopped, after a restart', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    {
      await using db = await createHive({ dataDir, swarm: false, upkeep: false })
      await db.agent.cortex.knowledge.distillMany(items(VARIANTS.slice(0, 2)))
      await db.agent.cortex.janitor.consolidate()
      await db.agent.cortex.knowledge.distillMany(items(VARIANTS.slice(2)))
    }
    await using db = await createHive({ dataDir, swarm: false })
    const [consolidated] = await once(db, 'upkeep:consolidate', {
      signal: AbortSignal.timeout(15_000)
    })
    assert.deepEqual(consolidated, { checked: 3, merged: 1 })
  })

  it('is left out on request, and stops with the node', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    db.on('upkeep:consolidate', () => assert.fail('it was left out'))
    await db.agent.cortex.knowledge.distillMany(items(VARIANTS))
    const other = await createHive({ swarm: false })
    await other.agent.cortex.knowledge.distillMany(items(VARIANTS))
    await other.stop()
  })

  it('compacts on request what this node has published', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive, janitor } = db.agent.cortex
    const contents = Array.from({ length: 20 }, (_, i) => `Version ${i} has gap.`)
    const ids: string[] = []
    for (const content of contents) {
      const { id } = await knowledge.distill('e', content, 0.9)
      await hive.promoteToGlobalStore(id)
      ids.push(id)
    }
    for (const id of ids.slice(5)) await knowledge.forget(id)
    assert.equal(db.status.entries, 20)
    assert.deepEqual(await janitor.compact(), { entries: 1 })
    assert.equal(db.status.entries, 1)
    assert.equal((await hive.getGlobalInsights()).length, 5)
  })
})
