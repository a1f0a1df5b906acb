import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHive } from '../../src/index.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode } from '../../src/index.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

/** Teaches and publishes `count` facts. */
async function teach(node: HiveNode, name: string, count: number): Promise<void> {
  const { knowledge, hive } = node.agent.cortex
  const facts = Array.from({ length: count }, (_, i) => ({
    entity: 'restore',
    content: `${name} taught fact number ${i}.`,
    confidence: 0.95
  }))
  await knowledge.distillMany(facts)
  await hive.broadcastKnowledge()
}

async function equal(a: HiveNode, b: HiveNode): Promise<void> {
  while ((await a.digest()) !== (await b.digest())) {
    const change = Promise.race(
      [a, b].map((node) => once(node, 'hive:change', { signal: signal() }))
    )
    await a.agent.cortex.hive.synchronize()
    if ((await a.digest()) !== (await b.digest())) await change
  }
}

describe('a data directory that was restored from an older copy', () => {
  it('forks no feed, uses no place twice and loses nothing that a peer has', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const [dataDir, copy] = [join(directory.path, 'node'), join(directory.path, 'copy')]
    await using peer = await createHive({ dataDir: join(directory.path, 'peer') })
    const open = async (): Promise<HiveNode> => {
      const node = await createHive({ dataDir, swarm: { bootstrap: peer.multiaddrs } })
      await once(node, 'filter:change', { signal: signal() })
      return node
    }
    {
      await using node = await open()
      await teach(node, 'Before the copy', 1_500)
      await equal(node, peer)
    }
    await cp(dataDir, copy, { recursive: true })
    {
      await using node = await open()
      await teach(node, 'After the copy', 1_500)
      await equal(node, peer)
    }
    const authorsBefore = peer.status.authors
    await rm(dataDir, { recursive: true })
    await cp(copy, dataDir, { recursive: true })
    await using node = await open()
    await teach(node, 'After the restore', 1_500)
    await equal(node, peer)
    assert.equal(peer.status.authors, authorsBefore + 1)
    for (const { status } of [node, peer]) {
      assert.deepEqual([status.rejections, status.offences, status.damaged], [{}, 0, 0])
    }
    const insights = await node.agent.cortex.hive.getGlobalInsights({ limit: 10_000 })
    assert.equal(insights.length, 4_500)
    assert.ok(insights.every(({ corroboration }) => corroboration === 1))
  })
})
