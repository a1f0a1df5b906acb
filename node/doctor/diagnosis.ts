/** All checks of `hive doctor`. They open nothing that another process has open. */
import { getHeapStatistics } from 'node:v8'
import { readConfiguration } from '../config/index.ts'
import { remoteCalls } from '../control/control-client.ts'
import { findRunningNode } from '../control/running-node.ts'
import { runCheck } from './check.ts'
import { clientChecks, NO_CLIENT } from './client-checks.ts'
import { DIRECTORY_CHECKS } from './directory-checks.ts'
import { MACHINE_CHECKS } from './machine-checks.ts'
import { MEMBER_CHECKS } from './member-checks.ts'
import { MODEL_CHECKS } from './model-checks.ts'
import { NETWORK_CHECKS } from './network-checks.ts'
import { NODE_CHECKS } from './node-checks.ts'
import { openFilesLimit } from './open-files-limit.ts'
import { startSettings } from './start-settings.ts'
import { unusableEntries } from './unusable-entries.ts'
import type { Configuration } from '../config/index.ts'
import type { Call, ResultOf } from '../operations/index.ts'
import type { DoctorFinding, Examined } from './check.ts'

/** Milliseconds that a running node has for its status. */
const STATUS_TIMEOUT = 5_000

export interface DiagnosisInit {
  readonly env: Examined['env']
  readonly cwd: string
  readonly home?: string
  /** The option `--data-dir`, or the configured or default directory. */
  dataDirOf(settings: Configuration['settings']): string
  readonly keyFile?: string
  readonly signal: AbortSignal
  /** By default this process and its clock. */
  readonly nodeVersion?: string
  readonly heapLimit?: number
  readonly openFiles?: number
  readonly now?: number
  readonly statusTimeout?: number
}

export interface SectionFinding extends DoctorFinding {
  readonly section: string
}

/** The findings, in the order of the checks. */
export async function diagnose(init: DiagnosisInit): Promise<SectionFinding[]> {
  const examined = await examine(init)
  const checks = [
    ...MACHINE_CHECKS,
    ...DIRECTORY_CHECKS,
    ...NETWORK_CHECKS,
    ...MEMBER_CHECKS,
    ...MODEL_CHECKS,
    ...NODE_CHECKS
  ]
  const clients = clientChecks(examined)
  const [own, ofClients] = await Promise.all(
    [checks, clients].map(async (list) =>
      (
        await Promise.all(
          list.map(async (check) =>
            (await runCheck(check, examined)).map((each) => ({ section: check.section, ...each }))
          )
        )
      ).flat()
    )
  )
  const none = [{ section: 'clients', ...NO_CLIENT }]
  return consistent([
    ...(own ?? []),
    ...((ofClients ?? []).length === 0 ? none : (ofClients ?? []))
  ])
}

const UNREADABLE = ['directory-access', 'directory-file', 'directory-link'] as const

/** What a check finds good for itself, by the problems of other checks that contradict it. */
const CONTRADICTED: Readonly<Record<string, readonly string[]>> = {
  clock: UNREADABLE,
  index: UNREADABLE,
  node: ['control-file', 'store-locked'],
  store: [...UNREADABLE, 'node-damage', 'node-silent']
}

/** Without what is good for one check and a problem for another. */
function consistent(findings: readonly SectionFinding[]): SectionFinding[] {
  const problems = new Set(findings.filter(({ ok }) => !ok).map(({ id }) => id))
  return findings.filter(
    ({ id, ok }) => !ok || !(CONTRADICTED[id] ?? []).some((problem) => problems.has(problem))
  )
}

async function examine(init: DiagnosisInit): Promise<Examined> {
  const { env, cwd, home, keyFile, signal } = init
  const configuration = await readConfiguration({ env, cwd, home })
  const { settings } = configuration
  const dataDir = init.dataDirOf(settings)
  const node = await findRunningNode(dataDir)
  const call = node === undefined ? undefined : remoteCalls(node.socket)
  const start = await startSettings(dataDir, { env, settings })
  const withKey =
    keyFile === undefined ? start : { ...start, values: { ...start.values, 'swarm-key': keyFile } }
  return {
    env,
    cwd,
    dataDir,
    configuration,
    start: withKey,
    node,
    call,
    status: call && (await statusOf(call, signal, init.statusTimeout ?? STATUS_TIMEOUT)),
    unusable: await unusableEntries(dataDir),
    nodeVersion: init.nodeVersion ?? process.versions.node,
    heapLimit: init.heapLimit ?? getHeapStatistics().heap_size_limit,
    openFiles: init.openFiles ?? (await openFilesLimit()),
    now: init.now ?? Date.now(),
    signal
  }
}

async function statusOf(
  call: Call,
  signal: AbortSignal,
  timeout: number
): Promise<ResultOf<'status'> | undefined> {
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    return await call('status', {}, { signal: both })
  } catch {
    return undefined
  }
}
