import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createHive } from '../../src/index.ts'
import { remoteCalls } from '../../node/control/control-client.ts'
import { findRunningNode } from '../../node/control/running-node.ts'
import { budget } from '../fixtures/budget.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

/** About two seconds each. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? budget(3, 50))
const BATCH = 1_000

describe('kill -9 of a node that is taking facts in', () => {
  it(`loses nothing acknowledged in ${ROUNDS} rounds`, async function () {
    this.timeout(600_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const signal = AbortSignal.timeout(60_000)
      await using node = new HiveProcess(['--data-dir', dataDir])
      await node.ready(signal)
      const running = await findRunningNode(dataDir)
      assert.ok(running !== undefined)
      const call = remoteCalls(running.socket)
      // The point of death: after so many acknowledged batches, while more are on their way.
      const batches = 1 + Math.floor(Math.random() * 3)
      let acked = 0
      const died = call(
        'distill',
        { facts: [] },
        {
          lines: Readable.from(endless(round)),
          onProgress: ({ read = 0 }) => {
            acked = read
            if (read >= batches * BATCH) node.kill('SIGKILL')
          }
        }
      ).catch((error: unknown) => error)
      // Promotion writes, and the search index follows, at the same time.
      const recalled = call('recall', { query: 'taught' }).catch((error: unknown) => error)
      const promoted = call('broadcast', {}).catch((error: unknown) => error)
      assert.ok((await died) instanceof Error)
      await Promise.all([promoted, recalled, node.exit])
      for (let i = 0; i < acked; i += 97) acknowledged.push(contentOf(round, i))
      acknowledged.push(contentOf(round, acked - 1))
    }
    await using db = await createHive({ dataDir, swarm: false })
    const { knowledge } = db.agent.cortex
    for (const content of acknowledged) {
      const { status } = await knowledge.distill('kill', content, 0.95)
      assert.equal(status, 'duplicate', content)
    }
    // The index has every fact, once: none that a crash took, none twice.
    // A number above the rounds' own, so that few facts have all words of the question.
    const distinct = acknowledged.filter((content) => /number \d{3,}\.$/.test(content))
    assert.ok(distinct.length > ROUNDS)
    for (let i = 0; i < distinct.length; i += 19) {
      const content = distinct[i] ?? ''
      const question = { limit: 3, scope: 'local', maxWait: Infinity } as const
      const found = (await knowledge.recall(content, question)).items
      assert.equal(found.filter(({ fact }) => fact.content === content).length, 1, content)
    }
    // The replica holds together too: every feed is whole, and every fact can still be promoted.
    const { withheld } = await db.agent.cortex.hive.broadcastKnowledge()
    assert.equal(withheld.length, 0)
    assert.equal(db.status.damaged, 0)
    const { knowledge: again, janitor } = db.agent.cortex
    await janitor.rebuildBloomFilter()
    const [content = ''] = acknowledged
    assert.equal((await again.distill('kill', content, 0.95)).status, 'duplicate')
  })
})

function contentOf(round: number, i: number): string {
  return `Round ${round} taught fact number ${i}.`
}

function* endless(round: number): Generator<string> {
  for (let i = 0; ; i++) {
    yield `${JSON.stringify({ entity: 'kill', content: contentOf(round, i), confidence: 0.95 })}\n`
  }
}
