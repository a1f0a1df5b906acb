import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Database } from '../../../crdt/index.ts'
import type { HiveNode } from '../../../src/index.ts'

const CONTENT = 'The build cache is safe to clear.'
const VARIANT = 'the build cache is safe to clear'
const OTHER = 'Restart the machine after an update.'

function open(store: Database): Promise<HiveNode> {
  return createHive({ swarm: false, upkeep: false, store })
}

/** What the node has of the fact: facts, variants, and records that it vouches for. */
async function stateOf(db: HiveNode, id: string): Promise<unknown> {
  const { knowledge, hive } = db.agent.cortex
  const insights = await hive.getGlobalInsights()
  return {
    facts: db.status.facts,
    fact: (await knowledge.get(id))?.content,
    variants: (await knowledge.variants(id)).map(({ content }) => content),
    published: insights.map(({ content }) => content).toSorted(),
    recalled: (await knowledge.recall('cache')).items.map(({ fact }) => fact.content).toSorted(),
    exported: (await Array.fromAsync(knowledge.export())).length
  }
}

/** Files below a directory that have any of the words. */
async function filesWith(words: readonly string[], directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')))
  return paths.filter((_, i) => words.some((word) => texts[i]?.includes(word)))
}

/** A node with a fact, a variant of it that was published before it was merged, and another fact. */
async function filled(store: Database, isPublished: boolean): Promise<[HiveNode, string]> {
  const db = await open(store)
  const { knowledge, hive, janitor } = db.agent.cortex
  const claim = { attribute: 'cache', value: 'safe', enableBloomHeuristic: true }
  // The one that came first is merged into the other.
  await knowledge.distill('build', VARIANT, 0.95, claim)
  const { id } = await knowledge.distill('build', CONTENT, 0.95, claim)
  await knowledge.distill('build', OTHER, 0.95)
  if (isPublished) await hive.broadcastKnowledge()
  assert.equal((await janitor.consolidate()).merged, 1)
  return [db, id]
}

describe('forgetting', () => {
  for (const isPublished of [true, false]) {
    it(`${isPublished ? 'a published' : 'an unpublished'} fact is one write, which leaves all or nothing`, async () => {
      let [before, after]: unknown[] = []
      for (let failed = 0, writes = Infinity; failed <= writes; failed++) {
        const { database, writes: all, failAfter } = failingDatabase()
        const [db, id] = await filled(database, isPublished)
        before ??= await stateOf(db, id)
        const count = all.length
        failAfter(failed)
        const forgotten = await db.agent.cortex.knowledge.forget(id).catch(() => undefined)
        failAfter(Infinity)
        await db.stop()
        await using again = await open(database)
        const state = await stateOf(again, id)
        if (forgotten !== undefined) {
          assert.deepEqual(forgotten, { forgotten: true, retracted: isPublished })
          after = state
          writes = all.length - count
          break
        }
        assert.deepEqual(state, before, `write ${failed} failed`)
        assert.deepEqual(await again.agent.cortex.knowledge.forget(id), {
          forgotten: true,
          retracted: isPublished
        })
        assert.equal(await again.agent.cortex.knowledge.get(id), undefined)
      }
      assert.deepEqual(before, {
        facts: 2,
        fact: CONTENT,
        variants: [VARIANT],
        published: isPublished ? [OTHER, CONTENT, VARIANT] : [],
        recalled: isPublished ? [CONTENT, VARIANT] : [CONTENT],
        exported: 3
      })
      assert.deepEqual(after, {
        facts: 1,
        fact: undefined,
        variants: [],
        published: isPublished ? [OTHER] : [],
        recalled: [],
        exported: 1
      })
    })
  }

  it('by the id of a variant removes that variant, and what was published of it alone', async () => {
    const { database, failAfter } = failingDatabase()
    const [db, id] = await filled(database, true)
    const { knowledge } = db.agent.cortex
    const [variant] = await knowledge.variants(id)
    const before = await stateOf(db, id)
    failAfter(0)
    await assert.rejects(knowledge.forget(variant?.id ?? ''), { code: 'STORE_WRITE_FAILED' })
    assert.deepEqual(await stateOf(db, id), before)
    assert.deepEqual(await knowledge.forget(variant?.id ?? ''), {
      forgotten: true,
      retracted: true
    })
    await db.stop()
    await using again = await open(database)
    assert.deepEqual(await stateOf(again, id), {
      facts: 2,
      fact: CONTENT,
      variants: [],
      published: [OTHER, CONTENT],
      recalled: [CONTENT],
      exported: 2
    })
  })

  it('a fact waits for a variant that is being merged into it', async () => {
    const { database } = failingDatabase()
    const db = await open(database)
    const { knowledge, janitor } = db.agent.cortex
    await knowledge.distill('build', VARIANT, 0.95, { enableBloomHeuristic: true })
    const options = { enableBloomHeuristic: true }
    const { id } = await knowledge.distill('build', CONTENT, 0.6, options)
    // The first write of the merge raises the confidence of the fact.
    const forgotten = once(database, 'write').then(() => knowledge.forget(id))
    await Promise.all([janitor.consolidate(), forgotten])
    assert.equal((await forgotten).forgotten, true)
    assert.deepEqual(await knowledge.variants(id), [])
    assert.equal(db.status.facts, 0)
    await db.stop()
    const store = await openStore(database)
    assert.deepEqual(await Array.fromAsync(store.section('merged').entries()), [])
    await store.close()
  })

  it('what this node does not know writes nothing', async () => {
    const { database, writes } = failingDatabase()
    const [db] = await filled(database, true)
    const before = writes.length
    assert.equal((await db.agent.cortex.knowledge.forget('0'.repeat(64))).forgotten, false)
    assert.equal(writes.length, before)
    await db.stop()
  })

  for (const isRestarted of [false, true]) {
    it(`takes the words out of all files${isRestarted ? ', also after a restart' : ''}`, async () => {
      await using directory = await temporaryDirectory()
      const options = { swarm: false, upkeep: false, dataDir: directory.path } as const
      const words = ['xylozephyr', 'quuxinat', 'plumbago']
      const fill = Array.from({ length: 300 }, (_, i) => ({
        entity: `shelf ${i}`,
        content: `The widget number ${i} weighs ${i * 7} grams.`,
        confidence: 0.5
      }))
      let db = await createHive(options)
      await db.agent.cortex.knowledge.import(fill)
      const text = 'The xylozephyr is quuxinated by plumbago'
      const { id } = await db.agent.cortex.knowledge.distill('xylozephyr', text, 0.9)
      await db.agent.cortex.knowledge.distill('xylozephyr', `${text}.`, 0.9)
      await db.agent.cortex.knowledge.annotate('note', new Map([[id, 'about a xylozephyr']]))
      await db.agent.cortex.knowledge.recall('xylozephyr', { maxWait: Infinity })
      if (isRestarted) {
        await db.stop()
        assert.equal((await filesWith(words, directory.path)).length > 1, true)
        db = await createHive(options)
      }
      const { knowledge } = db.agent.cortex
      assert.equal((await knowledge.forget(id)).forgotten, true)
      await knowledge.recall('xylozephyr', { maxWait: Infinity })
      await db.stop()
      assert.deepEqual(await filesWith(words, directory.path), [])
      db = await createHive(options)
      assert.equal(db.status.facts, fill.length)
      const again = await db.agent.cortex.knowledge.recall('widget 250', { maxWait: Infinity })
      assert.equal(again.items[0]?.fact.entity, 'shelf 250')
      assert.equal((await db.agent.cortex.janitor.verify()).facts?.lost, 0)
      await db.stop()
    })
  }
})
