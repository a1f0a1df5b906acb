/**
 * Kills processes that run a mixed load on some stores each, and compares what they had acknowledged
 * after the next start. The next process loads its program while this one runs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { randomOf } from '../fixtures/random.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { acknowledgedNothing } from './acknowledged.ts'
import { compareNode, parseChange, putChange } from './reported-states.ts'
import { closeNode, openNode } from './store-node.ts'
import type { ChildProcess } from 'node:child_process'
import type { NodeStart, Start } from './killed-node.ts'

const PROGRAM = fileURLToPath(new URL('killed-node.ts', import.meta.url))

/** Stores of a process: most of its time is the start of the program. */
export const NODES_OF_A_PROCESS = 8

/** Processes that use the same stores one after the other: the more there is, the slower the start. */
const PROCESSES_OF_A_STORE = 25

/** A process is killed within this many lines of its load. */
const LINES = 1_000

/** Milliseconds between that line and the kill, at most. */
const MILLISECONDS = 5

/** The newest line of each name. */
type Known = Map<string, string>

/** Kills `processes`; throws at the first start where something acknowledged is missing. */
export async function killProcesses(processes: number, seed: number): Promise<void> {
  const random = randomOf(seed)
  await using home = await temporaryDirectory()
  const children: ChildProcess[] = []
  try {
    children.push(spawnNodes(home.path))
    for (let killed = 0; killed < processes;) {
      const nodes = Array.from({ length: NODES_OF_A_PROCESS }, (_, i) => ({
        directory: join(home.path, `store-${killed}-${i}`),
        known: new Map<string, string>()
      }))
      const last = Math.min(processes, killed + PROCESSES_OF_A_STORE)
      for (; killed < last; killed++) {
        const child = children.shift()
        if (child === undefined) throw new Error('no process')
        if (killed < processes - 1) children.push(spawnNodes(home.path))
        const first = (seed + killed) * NODES_OF_A_PROCESS
        const starts = nodes.map(({ directory, known }, i) => ({
          directory,
          seed: first + i,
          known: [...known.values()]
        }))
        const states = nodes.map(({ known }) => known)
        await runUntilKilled(child, { starts, states, random, journal: join(home.path, 'journal') })
      }
      for (const { directory, known } of nodes) await compare(directory, known)
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

function spawnNodes(home: string): ChildProcess {
  const options = ['--conditions=noormme-source', '--disable-warning=ExperimentalWarning', PROGRAM]
  return spawn(process.execPath, options, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(home, 'cache') }
  })
}

interface Run {
  readonly starts: readonly NodeStart[]
  /** This process adds its lines. */
  readonly states: readonly Known[]
  readonly random: () => number
  readonly journal: string
}

async function runUntilKilled(child: ChildProcess, run: Run): Promise<void> {
  const { starts, states, random, journal } = run
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes')
  const exit = once(child, 'close')
  const errors = text(stderr)
  // The comparison writes a line for each name; so some die in it, or while they open the store.
  const names = states.reduce((sum, known) => sum + known.size, 0)
  const lines = Math.floor(random() * (names + LINES))
  const delay = random() * MILLISECONDS
  const start: Start = { nodes: starts, journal, lines }
  stdin.end(JSON.stringify(start))
  stdout.resume().once('end', () => setTimeout(() => child.kill('SIGKILL'), delay))
  await exit
  if (child.signalCode !== 'SIGKILL') {
    const seeds = starts.map(({ seed }) => seed).join(', ')
    throw new Error(`The process with the seeds ${seeds} failed: ${await errors}`)
  }
  // The operation of a line that was not written whole has not begun.
  for (const output of (await readFile(journal, 'utf8')).split('\n').slice(0, -1)) {
    const space = output.indexOf(' ')
    const line = output.slice(space + 1)
    const [kind, name] = parseChange(line)
    states[Number(output.slice(0, space))]?.set(`${kind} ${name}`, line)
  }
  await rm(journal)
}

async function compare(directory: string, lines: Known): Promise<void> {
  const known = acknowledgedNothing()
  for (const line of lines.values()) putChange(known, parseChange(line))
  const node = await openNode(directory)
  try {
    await compareNode(node, known)
  } finally {
    await closeNode(node)
  }
}
