/** `hive start`: runs a node until a signal stops it. */
import { setTimeout as delay } from 'node:timers/promises'
import { createHive, StoreError } from '../../src/index.ts'
import { readArguments } from '../command.ts'
import { isSettingKey } from '../config/index.ts'
import { startInit } from './start-init.ts'
import { START } from '../command-line/specs/node.ts'
import { openDoors } from '../control/doors.ts'
import { stopWhenIdle } from '../control/idle-stop.ts'
import { rememberStart } from '../control/remembered-start.ts'
import { cqRoutes } from '../cq/index.ts'
import { operationLog } from '../log/index.ts'
import { mcpRoute } from '../mcp/http-route.ts'
import { EXIT, messageOf, UsageError } from '../exit-codes.ts'
import { startLog } from '../output/start-log.ts'
import { socketPath } from '../data-paths.ts'
import { findRunningNode, LOCK_WAIT, LOOK_INTERVAL } from '../control/running-node.ts'
import { warn } from '../output/terminal.ts'
import { version } from '../version.ts'
import { releaseYoungGeneration } from '../young-generation.ts'
import type { Server } from 'node:net'
import type { HiveNode, HiveInit } from '../../src/index.ts'
import type { Diagnose } from '../operations/index.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import type { Tracing } from '../tracing/index.ts'

/** Milliseconds after which a graceful stop is aborted. */
const STOP_TIMEOUT = 2_000

/** Milliseconds for the last lines of the output. */
const FLUSH_TIME = 200

export const command: Command = {
  async run(argv, context) {
    const { env, signal } = context
    const parsed = readArguments(argv, START, context)
    const { values, dataDir } = parsed
    // Checked before the store is opened.
    const {
      init,
      hasKey,
      http,
      hosts,
      log: structured,
      idleTimeout
    } = await startInit(parsed, context)
    const socket = await socketPath(dataDir, env)
    await using opened = new AsyncDisposableStack()
    const db = opened.use(await open(dataDir, init, signal))
    const tracing = await startTracing(env)
    if (tracing !== undefined) {
      opened.defer(() => tracing.close())
      opened.defer(tracing.follow(db))
    }
    const log = startLog(values.json === true, structured)
    log.follow(db)
    const doors = await openDoors(db, {
      dataDir,
      socket,
      http,
      hosts,
      observers: [
        ...(structured === undefined ? [] : [operationLog(structured)]),
        ...(tracing === undefined ? [] : [tracing])
      ],
      diagnose: (stop) => diagnoseNode(dataDir, context, stop),
      addRoutes: (node) => (server) => {
        mcpRoute(node)(server)
        cqRoutes(node)(server)
      }
    })
    opened.defer(() => doors.close())
    await rememberStart(dataDir, ownValues(parsed, context))
    log.ready(db, { dataDir, hasKey, url: doors.url })
    releaseYoungGeneration()
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
    // Where nobody reads the output, it is never written.
    setTimeout(() => process.exit(EXIT.ok), FLUSH_TIME)
    return EXIT.ok
  }
}

function warnOfTraces(reason: string): void {
  warn(`hive: traces cannot be sent to the collector: ${reason}. The node tries again.`)
}

/** Undefined unless the variables of OpenTelemetry name a collector. */
async function startTracing(env: CommandContext['env']): Promise<Tracing | undefined> {
  if (!Object.keys(env).some((name) => name.startsWith('OTEL_EXPORTER_OTLP_'))) return undefined
  const { Tracing: Started, traceSettings } = await import('../tracing/index.ts')
  let settings: ReturnType<typeof traceSettings>
  try {
    settings = traceSettings(env)
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
  if (settings === undefined) return undefined
  return new Started({ ...settings, version: version(), onFail: warnOfTraces })
}

/** What the doctor finds, from within the node. */
async function diagnoseNode(
  dataDir: string,
  { env, signal }: CommandContext,
  stop = signal
): ReturnType<Diagnose> {
  // Loaded here: a start needs none of it.
  const { diagnose } = await import('../doctor/diagnosis.ts')
  const both = AbortSignal.any([signal, stop])
  return diagnose({ env, cwd: process.cwd(), dataDirOf: () => dataDir, signal: both })
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

/**
 * Values of the command line and of variables, for a later start in the background. Files are read
 * again then.
 */
function ownValues(
  { values, given }: Arguments<typeof START>,
  { settings }: CommandContext
): Parameters<typeof rememberStart>[1] {
  const inEnvironment = (name: string): boolean =>
    isSettingKey(name) && settings.get(name)?.origin === 'environment'
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => given.has(name) || inEnvironment(name))
  )
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
