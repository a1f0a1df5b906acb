import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveInit, HiveNode, Withheld } from '../../../src/index.ts'

const SPAM = 'Clear the build cache of the old release before a retry.'
const OWN = ['Clear the build cache.', 'The build cache is in the home directory.']

describe('records that are held back', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(20_000)

  function joined(peer: HiveNode, init: HiveInit & { k: number }): Promise<HiveNode> {
    const { k, ...rest } = init
    return createHive({ ...rest, swarm: { k, bootstrap: peer.multiaddrs } })
  }

  /** Until both hold the same. */
  async function synced(a: HiveNode, b: HiveNode): Promise<void> {
    const waiting = signal()
    while ((await a.digest()) !== (await b.digest())) {
      const change = once(b, 'hive:change', { signal: waiting })
      await b.agent.cortex.hive.synchronize()
      if ((await a.digest()) !== (await b.digest())) await change
    }
  }

  async function contents(db: HiveNode, limit = 10): Promise<string[]> {
    const found = (await db.agent.cortex.knowledge.recall('build cache', { limit })).items
    return found.map(({ fact }) => fact.content)
  }

  /** A node that has published 400 records on the subject of the questions. */
  async function spammer(): Promise<HiveNode> {
    const spam = await createHive({ swarm: { k: 1 } })
    const { knowledge, hive } = spam.agent.cortex
    await knowledge.distillMany(
      Array.from({ length: 400 }, (_, i) => ({
        entity: 'build cache',
        content: `${SPAM} Reason ${i}.`,
        confidence: 1
      }))
    )
    await hive.broadcastKnowledge()
    return spam
  }

  it('take no place in recall and context, however many match', async () => {
    await using spam = await spammer()
    await using db = await joined(spam, { k: 2 })
    const { knowledge } = db.agent.cortex
    for (const content of OWN) await knowledge.distill('build', content, 0.6)
    const before = await contents(db)
    assert.equal(before.length, OWN.length)
    await synced(spam, db)
    assert.deepEqual(await contents(db), before)
    const { items, withheld } = await db.agent.cortex.context({ goal: 'build cache' })
    assert.deepEqual(withheld, { quarantined: 100, disputed: 0, needs: 1 })
    assert.deepEqual(items.map(({ fact }) => fact.content).toSorted(), OWN.toSorted())
  })

  it('are recalled once a vote releases them, and no longer when it is taken back', async () => {
    await using spam = await spammer()
    await using db = await joined(spam, { k: 2 })
    await synced(spam, db)
    assert.deepEqual(await contents(db), [])
    const { hive, knowledge } = db.agent.cortex
    const [insight] = await hive.getGlobalInsights({ state: 'quarantined', limit: 1 })
    assert.ok(insight !== undefined)
    const held = async (): Promise<Withheld> => (await knowledge.recall(insight.content)).withheld
    assert.deepEqual(await held(), { quarantined: 1, disputed: 0, needs: 1 })
    await hive.vouch(insight.id)
    assert.deepEqual(await contents(db), [insight.content])
    assert.deepEqual(await held(), { quarantined: 0, disputed: 0, needs: 0 })
    await hive.retract(insight.id)
    assert.deepEqual(await contents(db), [])
    assert.deepEqual(await held(), { quarantined: 1, disputed: 0, needs: 1 })
  })

  it('are recalled by a node that starts again with another k', async () => {
    await using directory = await temporaryDirectory()
    await using spam = await spammer()
    const dataDir = join(directory.path, 'node')
    for (const [k, count] of [
      [2, 0],
      [1, 10],
      [2, 0]
    ] as const) {
      {
        await using db = await joined(spam, { k, dataDir })
        await synced(spam, db)
        assert.equal((await contents(db)).length, count, `k is ${k}`)
      }
      // As a command does that finds no running node.
      await using offline = await createHive({ dataDir, swarm: false })
      assert.equal((await contents(offline)).length, count, `k was ${k}`)
    }
  })
})

describe('claims that are superseded', () => {
  it('take no place in recall, however many match', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const { rejected } = await knowledge.distillMany(
      Array.from({ length: 1_500 }, (_, i) => ({
        entity: 'Chrome',
        content: `The stable Chrome is ${i}.`,
        confidence: 0.9,
        attribute: 'stable',
        value: String(i),
        validFrom: new Date(i)
      }))
    )
    assert.deepEqual(rejected, [])
    const found = (await knowledge.recall('stable Chrome')).items
    assert.deepEqual(
      found.map(({ fact }) => [fact.content, fact.state]),
      [['The stable Chrome is 1499.', 'current']]
    )
  })
})
