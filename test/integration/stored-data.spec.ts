import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHive } from '../../src/index.ts'
import { contentsOf } from '../fixtures/stores/contents.ts'
import { restore, storedNames } from '../fixtures/stores/stored.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode, HiveInit } from '../../src/index.ts'
import type { Stored } from '../fixtures/stores/stored.ts'

const SWARM = { listen: ['/ip4/127.0.0.1/tcp/0'], k: 1, syncInterval: 0 }

/** At the time of writing: usage of models is dropped when it is older than its window. */
function open(dataDir: string, { writtenAt }: Stored): Promise<HiveNode> {
  return createHive({ dataDir, swarm: SWARM, upkeep: false, clock: { now: () => writtenAt } })
}

for (const name of await storedNames()) {
  describe(`a data directory of ${name}`, function () {
    this.timeout(60_000)
    const signal = (): AbortSignal => AbortSignal.timeout(30_000)

    it('opens with the same facts, insights, goals, playbooks, skills and usage, twice', async () => {
      await using directory = await temporaryDirectory()
      const dataDir = join(directory.path, 'node')
      const stored = await restore(name, dataDir)
      for (let times = 0; times < 2; times++) {
        await using db = await open(dataDir, stored)
        const contents = await contentsOf(db, stored.known, new Date(stored.writtenAt))
        assert.deepEqual(contents, stored.contents)
      }
    })

    it('keeps private facts here, publishes nothing twice and knows what it has forgotten', async () => {
      await using directory = await temporaryDirectory()
      const stored = await restore(name, directory.path)
      await using db = await open(directory.path, stored)
      const { hive, knowledge } = db.agent.cortex
      const facts = await Promise.all(stored.known.facts.map((id) => knowledge.get(id)))
      const secret = facts.find((fact) => fact?.private)
      assert.ok(secret !== undefined)
      assert.equal((await hive.preview(secret.id))?.verdict, 'withheld')
      await assert.rejects(hive.promoteToGlobalStore(secret.id), { code: 'WITHHELD' })
      const { promoted, corroborated } = await hive.broadcastKnowledge()
      assert.deepEqual([promoted, corroborated], [0, 0])
      await db.agent.cortex.janitor.consolidate()
      const before = db.status.facts
      const { rejected, ...again } = await knowledge.import(knowledge.export())
      // Merged variants are exported too; they are merged again.
      assert.deepEqual([again.duplicate, rejected], [before, []])
      await db.agent.cortex.janitor.consolidate()
      assert.equal(db.status.facts, before)
      const lost = await knowledge.distill('office', 'The office has a red door.', 0.9)
      assert.ok(stored.known.forgotten.includes(lost.id))
      assert.equal(lost.status, 'new')
    })

    it('gives all of its entries to a new node, and takes votes of earlier starts back', async () => {
      await using directory = await temporaryDirectory()
      const stored = await restore(name, directory.path)
      await using db = await open(directory.path, stored)
      const swarm: HiveInit['swarm'] = { ...SWARM, bootstrap: db.multiaddrs }
      await using other = await createHive({ swarm, upkeep: false })
      const { hive } = db.agent.cortex
      const insights = await hive.getGlobalInsights({ limit: 1_000 })
      const own = insights.find(({ entity }) => entity === 'second start')
      assert.ok(own !== undefined)
      assert.equal(own.corroboration, 1)
      assert.ok(await hive.retract(own.id))
      while ((await other.digest()) !== (await db.digest())) {
        await once(other, 'hive:change', { signal: signal() })
      }
      const there = await other.agent.cortex.hive.getGlobalInsights({ limit: 1_000 })
      assert.equal(there.length, insights.length - 1)
      assert.ok(there.every(({ id }) => id !== own.id))
      assert.deepEqual([other.status.rejections, other.status.offences], [{}, 0])
    })
  })
}
