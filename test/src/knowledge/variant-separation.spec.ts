import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { FactStore } from '../../../src/facts/index.ts'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { FactInput } from '../../../src/index.ts'
import type { Store } from '../../../crdt/index.ts'

/** Merged by an earlier rule, and not by this one. */
const WRONG = Array.from({ length: 130 }, (_, i) => [`x${i} = 5`, `x${i} = 5.`] as const)
const RIGHT = ['The team leaves on Friday', 'The team leaves on Friday.'] as const
const OPTIONS = { swarm: false, upkeep: false } as const
const CURSOR = Buffer.from('separation')

function factOf(content: string, rest: Partial<FactInput> = {}): FactInput {
  return { entity: 'rota', content, confidence: 0.9, ...rest }
}

/** A store of an earlier version: each second text is a variant of the first. */
async function earlierStore(dataDir: string): Promise<string[]> {
  const pairs = [...WRONG, RIGHT]
  const isPrivate = (i: number): boolean => i === 0
  const ids: string[] = []
  {
    await using db = await createHive({ ...OPTIONS, dataDir })
    const { knowledge } = db.agent.cortex
    await knowledge.import(
      pairs.flatMap((pair, i) => pair.map((text) => factOf(text, { private: isPrivate(i) })))
    )
    ids.push(...pairs.flat().map((text) => knowledge.identify(factOf(text))))
  }
  await changeStore(dataDir, async (store) => {
    const facts = new FactStore({ store })
    await facts.load()
    for (let i = 0; i < ids.length; i += 2) {
      const [first, second] = ids.slice(i, i + 2).map((id) => Buffer.from(id, 'hex'))
      assert.ok(first !== undefined && second !== undefined)
      assert.equal(await facts.absorb(first, second), true)
    }
    assert.equal(facts.count, pairs.length)
  })
  return ids
}

async function changeStore(
  dataDir: string,
  change: (store: Store) => Promise<void>
): Promise<void> {
  const store = await openStore(join(dataDir, 'store'))
  try {
    await change(store)
  } finally {
    await store.close()
  }
}

describe('variants that an earlier rule merged', () => {
  it('are facts of their own after an upgrade, and others stay merged', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    const ids = await earlierStore(dataDir)
    await using db = await createHive({ ...OPTIONS, dataDir })
    const { knowledge, janitor } = db.agent.cortex
    assert.equal(db.status.facts, WRONG.length + 1)
    // Slices end in the middle.
    const limits = [50, 50, 20]
    for (const limit of limits) {
      assert.deepEqual(await janitor.consolidate({ limit }), { checked: 0, merged: 0 })
    }
    assert.ok(db.status.facts < 2 * WRONG.length)
    await janitor.consolidate()
    assert.equal(db.status.facts, 2 * WRONG.length + 1)
    for (const [i, text] of WRONG.flat().entries()) {
      const fact = await knowledge.get(ids[i] ?? '')
      assert.deepEqual([fact?.content, fact?.private === true], [text, i < 2])
    }
    const [right, variant] = ids.slice(-2)
    assert.equal((await knowledge.get(variant ?? ''))?.id, right)
    assert.deepEqual((await janitor.verify()).facts?.lostIds, [])
    const exported = await Array.fromAsync(knowledge.export())
    assert.equal(exported.length, ids.length)
  })

  it('are taken apart in the background', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    await earlierStore(dataDir)
    await using db = await createHive({ swarm: false, dataDir })
    await once(db, 'upkeep:consolidate', { signal: AbortSignal.timeout(15_000) })
    assert.equal(db.status.facts, 2 * WRONG.length + 1)
  })

  it('are no variants when they come again before', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    await earlierStore(dataDir)
    await using db = await createHive({ ...OPTIONS, dataDir })
    const { knowledge, janitor } = db.agent.cortex
    const [first, second] = ['x1 = 5', 'x1 = 5.']
    assert.equal((await knowledge.distill('rota', second, 0.9)).status, 'new')
    await janitor.consolidate()
    assert.equal(db.status.facts, 2 * WRONG.length + 1)
    assert.deepEqual(await knowledge.variants(knowledge.identify(factOf(first))), [])
  })

  it('are taken apart after a crash in the middle of one', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    const ids = await earlierStore(dataDir)
    const [first, second] = ids.slice(2, 4).map((id) => Buffer.from(id, 'hex'))
    assert.ok(first !== undefined && second !== undefined)
    let merged: Uint8Array | undefined
    await changeStore(dataDir, async (store) => {
      merged = (await store.section('merged').get(second))?.slice()
    })
    {
      await using db = await createHive({ ...OPTIONS, dataDir })
      await db.agent.cortex.janitor.consolidate()
    }
    // The fact is on disk, and it is a variant still.
    await changeStore(dataDir, async (store) => {
      assert.ok(merged !== undefined)
      await store.commit([
        store.section('merged').put(second, merged),
        store.section('variants-of').put(Buffer.concat([first, second]), Buffer.of()),
        store.section('cursors').del(CURSOR)
      ])
    })
    await using db = await createHive({ ...OPTIONS, dataDir })
    const { knowledge, janitor } = db.agent.cortex
    await janitor.consolidate()
    assert.equal(db.status.facts, 2 * WRONG.length + 1)
    assert.deepEqual(await knowledge.variants(ids[2] ?? ''), [])
    assert.equal((await knowledge.get(ids[3] ?? ''))?.id, ids[3])
  })
})
