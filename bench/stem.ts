/**
 * What the stem hides, and what it costs: a swarm in memory in which every fifth node is a spy. A spy
 * notes which peer brings it an entry first; the earliest of them names that peer as the author's
 * node (the "first spy" of Fanti et al., SIGMETRICS 2018). A spy that is a relay passes on as it
 * should: one that swallowed entries would be gone around.
 */
import { once } from 'node:events'
import { toHex } from '../crdt/bytes/index.ts'
import { startMemoryNode } from './memory-node.ts'
import { percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import type { Benchmark } from './benchmark.ts'
import type { MemoryNode } from './memory-node.ts'

/** Peers that each node dials when it joins. */
const DIALLED = 6

/** What spies saw first, by author in hex. */
type Sightings = Map<string, string>

export const stem: Benchmark<'nodes' | 'messages' | 'repetitions'> = {
  about: 'who first-spies take for the author, with and without the stem, and the latency',
  defaults: { nodes: 100, messages: 100, repetitions: 1 },

  async run({ nodes, messages, repetitions }) {
    const samples = { named: [], plainNamed: [], latency: [], plainLatency: [] } as Record<
      'named' | 'plainNamed' | 'latency' | 'plainLatency',
      number[]
    >
    for (let i = 0; i < repetitions; i++) {
      const plain = await spyOn(nodes, messages, false)
      const hidden = await spyOn(nodes, messages, true)
      samples.plainNamed.push(plain.named)
      samples.plainLatency.push(...plain.latencies)
      samples.named.push(hidden.named)
      samples.latency.push(...hidden.latencies)
    }
    printTable(
      [
        `stem: ${nodes} nodes in memory, every fifth a spy, ${formatNumber(messages)} entries of as many authors`
      ],
      [
        {
          figure: 'authors whose node the first spy names, %',
          measured: samples.named,
          reference: { name: 'gossiped at once', measured: samples.plainNamed },
          digits: 1
        },
        {
          figure: 'until all nodes hold an entry, ms',
          measured: samples.latency,
          reference: { name: 'gossiped at once', measured: samples.plainLatency },
          digits: 1
        }
      ]
    )
    console.log(`p99 with the stem: ${formatNumber(percentile(samples.latency, 0.99), 1)} ms`)
    console.log(`a guess names ${formatNumber(100 / (nodes * 0.8), 1)} %`)
  }
}

async function spyOn(
  count: number,
  messages: number,
  hidesOwn: boolean
): Promise<{ named: number; latencies: number[] }> {
  const seen: Sightings = new Map()
  const nodes: MemoryNode[] = []
  for (let i = 0; i < count; i++)
    nodes.push(await startNode(nodes, hidesOwn, i % 5 === 4 ? seen : undefined))
  const signal = AbortSignal.timeout(120_000)
  for (const { swarm } of nodes) {
    while (!swarm.peers().some(({ gossip }) => gossip === 'mesh')) {
      await once(swarm, 'gossip:change', { signal })
    }
  }
  const honest = nodes.filter((_, i) => i % 5 !== 4)
  const latencies: number[] = []
  let named = 0
  for (let i = 0; i < messages; i++) {
    const source = honest[Math.floor(Math.random() * honest.length)]
    if (source === undefined) continue
    // A node's entries of one epoch share their path: each of these is of an author of its own.
    source.replica.rotateAuthor()
    const started = performance.now()
    const record = { kind: 'fact', entity: 'e', content: `news ${i}` } as const
    const { entries } = await source.replica.publish([{ record, confidence: 0.9, day: 20_000 }])
    const [entry] = entries
    if (entry === undefined) continue
    const arrived = Promise.all(nodes.map((node) => holds(node, entry.author)))
    await source.swarm.announce(entries)
    await arrived
    latencies.push(performance.now() - started)
    if (seen.get(toHex(entry.author)) === source.swarm.peerId) named += 1
  }
  await Promise.all(nodes.map(({ stop }) => stop()))
  return { named: (100 * named) / messages, latencies }
}

async function holds({ replica }: MemoryNode, author: Uint8Array): Promise<void> {
  while (replica.headOf(author).seq === 0) await once(replica, 'entry:admit')
}

function startNode(
  before: readonly MemoryNode[],
  hidesOwn: boolean,
  seen: Sightings | undefined
): Promise<MemoryNode> {
  const bootstrap = before
    .toSorted(() => Math.random() - 0.5)
    .slice(0, DIALLED)
    .flatMap(({ swarm }) => swarm.multiaddrs)
  return startMemoryNode({
    bootstrap,
    hidesOwn,
    syncInterval: 0,
    filterInterval: 0,
    onHeader: (peer, { author }) => {
      const name = toHex(author)
      if (seen !== undefined && !seen.has(name)) seen.set(name, peer.toString())
    }
  })
}
