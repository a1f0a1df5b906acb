/**
 * What running a node costs, each figure beside a reference of the same run: starts and commands
 * beside an empty Node.js process, idle memory beside a bare libp2p node. Then SIGTERM under load:
 * whether each node ends in time, and has what it acknowledged.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createHive } from 'noormme-hive'
import { remoteCalls } from '../node/control/control-client.ts'
import { findRunningNode } from '../node/control/running-node.ts'
import { benchFacts } from './fact-data.ts'
import { buildPackage } from './peer-process.ts'
import { percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { ChildProcess } from 'node:child_process'
import type { Benchmark } from './benchmark.ts'

const BINARY = join(import.meta.dirname, '../dist/node/hive.js')
const BARE = join(import.meta.dirname, 'bare-libp2p.ts')
const QUIET = '--disable-warning=ExperimentalWarning'

const P95 = 0.95
const KIB = 1024
const MEGABYTE = 1e6

/** Facts that are opened together. */
const IDS = 20

/** Calls that are under way at once while a node is stopped. */
const CALLERS = 8

export const running: Benchmark<'commands' | 'idle' | 'starts' | 'stops'> = {
  about: 'starts, commands and memory of a node, and SIGTERM under load',
  defaults: { commands: 40, idle: 10, starts: 15, stops: 100 },

  async run({ commands, idle, starts, stops }) {
    await buildPackage()
    await inFolder(async (folder) => {
      const dataDir = join(folder, 'node')
      {
        await using db = await createHive({ dataDir, swarm: false })
        await db.agent.cortex.knowledge.distillMany(benchFacts(0, 1_000))
        await db.agent.cortex.knowledge.recall('warm up', { maxWait: Infinity })
      }
      const empty: number[] = []
      const help: number[] = []
      const ready: number[] = []
      for (let i = 0; i < starts; i++) {
        empty.push(await timed('-e', '0'))
        help.push(await timed(BINARY, '--help'))
        ready.push(await timeToReady(dataDir))
      }
      const status: number[] = []
      const recall: number[] = []
      const emptyBeside: number[] = []
      {
        await using node = await Running.start(dataDir)
        void node
        for (let i = 0; i < commands; i++) {
          emptyBeside.push(await timed('-e', '0'))
          status.push(await timed(BINARY, 'status', '--data-dir', dataDir))
          recall.push(await timed(BINARY, 'recall', 'gap in flex', '--data-dir', dataDir))
        }
      }
      const reference = { name: 'node -e 0', measured: empty }
      const beside = { name: 'node -e 0', measured: emptyBeside }
      printTable(
        [`starts and commands in ms: ${starts} starts, ${commands} commands`],
        [
          { figure: 'hive --help', measured: help, reference },
          { figure: 'hive start, until ready', measured: ready, reference },
          { figure: 'hive status, node runs', measured: status, reference: beside },
          { figure: 'hive recall, node runs', measured: recall, reference: beside }
        ]
      )
      console.log(
        `p95 in ms: help ${p95(help)}, ready ${p95(ready)}, status ${p95(status)}, recall ${p95(recall)}, node -e 0 ${p95([...empty, ...emptyBeside])}\n`
      )
      await compareMemory(join(folder, 'memory'), idle)
      await stopUnderLoad(join(folder, 'stops'), stops)
    })
  }
}

/** Both at once, so that what else the machine does falls on both. */
async function compareMemory(dataDir: string, seconds: number): Promise<void> {
  await using node = await Running.start(dataDir)
  await using bare = await Running.spawn([QUIET, BARE])
  await delay(seconds * 1_000)
  const [own, reference] = await Promise.all([residentBytes(node), residentBytes(bare)])
  console.log(
    `idle memory after ${seconds} s: node ${megabytes(own)} MB, bare libp2p ${megabytes(reference)} MB, ratio ${formatNumber(own / reference, 2)}\n`
  )
}

async function stopUnderLoad(dataDir: string, stops: number): Promise<void> {
  const acknowledged: string[] = []
  const times: number[] = []
  let ended = 0
  for (let round = 0; round < stops; round++) {
    await using node = await Running.start(dataDir)
    const socket = (await findRunningNode(dataDir))?.socket ?? ''
    const before = acknowledged.length
    const load = Array.from({ length: CALLERS }, (_, caller) =>
      distillUntilRefused(socket, `r${round} c${caller}`, acknowledged)
    )
    // At another moment of the load each time.
    const wanted = before + 20 + ((round * 37) % 200)
    while (acknowledged.length < wanted) await delay(1)
    const began = performance.now()
    node.child.kill('SIGTERM')
    const [code] = await once(node.child, 'exit')
    times.push(performance.now() - began)
    if (code === 0) ended += 1
    await Promise.all(load)
  }
  await using node = await Running.start(dataDir)
  void node
  const call = remoteCalls((await findRunningNode(dataDir))?.socket ?? '')
  let lost = 0
  for (let at = 0; at < acknowledged.length; at += IDS) {
    const ids = acknowledged.slice(at, at + IDS)
    lost += ids.length - (await call('open', { ids })).facts.length
  }
  const sorted = [...times].toSorted((a, b) => a - b)
  const inTime = times.filter((time) => time <= 2_000).length
  console.log(
    `SIGTERM under load: ${inTime} of ${stops} within 2 s (median ${formatNumber(percentile(sorted, 0.5))} ms, most ${formatNumber(sorted.at(-1) ?? 0)} ms), ${ended} with exit code 0; ${lost} of ${acknowledged.length} acknowledged facts lost`
  )
}

async function distillUntilRefused(socket: string, name: string, known: string[]): Promise<void> {
  const call = remoteCalls(socket)
  for (let i = 0; ; i++) {
    const entity = `${name} n${i}`
    try {
      await call('learn', {
        summary: `${entity} fails`,
        detail: 'It fails under load.',
        action: 'Wait.'
      }).then(({ id }) => known.push(id))
    } catch {
      return
    }
  }
}

/** A child process that has printed its line `ready`. */
class Running implements AsyncDisposable {
  readonly child: ChildProcess

  constructor(child: ChildProcess) {
    this.child = child
  }

  static start(dataDir: string): Promise<Running> {
    return Running.spawn([QUIET, BINARY, 'start', '--json', '--http', 'off', '--data-dir', dataDir])
  }

  static async spawn(args: readonly string[]): Promise<Running> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('"ready"')) break
    }
    child.stdout.resume()
    return new Running(child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGTERM')
    await once(this.child, 'exit')
  }
}

function p95(samples: readonly number[]): string {
  return formatNumber(percentile(samples, P95))
}

async function timeToReady(dataDir: string): Promise<number> {
  const began = performance.now()
  await using node = await Running.start(dataDir)
  void node
  return performance.now() - began
}

/** Milliseconds of a process from its start to its end. */
async function timed(...args: readonly string[]): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [QUIET, ...args], { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`"${args.join(' ')}" ended with ${String(code)}.`)
  return performance.now() - began
}

function megabytes(bytes: number): string {
  return formatNumber(bytes / MEGABYTE)
}

async function residentBytes({ child }: Running): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * KIB
}
