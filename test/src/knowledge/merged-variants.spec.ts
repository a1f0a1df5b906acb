import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { FactInput } from '../../../src/index.ts'

type Hive = Awaited<ReturnType<typeof createHive>>

const FIRST = 'The team leaves on Friday'
const VARIANT = `${FIRST}.`
const THIRD = 'the team leaves on Friday'

const OPTIONS = { swarm: false, upkeep: false } as const

function factOf(content: string, rest: Partial<FactInput> = {}): FactInput {
  return { entity: 'rota', content, confidence: 0.95, ...rest }
}

/** Texts that leave the node when everything is published. */
async function published({ agent }: Hive): Promise<string[]> {
  const { hive } = agent.cortex
  await hive.broadcastKnowledge()
  return (await hive.getGlobalInsights()).map(({ content }) => content)
}

async function exported({ agent }: Hive): Promise<string[]> {
  const facts = await Array.fromAsync(agent.cortex.knowledge.export())
  return facts
    .map((each) => `${each.content}${each.private === true ? ' (private)' : ''}`)
    .toSorted()
}

describe('merged variants', () => {
  for (const [how, merge] of [
    [
      'distilled',
      async ({ agent }: Hive) => {
        const { knowledge } = agent.cortex
        for (const content of [FIRST, VARIANT]) {
          await knowledge.distill('rota', content, 0.95, { private: true })
        }
      }
    ],
    [
      'consolidated',
      async ({ agent }: Hive) => {
        const facts = [FIRST, VARIANT].map((content) => factOf(content, { private: true }))
        await agent.cortex.knowledge.import(facts)
        assert.equal((await agent.cortex.janitor.consolidate()).merged, 1)
      }
    ]
  ] as const) {
    it(`that were private when they were ${how} stay private until they are forgotten`, async () => {
      await using directory = await temporaryDirectory()
      {
        await using db = await createHive({ ...OPTIONS, dataDir: directory.path })
        const { janitor } = db.agent.cortex
        await merge(db)
        assert.deepEqual(await exported(db), [`${FIRST} (private)`, `${VARIANT} (private)`])
        assert.deepEqual((await janitor.verify()).facts?.lostIds, [])
      }
      await using db = await createHive({ ...OPTIONS, dataDir: directory.path })
      const { knowledge, janitor } = db.agent.cortex
      await knowledge.import([factOf(FIRST), factOf(VARIANT)])
      assert.deepEqual(await published(db), [])
      await janitor.consolidate()
      await knowledge.distill('rota', VARIANT, 0.95)
      await knowledge.distill('rota', FIRST, 0.95)
      assert.deepEqual(await exported(db), [`${FIRST} (private)`, `${VARIANT} (private)`])
      assert.deepEqual((await janitor.verify()).facts?.lostIds, [])
      const [first, second] = [FIRST, VARIANT].map((each) => knowledge.identify(factOf(each)))
      const variant = (await knowledge.variants(first ?? '')).length === 1 ? second : first
      assert.equal(await knowledge.split(variant ?? ''), true)
      assert.deepEqual(await published(db), [])
      assert.deepEqual(await exported(db), [`${FIRST} (private)`, `${VARIANT} (private)`])
      await knowledge.forget(variant ?? '')
      const again = variant === first ? FIRST : VARIANT
      await knowledge.import([factOf(again)])
      assert.deepEqual(await published(db), [again])
    })
  }

  it('of a fact that becomes private are private too, however they come again', async () => {
    for (const again of ['import', 'distill', 'split'] as const) {
      await using db = await createHive(OPTIONS)
      const { knowledge } = db.agent.cortex
      await knowledge.distill('rota', FIRST, 0.95)
      await knowledge.distill('rota', VARIANT, 0.95)
      await knowledge.distill('rota', FIRST, 0.95, { private: true })
      assert.deepEqual(await exported(db), [`${FIRST} (private)`, `${VARIANT} (private)`])
      if (again === 'import') await knowledge.import([factOf(VARIANT)])
      else if (again === 'distill') await knowledge.distill('rota', VARIANT, 0.95)
      else assert.equal(await knowledge.split(knowledge.identify(factOf(VARIANT))), true)
      assert.deepEqual(await published(db), [], again)
    }
  })

  it('that are said again in private part from a fact that is not', async () => {
    for (const way of ['distill', 'import'] as const) {
      await using db = await createHive(OPTIONS)
      const { knowledge, janitor } = db.agent.cortex
      const { id } = await knowledge.distill('rota', FIRST, 0.95)
      await knowledge.distill('rota', VARIANT, 0.95)
      const secret = factOf(VARIANT, { private: true, tags: ['secret'] })
      if (way === 'import') await knowledge.import([secret])
      else await knowledge.distill('rota', VARIANT, 0.95, { private: true, tags: ['secret'] })
      await janitor.consolidate()
      assert.deepEqual(await exported(db), [FIRST, `${VARIANT} (private)`])
      assert.deepEqual((await knowledge.get(id))?.tags, [])
      assert.deepEqual(await published(db), [FIRST])
    }
  })

  it('are not made of what was forgotten or changed during a consolidation', async () => {
    await using db = await createHive(OPTIONS)
    const { knowledge, janitor } = db.agent.cortex
    const fill = Array.from({ length: 150 }, (_, i) =>
      factOf(`The widget of shelf ${i} weighs ${i * 7} grams.`)
    )
    const changed = 'The night shift begins on Monday'
    const secret = 'The safe is behind the boiler'
    await knowledge.import([...fill, factOf(FIRST), factOf(changed), factOf(secret)])
    await knowledge.import([FIRST, changed, secret].map((each) => factOf(`${each}.`)))
    const forgotten = knowledge.identify(factOf(FIRST))
    const { signal } = new AbortController()
    let changes: Promise<unknown> | undefined
    // Called for each fact of a batch that is read.
    signal.throwIfAborted = () => {
      changes ??= Promise.all([
        knowledge.forget(forgotten),
        knowledge.import([
          factOf(changed, { tags: ['late'], confidence: 0.99 }),
          factOf(secret, { private: true })
        ])
      ])
    }
    assert.equal((await janitor.consolidate({ signal })).merged, 1)
    await changes
    assert.equal(await knowledge.get(forgotten), undefined)
    const texts = await exported(db)
    assert.equal(texts.includes(FIRST), false)
    assert.deepEqual(
      texts.filter((each) => each.startsWith(secret)),
      [`${secret} (private)`, `${secret}.`]
    )
    const late = await knowledge.get(knowledge.identify(factOf(changed)))
    assert.deepEqual([late?.tags, late?.confidence], [['late'], 0.99])
    const variant = (await knowledge.variants(late?.id ?? ''))[0]
    assert.deepEqual([variant?.tags, variant?.confidence], [['late'], 0.99])
  })

  it('go on to the fact that theirs is merged into, and are forgotten with it', async () => {
    await using db = await createHive(OPTIONS)
    const { knowledge, janitor } = db.agent.cortex
    await knowledge.distill('rota', FIRST, 0.95)
    await knowledge.distill('rota', VARIANT, 0.95, { tags: ['doors'] })
    await knowledge.import([factOf(THIRD)])
    assert.equal((await janitor.consolidate()).merged, 1)
    const texts = [FIRST, VARIANT, THIRD]
    const ids = texts.map((each) => knowledge.identify(factOf(each)))
    const found = await Promise.all(ids.map((id) => knowledge.get(id)))
    const [canonical, ...others] = new Set(found.map((each) => each?.id))
    assert.deepEqual(others, [])
    assert.deepEqual(found[0]?.tags, ['doors'])
    assert.equal((await knowledge.variants(canonical ?? '')).length, 2)
    await knowledge.import([factOf(VARIANT)])
    assert.equal((await knowledge.forget(canonical ?? '')).forgotten, true)
    assert.deepEqual(await exported(db), [])
    assert.equal(db.status.facts, 0)
  })

  it('of variants in a store of an earlier version are found, and those of forgotten facts go', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    let ids: string[] = []
    {
      await using db = await createHive({ ...OPTIONS, dataDir })
      const { knowledge } = db.agent.cortex
      const { id } = await knowledge.distill('rota', FIRST, 0.95, { private: true })
      for (const each of [VARIANT, THIRD]) {
        await knowledge.distill('rota', each, 0.95, { private: true })
      }
      const gone = await knowledge.distill('door', 'The code is heliotrope', 0.95)
      await knowledge.distill('door', 'The code is heliotrope.', 0.95)
      ids = [id, ...[VARIANT, THIRD].map((each) => knowledge.identify(factOf(each))), gone.id]
    }
    const [first, second, third, gone] = ids.map((id) => Buffer.from(id, 'hex'))
    const store = await openStore(join(dataDir, 'store'))
    const merged = store.section('merged')
    const bytes = Buffer.from((await merged.get(third ?? Buffer.of())) ?? [])
    assert.deepEqual(bytes.subarray(0, 32), first)
    const [linked, marks] = [store.section('variants-of'), store.section('private-facts')]
    const links = await Array.fromAsync(linked.entries(), ([key]) => key.slice())
    await store.commit([
      ...links.map((key) => linked.del(key)),
      ...[second, third].map((each) => marks.del(each ?? Buffer.of())),
      merged.put(third ?? Buffer.of(), Buffer.concat([second ?? Buffer.of(), bytes.subarray(32)])),
      store.section('facts').del(gone ?? Buffer.of()),
      store.section('forgotten-facts').put(gone ?? Buffer.of(), Buffer.of()),
      store.section('meta').del(Buffer.from('variants-of'))
    ])
    await store.close()
    await using db = await createHive({ ...OPTIONS, dataDir })
    const { knowledge } = db.agent.cortex
    assert.equal((await knowledge.get(ids[2] ?? ''))?.id, ids[0])
    assert.equal((await knowledge.variants(ids[0] ?? '')).length, 2)
    assert.equal((await exported(db)).join().includes('heliotrope'), false)
    await knowledge.import([VARIANT, THIRD].map((each) => factOf(each)))
    assert.deepEqual(await published(db), [])
    await knowledge.forget(ids[0] ?? '')
    assert.deepEqual(await exported(db), [])
  })

  for (const way of ['distill', 'consolidate'] as const) {
    it(`of a claim carry its begins to it (${way})`, async () => {
      await using db = await createHive(OPTIONS)
      const { knowledge, janitor } = db.agent.cortex
      const claim = (value: string, day: string, end = ''): FactInput => ({
        entity: 'Chrome',
        content: `Stable is ${value}${end}`,
        confidence: 0.9,
        attribute: 'stable',
        value,
        validFrom: new Date(day)
      })
      const claims = [
        claim('120', '2024-01-01'),
        claim('121', '2024-02-01'),
        claim('120', '2024-03-01', '.'),
        claim('121', '2024-04-01', '.'),
        claim('120', '2024-05-01', '.')
      ]
      if (way === 'consolidate') {
        await knowledge.import(claims)
        assert.equal((await janitor.consolidate()).merged, 2)
      } else {
        for (const { entity, content, confidence, ...rest } of claims) {
          await knowledge.distill(entity, content, confidence, rest)
        }
      }
      assert.equal(db.status.facts, 2)
      const history = await knowledge.history('Chrome', 'stable')
      assert.deepEqual(
        history.map(({ value, validFrom }) => `${value} ${validFrom?.toISOString().slice(5, 7)}`),
        ['120 05', '121 04', '120 03', '121 02', '120 01']
      )
      assert.equal(history[0]?.state, 'current')
    })
  }

  it('that were split off stay apart, also when the fact changes', async () => {
    await using db = await createHive(OPTIONS)
    const { knowledge, janitor } = db.agent.cortex
    const { id } = await knowledge.distill('rota', FIRST, 0.5)
    await knowledge.distill('rota', VARIANT, 0.5)
    const variant = knowledge.identify(factOf(VARIANT))
    assert.equal(await knowledge.split(variant), true)
    for (const tag of ['one', 'two']) {
      await janitor.consolidate()
      await knowledge.distill('rota', FIRST, 0.5, { tags: [tag] })
      await knowledge.distill('rota', VARIANT, 0.5, { tags: [tag] })
    }
    assert.equal((await janitor.consolidate()).merged, 0)
    assert.deepEqual([await knowledge.variants(id), await knowledge.variants(variant)], [[], []])
    const merged = await knowledge.distill('rota', THIRD, 0.5)
    assert.deepEqual([merged.status, merged.id], ['merged', id])
  })

  it('cannot be split off beyond the quota, and can once there is room', async () => {
    await using db = await createHive({ ...OPTIONS, quota: { facts: 2 } })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('rota', FIRST, 0.5)
    await knowledge.distill('rota', VARIANT, 0.5)
    const other = await knowledge.distill('rota', 'The team returns on Sunday', 0.5)
    const variant = knowledge.identify(factOf(VARIANT))
    await assert.rejects(knowledge.split(variant), { code: 'QUOTA_EXCEEDED' })
    assert.deepEqual([db.status.facts, (await exported(db)).length], [2, 3])
    await knowledge.forget(other.id)
    assert.equal(await knowledge.split(variant), true)
    assert.equal(db.status.facts, 2)
    await assert.rejects(knowledge.distill('rota', 'The team rests', 0.5), /quota/)
  })

  it('are at most 16 of a fact: a node stores no more than its quota allows', async () => {
    await using db = await createHive({ ...OPTIONS, quota: { facts: 3 } })
    const { knowledge, janitor } = db.agent.cortex
    const dashes = ['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014']
    const texts = dashes.flatMap((a) =>
      dashes.flatMap((b) => dashes.map((c) => `The order is x${a}y${b}z${c}w`))
    )
    let stored = 0
    for (const text of texts) {
      try {
        await knowledge.distill('rota', text, 0.5)
        stored += 1
      } catch (error) {
        assert.match(String(error), /quota/)
        break
      }
    }
    // The last fact takes the last room.
    assert.equal(stored, 2 * 17 + 1)
    assert.equal(db.status.facts, 3)
    assert.equal((await exported(db)).length, stored)
    assert.equal((await janitor.consolidate()).merged, 0)
  })

  it('and repetitions keep all tags that have room, in any order', async () => {
    const names = 'abcdefghijklmnopqrst'.split('')
    const lists = [names.slice(4, 16), names.slice(2, 12), names.slice(0, 16), names.slice(6, 20)]
    const results: (readonly string[] | undefined)[] = []
    for (const order of [lists, lists.toReversed()]) {
      await using db = await createHive(OPTIONS)
      const { knowledge } = db.agent.cortex
      for (const tags of order.slice(0, 2)) {
        await knowledge.distill('rota', FIRST, 0.5, { tags })
      }
      if (order === lists) {
        const { items } = await knowledge.recall(FIRST, { maxWait: Infinity })
        const [item] = items
        assert.deepEqual(item?.fact.tags, names.slice(2, 16))
      }
      await knowledge.distill('rota', VARIANT, 0.5, { tags: order[2] })
      await knowledge.distill('rota', FIRST, 0.5, { tags: order[3] })
      results.push((await knowledge.get(knowledge.identify(factOf(FIRST))))?.tags)
    }
    assert.deepEqual(results, [names.slice(0, 16), names.slice(0, 16)])
  })
})
