/** Finds the running node of a data directory, or opens the directory if no node runs. */
import { connect } from 'node:net'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError, EXIT } from '../exit-codes.ts'
import { remoteCalls } from './control-client.ts'
import type { HiveNode } from '../../src/index.ts'
import type { Call, OperationName } from '../operations/index.ts'

/** `node.json` in the data directory: the addresses of the running node. */
export interface RunningNode {
  readonly pid: number
  readonly socket: string
  readonly version: string
  /** The address of the HTTP API on TCP, if it has one. */
  readonly http?: string
}

const FILE = 'node.json'

export async function writeRunningNode(dataDir: string, node: RunningNode): Promise<void> {
  const path = join(dataDir, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(node)}\n`, { mode: 0o600 })
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
  const node = runningNodeOf(text)
  return node !== undefined && (await answers(node.socket)) ? node : undefined
}

/** Milliseconds to wait for a node that has just been started, or for another command. */
export const LOCK_WAIT = 10_000
export const LOOK_INTERVAL = 100

/** Operations that begin a hive in a directory that has none. All others need one. */
const BEGINNINGS: ReadonlySet<OperationName> = new Set([
  'add-goal',
  'add-skill',
  'create-agent',
  'distill',
  'import',
  'learn',
  'start-session'
])

/** Throws `CommandError` (NO_HIVE) if no node has ever stored anything in the directory. */
export async function requireHive(dataDir: string): Promise<void> {
  if (!(await isWithoutHive(dataDir))) return
  throw new CommandError(
    `There is no hive in ${dataDir}. "hive start", "hive distill" or "hive learn" begins one; --data-dir names another directory.`,
    EXIT.directory,
    'NO_HIVE'
  )
}

/** False for a directory that cannot be read: opening it says why. */
async function isWithoutHive(dataDir: string): Promise<boolean> {
  try {
    return (await readdir(join(dataDir, 'store'))).length === 0
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

/**
 * Runs `use` with the running node, or with the directory if no node runs on it. Where there is no
 * hive, nothing is created before an operation begins one.
 */
export async function withNode<T>(
  dataDir: string,
  use: (call: Call) => Promise<T>,
  { onOpen }: OpenOptions = {}
): Promise<T> {
  const node = await findRunningNode(dataDir)
  if (node !== undefined) return use(remoteCalls(node.socket))
  if (!(await isWithoutHive(dataDir))) return withHive(dataDir, use, onOpen)
  return use(async (name, input, options) => {
    if (!BEGINNINGS.has(name)) await requireHive(dataDir)
    return withHive(dataDir, (call) => call(name, input, options))
  })
}

export interface OpenOptions {
  /** Called with a directory that was opened because no node runs on it, before the first call. */
  readonly onOpen?: (db: HiveNode) => Promise<void>
}

/** Waits while another process has the directory: a node that does not answer yet, or a command. */
async function withHive<T>(
  dataDir: string,
  use: (call: Call) => Promise<T>,
  onOpen?: OpenOptions['onOpen']
): Promise<T> {
  const deadline = Date.now() + LOCK_WAIT
  for (;;) {
    const node = await findRunningNode(dataDir)
    if (node !== undefined) return use(remoteCalls(node.socket))
    const db = await openUnlessLocked(dataDir, Date.now() > deadline)
    if (db === undefined) {
      await delay(LOOK_INTERVAL)
      continue
    }
    await using opened = db
    const { adoptUnitFile, localCalls } = await import('../operations/index.ts')
    const access = { db: opened, dataDir, running: false }
    await adoptUnitFile(access)
    await onOpen?.(opened)
    return await use(localCalls(access))
  }
}

/** Undefined while another process has the directory; throws for it if this is the last try. */
async function openUnlessLocked(dataDir: string, isLast: boolean): Promise<HiveNode | undefined> {
  // Loaded here: the library takes a second, and a running node needs none of it.
  const { createHive } = await import('../../src/index.ts')
  const { readConfiguration, storedHere } = await import('../config/index.ts')
  const { settings } = await readConfiguration({ env: process.env, cwd: process.cwd() })
  try {
    return await createHive({ dataDir, swarm: false, ...storedHere(settings) })
  } catch (error) {
    const isLocked = error instanceof Error && 'code' in error && error.code === 'STORE_LOCKED'
    if (isLocked && !isLast) return undefined
    throw error
  }
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

/** Checked by hand: commands must not load the schemas for it. */
function runningNodeOf(text: string): RunningNode | undefined {
  let node: unknown
  try {
    node = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof node !== 'object' || node === null) return undefined
  const { pid, socket, version, http }: Partial<Record<keyof RunningNode, unknown>> = node
  if (!Number.isInteger(pid) || typeof socket !== 'string' || typeof version !== 'string') {
    return undefined
  }
  return { pid: Number(pid), socket, version, ...(typeof http === 'string' ? { http } : {}) }
}
