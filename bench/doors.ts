/**
 * What a call costs through each door of a node: the library, the Unix socket, HTTP over TCP and MCP
 * over standard input and output. The library and the node behind the other doors are two processes
 * with the same facts. The doors take turns, so that what else the machine does falls on all of them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createHive } from 'noormme-hive'
import { createClient } from 'noormme-hive/client'
import { z } from 'zod'
import { remoteCalls } from '../node/control/control-client.ts'
import { benchFact, benchFacts } from './fact-data.ts'
import { buildPackage } from './peer-process.ts'
import { percentile } from './samples.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { HiveNode } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

const BINARY = join(import.meta.dirname, '../dist/node/hive.js')

/** Calls of each kind before the first one that is timed. */
const WARM_UP = 50

type Task = (call: number) => Promise<unknown>

/** What a door does for each kind of call; two of them are no tools of MCP. */
interface Door {
  readonly name: string
  readonly recall: Task
  readonly learn: Task
  readonly distill?: Task
  readonly status?: Task
}

const KINDS = ['recall', 'distill', 'learn', 'status'] as const

/** As the tool of MCP asks. */
const FOUND = { limit: 20, minRelevance: 0.01 } as const

export const doors: Benchmark<'calls' | 'facts'> = {
  about: 'what a call costs through each door of a node',
  defaults: { calls: 500, facts: 20_000 },

  async run({ calls, facts }) {
    await buildPackage()
    await inFolder(async (folder) => {
      for (const name of ['library', 'node']) {
        await using db = await createHive({ dataDir: join(folder, name), swarm: false })
        await db.agent.cortex.knowledge.distillMany(benchFacts(0, facts))
        await db.agent.cortex.knowledge.recall('warm up', { maxWait: Infinity })
      }
      await using db = await createHive({ dataDir: join(folder, 'library'), swarm: false })
      await using node = await startNode(folder)
      await using mcp = await startAgent(folder)
      const { socket, http } = z
        .object({ socket: z.string(), http: z.string() })
        .parse(JSON.parse(await readFile(join(folder, 'node/node.json'), 'utf8')))
      const token = (await readFile(join(folder, 'node/http-token'), 'utf8')).trim()
      const all = [libraryDoor(db), socketDoor(socket), httpDoor(http, token), mcpDoor(mcp.client)]
      console.log(
        `doors: ${calls} calls of each kind, ${formatNumber(facts)} facts, process ${node.pid}`
      )
      console.log('milliseconds; ratio: median to that of the library\n')
      console.log('call      door          p50      p95    ratio')
      for (const kind of KINDS) {
        const times = await timed(all, kind, calls)
        const reference = percentile(times.get('library') ?? [], 0.5)
        for (const [name, samples] of times) {
          const middle = percentile(samples, 0.5)
          const cells = [middle, percentile(samples, 0.95), middle / reference]
          const texts = cells.map((value) => formatNumber(value, 2).padStart(9))
          console.log(`${kind.padEnd(10)}${name.padEnd(8)}${texts.join('')}`)
        }
      }
    })
  }
}

/** Milliseconds of each call, by door. */
async function timed(
  all: readonly Door[],
  kind: (typeof KINDS)[number],
  calls: number
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>()
  for (let call = -WARM_UP; call < calls; call++) {
    for (const door of all) {
      const task = door[kind]
      if (task === undefined) continue
      const started = performance.now()
      await task(call + WARM_UP)
      const samples = times.get(door.name) ?? []
      if (call >= 0) samples.push(performance.now() - started)
      times.set(door.name, samples)
    }
  }
  return times
}

/** Words of a stored fact. */
function queryOf(call: number): string {
  return benchFact(call).content.split(' ').slice(2, 5).join(' ')
}

/** A fact that is not stored, of its own for each door. */
function newFact(door: string, call: number): ReturnType<typeof benchFact> {
  const { entity, content, confidence } = benchFact(call)
  return { entity, content: `By ${door}, new: ${content}`, confidence }
}

function newLesson(door: string, call: number): { summary: string; detail: string } {
  const { entity, content } = benchFact(call)
  return { summary: `${entity} ${door} ${call}`, detail: content }
}

function libraryDoor(db: HiveNode): Door {
  const { knowledge } = db.agent.cortex
  return {
    name: 'library',
    recall: (call) => knowledge.recall(queryOf(call), FOUND),
    learn: (call) => knowledge.learn(newLesson('library', call)),
    distill: (call) => knowledge.distillMany([newFact('library', call)]),
    status: async () => db.status
  }
}

function socketDoor(socket: string): Door {
  const send = remoteCalls(socket)
  return {
    name: 'socket',
    recall: (call) => send('recall', { query: queryOf(call), ...FOUND }),
    learn: (call) => send('learn', newLesson('socket', call)),
    distill: (call) => send('distill', { facts: [newFact('socket', call)] }),
    status: () => send('status', {})
  }
}

function httpDoor(url: string, token: string): Door {
  const hive = createClient({ url, token })
  return {
    name: 'HTTP',
    recall: (call) => hive.recall({ query: queryOf(call), ...FOUND }),
    learn: (call) => hive.learn(newLesson('HTTP', call)),
    distill: (call) => hive.distill({ facts: [newFact('HTTP', call)] }),
    status: () => hive.status({})
  }
}

function mcpDoor(client: Client): Door {
  return {
    name: 'MCP',
    recall: (call) => client.callTool({ name: 'recall', arguments: { query: queryOf(call) } }),
    learn: (call) => client.callTool({ name: 'learn', arguments: newLesson('MCP', call) })
  }
}

async function startNode(folder: string): Promise<AsyncDisposable & { readonly pid: number }> {
  const args = [BINARY, 'start', '--json', '--data-dir', join(folder, 'node')]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_RUNTIME_DIR: folder }
  })
  await once(createInterface({ input: child.stdout }), 'line')
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
  }
}

async function startAgent(folder: string): Promise<AsyncDisposable & { readonly client: Client }> {
  const client = new Client({ name: 'bench', version: '1' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [BINARY, 'mcp', '--data-dir', join(folder, 'node')]
    })
  )
  return { client, [Symbol.asyncDispose]: () => client.close() }
}
