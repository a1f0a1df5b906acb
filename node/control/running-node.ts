/** Finds the running node of a data directory, or opens the directory if no node runs. */
import { connect } from 'node:net'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { remoteCalls } from './control-client.ts'
import type { Call } from '../operations/index.ts'

/** `node.json` in the data directory: the address of the running node. */
const RunningNode = z.object({
  pid: z.int(),
  socket: z.string(),
  version: z.string(),
  /** The address of the HTTP API on TCP, if it has one. */
  http: z.string().optional()
})
export type RunningNode = z.infer<typeof RunningNode>

const FILE = 'node.json'

export async function writeRunningNode(dataDir: string, node: RunningNode): Promise<void> {
  const path = join(dataDir, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(node)}\n`)
  await rename(`${path}.new`, path)
}

export async function removeRunningNode(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true })
}

/** The node that runs on `dataDir`, if it answers. */
export async function findRunningNode(dataDir: string): Promise<RunningNode | undefined> {
  let text: string
  try {
    text = await readFile(join(dataDir, FILE), 'utf8')
  } catch {
    return undefined
  }
  const node = RunningNode.safeParse(jsonOf(text))
  return node.success && (await answers(node.data.socket)) ? node.data : undefined
}

/** Runs `use` with the running node, or with the directory if no node runs on it. */
export async function withNode<T>(dataDir: string, use: (call: Call) => Promise<T>): Promise<T> {
  const node = await findRunningNode(dataDir)
  if (node !== undefined) return use(remoteCalls(node.socket))
  // Loaded here: the library takes a second, and a running node needs none of it.
  const [{ createHive }, { localCalls }] = await Promise.all([
    import('../../src/index.ts'),
    import('../operations/index.ts')
  ])
  await using db = await createHive({ dataDir, swarm: false })
  return await use(localCalls({ db, dataDir, running: false }))
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
