/**
 * Starts a node in the background for callers that find none, such as the MCP server of an agent.
 * However many callers start at once, one node runs: the first takes a file as a lock and starts it,
 * the others wait. The node ends by itself when nobody has used it for a time.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { resolve as absolute, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeDirectory } from '../data-paths.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { NODE_FLAGS } from '../node-flags.ts'
import { isAlive } from './process-alive.ts'
import { rememberedStart } from './remembered-start.ts'
import { findRunningNode } from './running-node.ts'
import type { RunningNode } from './running-node.ts'

/** The output of a node that was started in the background. */
export const LOG_FILE = 'node.log'

const LOCK_FILE = 'node.starting'
const OWNER_ONLY_FILE = 0o600

/** Milliseconds for a start, and between two looks whether the node answers. */
const START_TIMEOUT = 30_000
const LOOK_INTERVAL = 50

/** Milliseconds after which a lock was left behind: a start takes less. */
const LOCK_LIFETIME = 2 * START_TIMEOUT

/** Seconds without a caller after which the node ends. */
const IDLE_TIMEOUT = 600

export interface StartedNode {
  readonly node: RunningNode
  /** Whether this call started it. */
  readonly started: boolean
}

/** The node of a data directory, started if none runs. Throws if it does not start in time. */
export async function ensureNode(dataDir: string, signal?: AbortSignal): Promise<StartedNode> {
  const running = await findRunningNode(dataDir)
  if (running !== undefined) return { node: running, started: false }
  await makeDirectory(dataDir)
  const deadline = Date.now() + START_TIMEOUT
  const lock = join(dataDir, LOCK_FILE)
  let started = false
  let ended: Promise<number | null> | undefined
  try {
    for (;;) {
      if (!started && (await takeLock(lock))) {
        started = true
        // Another caller may have started one between the look and the lock.
        if ((await findRunningNode(dataDir)) === undefined) {
          ended = spawnNode(dataDir, await rememberedStart(dataDir))
        }
      }
      const code = ended && (await Promise.race([ended, Promise.resolve(undefined)]))
      const node = await findRunningNode(dataDir)
      if (node !== undefined) return { node, started }
      if (code !== undefined) throw await startError(dataDir)
      if (Date.now() > deadline) {
        throw new Error(
          `The node did not start within ${START_TIMEOUT / 1000} s. ${join(dataDir, LOG_FILE)} has its output.`
        )
      }
      await wait(LOOK_INTERVAL, undefined, { signal })
    }
  } finally {
    if (started) await rm(lock, { force: true })
  }
}

/** False while a process that is alive holds it. */
async function takeLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx', mode: OWNER_ONLY_FILE })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  // A file that has no number yet is just being written; another process may have the number of one
  // that is gone.
  const isLeft = (holder > 0 && !isAlive(holder)) || Date.now() - mtimeMs > LOCK_LIFETIME
  if (isLeft) await rm(path, { force: true })
  return false
}

/** It belongs to no terminal and no agent, and outlives this process. */
function spawnNode(dataDir: string, remembered: readonly string[]): Promise<number | null> {
  const log = openSync(join(dataDir, LOG_FILE), 'a', OWNER_ONLY_FILE)
  try {
    const child = spawn(
      process.execPath,
      [
        ...new Set([...process.execArgv, ...NODE_FLAGS]),
        hiveScript(),
        'start',
        ...remembered,
        '--data-dir',
        absolute(dataDir),
        '--idle-timeout',
        String(IDLE_TIMEOUT)
      ],
      {
        // The project file of one caller must not decide for a node that all callers share.
        cwd: homedir(),
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true
      }
    )
    child.unref()
    return new Promise((resolve) => {
      child.once('error', () => resolve(EXIT.failed))
      child.once('exit', resolve)
    })
  } finally {
    closeSync(log)
  }
}

/** The last line of the node's output says why it ended. */
async function startError(dataDir: string): Promise<CommandError> {
  const path = join(dataDir, LOG_FILE)
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n')
  const reason = lines.findLast((line) => line.startsWith('hive: '))?.slice('hive: '.length)
  return new CommandError(
    `The node did not start: ${reason ?? 'it ended without a reason.'} ${path} has its output.`,
    EXIT.failed,
    'START_FAILED'
  )
}

/** The script of the `hive` binary: beside this folder, as a source or as built. */
function hiveScript(): string {
  return fileURLToPath(new URL(`../hive${import.meta.url.slice(-3)}`, import.meta.url))
}
