/**
 * How long a swarm that was cut takes to be one again: two halves, each with authors of its own, and one
 * connection between them. All nodes are in one thread, so the CPU time of all of them bounds it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { toHex } from '../crdt/bytes/index.ts'
import { startMemoryNode } from './memory-node.ts'
import { formatNumber } from './table.ts'
import type { Benchmark } from './benchmark.ts'
import type { MemoryNode } from './memory-node.ts'

/** Milliseconds after which a round is given up. */
const PATIENCE = 300_000

export const heal: Benchmark<'nodes' | 'authors' | 'dialled' | 'rounds'> = {
  about: 'time until two halves of a swarm that meet have the same',
  defaults: { nodes: 20, authors: 300, dialled: 3, rounds: 3 },

  async run({ nodes, authors, dialled, rounds }) {
    console.log(`${nodes} nodes, ${authors} authors of one entry in each half`)
    for (let round = 0; round < rounds; round++) {
      const left = await startHalf(Math.ceil(nodes / 2), dialled)
      const right = await startHalf(Math.floor(nodes / 2), dialled)
      for (const half of [left, right]) await publish(half, authors)
      const cpu = process.cpuUsage()
      const [address = ''] = right.at(-1)?.swarm.multiaddrs ?? []
      await left.at(-1)?.swarm.dial(address)
      const time = await untilSame([...left, ...right])
      const { user, system } = process.cpuUsage(cpu)
      console.log(
        `the same after ${formatNumber(time / 1000, 1)} s, ${formatNumber((user + system) / 1e6, 1)} s of CPU time`
      )
      await Promise.all([...left, ...right].map((node) => node.stop()))
    }
  }
}

async function startHalf(count: number, dialled: number): Promise<MemoryNode[]> {
  const half: MemoryNode[] = []
  while (half.length < count) {
    const bootstrap = half.slice(-dialled).flatMap(({ swarm }) => swarm.multiaddrs)
    half.push(await startMemoryNode({ bootstrap }))
  }
  return half
}

/** Each entry by an author of its own, all at the first node; resolves when its half has them. */
async function publish(half: readonly MemoryNode[], authors: number): Promise<void> {
  const [source] = half
  if (source === undefined) return
  for (let i = 0; i < authors; i++) {
    source.replica.rotateAuthor()
    const content = `Node ${source.swarm.peerId} needs the flag --retry-${i} in builds.`
    const record = { kind: 'fact', entity: 'build', content } as const
    const { entries } = await source.replica.publish([{ record, confidence: 0.9, day: 20_000 }])
    await source.swarm.announce(entries)
  }
  await untilSame(half)
}

async function untilSame(nodes: readonly MemoryNode[]): Promise<number> {
  const begun = performance.now()
  while (new Set(nodes.map(({ replica }) => toHex(replica.digest()))).size > 1) {
    if (performance.now() - begun > PATIENCE) return Number.NaN
    await delay(20)
  }
  return performance.now() - begun
}
