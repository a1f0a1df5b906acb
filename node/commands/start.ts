/** `hive start`: runs a node until a signal stops it. */
import { setTimeout as delay } from 'node:timers/promises'
import { createHive, StoreError } from '../../src/index.ts'
import { COMMON_OPTIONS, readArguments, wholeNumberOption } from '../command.ts'
import { readModels } from '../models-file.ts'
import { openDoors } from '../control/doors.ts'
import { stopWhenIdle } from '../control/idle-stop.ts'
import { rememberStart } from '../control/remembered-start.ts'
import { cqRoutes } from '../cq/index.ts'
import { mcpRoute } from '../mcp/index.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { startLog } from '../output/start-log.ts'
import { defaultDataDir, socketPath } from '../data-paths.ts'
import { findRunningNode, LOCK_WAIT, LOOK_INTERVAL } from '../control/running-node.ts'
import { readSwarmKey } from '../swarm-key-file.ts'
import { warn } from '../output/terminal.ts'
import { version } from '../version.ts'
import type { Server } from 'node:net'
import type { HiveNode, HiveInit } from '../../src/index.ts'
import type { Command } from '../command.ts'

/** Milliseconds after which a graceful stop is aborted. */
const STOP_TIMEOUT = 2_000

/** Any free port of this machine. */
const DEFAULT_HTTP = '127.0.0.1:0'
const MAX_PORT = 65_535

const HOST_NAME = /^[\w.-]+$/

/** A day, in seconds. */
const MAX_IDLE = 86_400

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, {
      ...COMMON_OPTIONS,
      listen: { type: 'string', multiple: true },
      bootstrap: { type: 'string', multiple: true },
      swarm: { type: 'string' },
      'swarm-key': { type: 'string' },
      'accept-swarm-key': { type: 'string', multiple: true },
      'no-gossip': { type: 'boolean' },
      light: { type: 'boolean' },
      k: { type: 'string' },
      'adopt-skills': { type: 'boolean' },
      'no-publish-skills': { type: 'boolean' },
      'skill-receipts': { type: 'string' },
      models: { type: 'string' },
      http: { type: 'string', default: DEFAULT_HTTP },
      'http-host': { type: 'string', multiple: true },
      'idle-timeout': { type: 'string' }
    })
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const idle = values['idle-timeout']
    const idleTimeout =
      idle === undefined ? undefined : wholeNumberOption('idle-timeout', idle, 1, MAX_IDLE)
    // Checked before the store is opened.
    const http = addressOf(values.http)
    const hosts = hostsOf(values['http-host'])
    const socket = await socketPath(dataDir, env)
    const keyFile = values['swarm-key']
    const init: HiveInit = {
      dataDir,
      models: values.models === undefined ? undefined : await readModels(values.models),
      skills: {
        adopt: values['adopt-skills'] === true ? 'all' : 'none',
        publish: values['no-publish-skills'] !== true,
        receipts: receiptsOf(values['skill-receipts'])
      },
      userAgent: `noormme-hive/${version()}`,
      swarm: {
        name: values.swarm,
        key: keyFile === undefined ? undefined : await readSwarmKey(keyFile, warn),
        acceptedKeys: await Promise.all(
          (values['accept-swarm-key'] ?? []).map((path) => readSwarmKey(path, warn))
        ),
        bootstrap: values.bootstrap,
        listen: values.listen,
        gossip: values['no-gossip'] !== true,
        mode: values.light === true ? 'light' : 'full',
        k: values.k === undefined ? undefined : wholeNumberOption('k', values.k, 1, 1000)
      }
    }
    await using opened = new AsyncDisposableStack()
    const db = opened.use(await open(dataDir, init, signal))
    const log = startLog(values.json === true)
    log.follow(db)
    const doors = await openDoors(db, {
      dataDir,
      socket,
      http,
      hosts,
      addRoutes: (node) => (server) => {
        mcpRoute(node)(server)
        cqRoutes(node)(server)
      }
    })
    opened.defer(() => doors.close())
    await rememberStart(dataDir, values)
    log.ready(db, { dataDir, hasKey: keyFile !== undefined, url: doors.url })
    await waitForEnd(signal, doors.servers, idleTimeout)
    log.stopping()
    const all = opened.move()
    const stopped = await completesWithin(STOP_TIMEOUT, () => all.disposeAsync())
    if (!stopped) {
      warn(
        `hive: the node did not stop within ${STOP_TIMEOUT} ms, so the process ends now. Committed data is not lost.`
      )
      process.exit(EXIT.failed)
    }
    // A timer of libp2p, which nothing stops, would hold the process for another second.
    process.stdout.write('', () => process.exit(EXIT.ok))
    return EXIT.ok
  }
}

/** Waits while a command has the directory, and for the answer of a node that has just started. */
async function open(dataDir: string, init: HiveInit, signal: AbortSignal): Promise<HiveNode> {
  const deadline = Date.now() + LOCK_WAIT
  for (;;) {
    try {
      return await createHive(init)
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'STORE_LOCKED')) throw error
      const node = await findRunningNode(dataDir)
      if (node !== undefined) {
        throw new StoreError(
          'STORE_LOCKED',
          `A node already runs on ${dataDir} (process ${node.pid}). Stop that process, or use another --data-dir.`,
          { cause: error }
        )
      }
      if (Date.now() > deadline) throw error
    }
    await delay(LOOK_INTERVAL, undefined, { signal })
  }
}

/** HOST:PORT or a port of this machine; undefined for `off`. */
function addressOf(text: string): { readonly host: string; readonly port: number } | undefined {
  if (text === 'off') return undefined
  const [, host = '127.0.0.1', port = ''] =
    /^(?:(\[[\da-f:]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(text) ?? []
  if (port === '' || Number(port) > MAX_PORT) {
    throw new UsageError(`--http takes PORT, HOST:PORT or off, not "${text}".`)
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

/** Names as a request has them in its Host header, without the port. */
function hostsOf(names: readonly string[] = []): readonly string[] {
  const wrong = names.find((name) => !HOST_NAME.test(name))
  if (wrong === undefined) return names
  throw new UsageError(`--http-host takes a name without a port, not "${wrong}".`)
}

function receiptsOf(text = 'tests'): 'runs' | 'tests' {
  if (text === 'runs' || text === 'tests') return text
  throw new UsageError(`--skill-receipts takes tests (the default) or runs, not "${text}".`)
}

/** Resolves at a signal, or when nobody has used the node for `idleTimeout` seconds. */
function waitForEnd(
  signal: AbortSignal,
  servers: readonly Server[],
  idleTimeout: number | undefined
): Promise<void> {
  return new Promise((resolve) => {
    const stopWatch =
      idleTimeout === undefined ? undefined : stopWhenIdle(servers, idleTimeout, () => end())
    const end = (): void => {
      stopWatch?.()
      resolve()
    }
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
}

/** Whether `task` ended in time. */
async function completesWithin(milliseconds: number, task: () => Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), milliseconds)
  try {
    return await Promise.race([task().then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
