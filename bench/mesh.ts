/**
 * How fast a message is everywhere in a swarm in one process, beside bare libp2p nodes with the stock
 * gossipsub in the same run. All nodes share the thread: the time until all have a message is near the
 * CPU time that all of them take together.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { startMeshNode } from './mesh-nodes.ts'
import { percentile } from './samples.ts'
import { formatNumber } from './table.ts'
import type { Benchmark } from './benchmark.ts'
import type { MeshKind, MeshNode, MeshTransport } from './mesh-nodes.ts'

/** Nodes that join at the same time: the next ones start when these are in the mesh. */
const STARTED_TOGETHER = 50

/** Nodes up to which rounds have their default intervals; with ten times as many, ten times those. */
const PACED_NODES = 100

/** Milliseconds. */
const MESH_TIMEOUT = 600_000
const DELIVERY_TIMEOUT = 60_000

/** Percent of a core under which the nodes have met, and milliseconds to wait for that at most. */
const QUIET_SHARE = 25
const QUIET_TIMEOUT = 60_000

/** Milliseconds between messages: those of each kind meet also what its nodes do seldom. */
const MESSAGE_INTERVAL = 600

/** Milliseconds for which the CPU time of a swarm without messages is measured. */
const IDLE_TIME = 20_000

const KINDS: readonly MeshKind[] = [
  'gossipsub, signed',
  'gossipsub, unsigned',
  'hive',
  'hive, stem'
]

export const mesh: Benchmark<'nodes' | 'messages' | 'rounds' | 'dialled', 'transport' | 'kinds'> = {
  about: 'time until all nodes have a message, beside a stock gossipsub',
  defaults: { nodes: 100, messages: 50, rounds: 2, dialled: 6 },
  texts: { transport: 'memory', kinds: KINDS.join(';') },

  async run({ nodes, messages, rounds, dialled }, { transport, kinds }) {
    if (transport !== 'memory' && transport !== 'tcp') throw new Error('Memory or tcp?')
    const chosen = KINDS.filter((kind) => kinds.split(';').includes(kind))
    const all = new Map(chosen.map((kind) => [kind, [] as Figures[]]))
    for (let round = 0; round < rounds; round++) {
      for (const [kind, figures] of all) {
        figures.push(await measure({ kind, nodes, messages, dialled, transport, seed: round }))
      }
    }
    console.log(
      `mesh: ${formatNumber(nodes)} nodes over ${transport}, ${rounds} rounds of ${messages} messages, node ${process.versions.node}`
    )
    const names = [
      'meshed, s',
      'quiet, s',
      'all, ms p50',
      'p99',
      'one, ms p50',
      'p99',
      'CPU, ms',
      'idle, %'
    ]
    console.log(
      ['', ...names, 'missed', 'MB/node', 'MB', 'peak MB'].map((name, i) => cell(name, i)).join('')
    )
    for (const [kind, figures] of all) print(kind, figures)
  }
}

interface Setting {
  readonly kind: MeshKind
  readonly nodes: number
  readonly messages: number
  /** Peers that each node dials when it starts. */
  readonly dialled: number
  readonly transport: MeshTransport
  /** Of the topology. */
  readonly seed: number
}

interface Figures {
  /** Milliseconds from the start of the first node until every node has a mesh peer. */
  readonly meshed: number
  /** Milliseconds from the start of the first node until the nodes have met. */
  readonly quiet: number
  /** Milliseconds until all nodes have a message, for each of them. */
  readonly everywhere: number[]
  /** Milliseconds until one node has a message, for each node and message. */
  readonly deliveries: number[]
  /** Deliveries that did not happen. */
  readonly missed: number
  /** Milliseconds of CPU time for each message. */
  readonly cpu: number
  /** Of one core, while nothing is published. */
  readonly idle: number
  /** Bytes of the process, and those that came with each node. */
  readonly resident: number
  /** The most that the process had so far, before the nodes stop. */
  readonly peak: number
  readonly bytes: number
}

async function measure({
  kind,
  nodes,
  messages,
  dialled,
  transport,
  seed
}: Setting): Promise<Figures> {
  const random = randomOf(seed)
  const arrivals = new Arrivals()
  const pace = Math.max(1, nodes / PACED_NODES)
  globalThis.gc?.()
  const bytesBefore = process.memoryUsage.rss()
  const started = performance.now()
  const swarm: MeshNode[] = []
  while (swarm.length < nodes) {
    const bootstrap = pick(swarm, dialled, random)
    const onMessage = (name: string): void => arrivals.note(name)
    swarm.push(await startMeshNode(kind, { transport, pace, bootstrap, onMessage }))
    if (swarm.length % STARTED_TOGETHER === 0) await untilMeshed(swarm, started)
  }
  const meshed = await untilMeshed(swarm, started)
  console.error(`${kind}: ${nodes} nodes, meshed after ${formatNumber(meshed / 1000, 1)} s`)
  await untilQuiet()
  const quiet = performance.now() - started
  const idle = await idleShare(IDLE_TIME)
  const everywhere: number[] = []
  const deliveries: number[] = []
  let missed = 0
  let cpu = 0
  for (let i = 0; i < messages; i++) {
    const source = swarm[Math.floor(random() * swarm.length)]
    if (source === undefined) break
    const { name, publish } = await source.prepare()
    const arrival = arrivals.expect(name, kind.startsWith('hive') ? nodes - 1 : nodes)
    const next = delay(MESSAGE_INTERVAL)
    const cpuBefore = process.cpuUsage()
    await publish()
    const times = await arrival
    const { user, system } = process.cpuUsage(cpuBefore)
    cpu += (user + system) / 1000
    missed += nodes - (kind.startsWith('hive') ? 1 : 0) - times.length
    everywhere.push(times.at(-1) ?? Number.NaN)
    deliveries.push(...times)
    await next
  }
  globalThis.gc?.()
  const resident = process.memoryUsage.rss()
  const peak = process.resourceUsage().maxRSS * 1024
  const bytes = (resident - bytesBefore) / nodes
  await Promise.all(swarm.map((node) => node.stop()))
  return {
    meshed,
    quiet,
    everywhere,
    deliveries,
    missed,
    cpu: cpu / messages,
    idle,
    resident,
    peak,
    bytes
  }
}

async function untilMeshed(swarm: readonly MeshNode[], started: number): Promise<number> {
  while (!swarm.every(isMeshed)) {
    if (performance.now() - started > MESH_TIMEOUT) {
      console.log(`not meshed: ${swarm.filter((node) => !isMeshed(node)).length} nodes`)
      return Number.NaN
    }
    await delay(20)
  }
  return performance.now() - started
}

function isMeshed(node: MeshNode): boolean {
  return node.meshSize() > 0
}

/** Until what nodes do when they meet is done, or for `QUIET_TIMEOUT`. */
async function untilQuiet(): Promise<void> {
  const deadline = performance.now() + QUIET_TIMEOUT
  while (performance.now() < deadline && (await idleShare(1_000)) > QUIET_SHARE);
}

/** Share of a core that the process takes, in percent. */
async function idleShare(milliseconds: number): Promise<number> {
  const before = process.cpuUsage()
  const started = performance.now()
  await delay(milliseconds)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 10 / (performance.now() - started)
}

/** When nodes get the message that is on its way. */
class Arrivals {
  #name = ''
  #started = 0
  #wanted = 0
  #times: number[] = []
  #onAll: (() => void) | undefined

  /** Milliseconds from now to each arrival: of as many nodes, or of those that time allows. */
  async expect(name: string, wanted: number): Promise<number[]> {
    this.#name = name
    this.#wanted = wanted
    this.#times = []
    this.#started = performance.now()
    const timeout = AbortSignal.timeout(DELIVERY_TIMEOUT)
    await new Promise<void>((resolve) => {
      this.#onAll = resolve
      timeout.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#name = ''
    return this.#times
  }

  note(name: string): void {
    if (name !== this.#name) return
    this.#times.push(performance.now() - this.#started)
    if (this.#times.length === this.#wanted) this.#onAll?.()
  }
}

/** The addresses of `most` random nodes, or of all where there are fewer. */
function pick(before: readonly MeshNode[], most: number, random: () => number): string[] {
  const left = [...before]
  const picked: string[] = []
  while (picked.length < most && left.length > 0) {
    const [node] = left.splice(Math.floor(random() * left.length), 1)
    const [address] = node?.addresses ?? []
    if (address !== undefined) picked.push(address)
  }
  return picked
}

/** mulberry32: the same topology for each kind. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function print(kind: MeshKind, figures: readonly Figures[]): void {
  const mean = (of: (each: Figures) => number): number =>
    figures.reduce((sum, each) => sum + of(each), 0) / figures.length
  const everywhere = figures.flatMap((each) => each.everywhere)
  const deliveries = figures.flatMap((each) => each.deliveries)
  const numbers: readonly [value: number, digits: number][] = [
    [mean(({ meshed }) => meshed) / 1000, 1],
    [mean(({ quiet }) => quiet) / 1000, 1],
    [percentile(everywhere, 0.5), 1],
    [percentile(everywhere, 0.99), 1],
    [percentile(deliveries, 0.5), 1],
    [percentile(deliveries, 0.99), 1],
    [mean(({ cpu }) => cpu), 1],
    [mean(({ idle }) => idle), 1],
    [figures.reduce((sum, { missed }) => sum + missed, 0), 0],
    [mean(({ bytes }) => bytes) / 1e6, 2],
    [mean(({ resident }) => resident) / 1e6, 0],
    [Math.max(...figures.map(({ peak }) => peak)) / 1e6, 0]
  ]
  const texts = numbers.map(([value, digits]) => formatNumber(value, digits))
  console.log([kind, ...texts].map((text, i) => cell(text, i)).join(''))
}

function cell(text: string, column: number): string {
  return column === 0 ? text.padEnd(20) : text.padStart(11)
}
