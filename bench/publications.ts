/**
 * What small publications cost on the wire: single facts that are promoted one after the other, by
 * several callers at a time, and all at the same time, until a second node has them.
 */
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { benchFacts } from './fact-data.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import { streamBytes } from './stream-bytes.ts'
import type { HiveNode } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

export const publications: Benchmark<'callers' | 'facts'> = {
  about: 'entries, bytes and time of single facts that are promoted close together',
  defaults: { facts: 1_000, callers: 50 },

  async run({ facts, callers }) {
    console.log(`publications: ${formatNumber(facts)} facts, each promoted by a call of its own\n`)
    for (const [name, width] of [
      ['one after the other', 1],
      [`${callers} callers`, callers],
      ['all at the same time', facts]
    ] as const) {
      const { entries, sent, ms, slowest } = await measure(facts, width)
      console.log(
        `${name.padEnd(22)} ${formatNumber(entries).padStart(7)} entries ${formatNumber(sent / facts).padStart(7)} B a fact ${formatNumber(ms).padStart(8)} ms, longest call ${formatNumber(slowest)} ms`
      )
    }
  }
}

interface Cost {
  readonly entries: number
  /** Bytes that the first node sends on all streams. */
  readonly sent: number
  readonly ms: number
  readonly slowest: number
}

function measure(count: number, callers: number): Promise<Cost> {
  return inFolder(async (folder) => {
    const streams = streamBytes('')
    const libp2p = { metrics: () => streams }
    const swarm = { k: 1, stem: false } as const
    await using a = await createHive({ dataDir: join(folder, 'a'), libp2p, swarm })
    const b = await createHive({
      dataDir: join(folder, 'b'),
      swarm: { ...swarm, bootstrap: a.multiaddrs }
    })
    try {
      const ids: string[] = []
      for (const { entity, content, confidence } of benchFacts(0, count)) {
        ids.push((await a.agent.cortex.knowledge.distill(entity, content, confidence)).id)
      }
      while (!a.status.peers.some(({ gossip }) => gossip !== 'none')) await turn()
      const before = streams.sent
      const started = performance.now()
      let slowest = 0
      await Promise.all(
        Array.from({ length: callers }, async () => {
          for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
            const began = performance.now()
            await a.agent.cortex.hive.promoteToGlobalStore(id)
            slowest = Math.max(slowest, performance.now() - began)
          }
        })
      )
      const ms = performance.now() - started
      while (!(await areEqual(a, b))) await turn()
      return { entries: a.status.entries, sent: streams.sent - before, ms, slowest }
    } finally {
      await b.stop()
    }
  })
}

async function areEqual(a: HiveNode, b: HiveNode): Promise<boolean> {
  return (await a.digest()) === (await b.digest())
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
