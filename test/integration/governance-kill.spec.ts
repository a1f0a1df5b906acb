import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createHive } from '../../src/index.ts'
import { budget } from '../fixtures/budget.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { HiveNode } from '../../src/index.ts'
import type { GovernedNews } from '../fixtures/governed-user.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/governed-user.ts', import.meta.url))
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? budget(2, 50))
const clock = { now: () => Date.UTC(2026, 10, 28, 12) }

/** Facts of a containment: several batches. */
const FACTS = 1_200

function run(...args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  const options = ['--conditions=noormme-source', PROGRAM, ...args]
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
}

function open(dataDir: string): Promise<HiveNode> {
  return createHive({ dataDir, swarm: false, upkeep: false, clock })
}

describe('kill -9 of a governed node', function () {
  this.timeout(600_000)

  it(`loses no count in ${ROUNDS} rounds, and counts at most what was under way`, async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    for (let round = 0; round < ROUNDS; round++) {
      const child = run(dataDir, 'work')
      const exit = once(child, 'exit')
      const after = 1 + Math.floor(Math.random() * 40)
      let news: GovernedNews | undefined
      let said = 0
      for await (const line of createInterface({ input: child.stdout })) {
        news = JSON.parse(line) as GovernedNews
        if (++said === after) child.kill('SIGKILL')
      }
      assert.equal((await exit)[1], 'SIGKILL')
      assert.ok(news !== undefined)
      await using db = await open(dataDir)
      const { used } = db.agent.cortex.governor.use('scout')
      const counts = [used.facts, used.skillRunsPerDay, used.modelCallsPerDay]
      for (const [i, acknowledged] of [news.facts, news.runs, news.calls].entries()) {
        const count = counts[i]
        assert.ok(count === acknowledged || count === acknowledged + 1, `${count} ${acknowledged}`)
      }
      assert.equal(used.facts, db.status.facts)
      assert.equal(used.factsPerDay, used.facts)
    }
  })

  it(`withdraws each record once in ${ROUNDS} rounds of a containment`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await using directory = await temporaryDirectory()
      const dataDir = join(directory.path, 'node')
      const id = await published(dataDir)
      const child = run(dataDir, 'contain', id)
      const exit = once(child, 'exit')
      for await (const _ of createInterface({ input: child.stdout })) {
        // At any moment of the containment, or behind it.
        await delay(Math.random() * 150)
        child.kill('SIGKILL')
      }
      await exit
      await using db = await open(dataDir)
      const { governor, hive } = db.agent.cortex
      const { withdrawn, stays } = await governor.contain({ id }, { why: 'It is wrong.' })
      assert.deepEqual([withdrawn, stays], [FACTS, 0])
      assert.equal((await hive.getGlobalInsights({ limit: FACTS })).length, 0)
      assert.equal((await governor.history('scout')).length, 1, 'it froze once')
      assert.deepEqual(
        (await governor.probeAll()).flatMap(({ findings }) => findings),
        []
      )
    }
  })
})

/** Publishes facts; returns the id of a preview of them. */
async function published(dataDir: string): Promise<string> {
  await using db = await open(dataDir)
  const { knowledge } = db.agents.create('scout').cortex
  const facts = Array.from({ length: FACTS }, (_, i) => {
    return { entity: `entity ${i}`, content: `Statement number ${i}.`, confidence: 0.95 }
  })
  await knowledge.distillMany(facts)
  const { governor, hive } = db.agent.cortex
  assert.equal((await hive.broadcastKnowledge()).promoted, FACTS)
  const preview = await governor.preview({ agent: 'scout', from: new Date(0) })
  assert.equal(preview.withdraws, FACTS)
  return preview.id
}
