/** Calls systemd. */
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeDirectory, SHARED_DIRECTORY } from '../data-paths.ts'
import { CommandError, EXIT, messageOf } from '../exit-codes.ts'
import { UNIT_NAME } from './unit.ts'
import type { ServiceScope } from './unit.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MARK = 'Description=A node of noormme-hive\n'

/** What systemd says of the service. */
export interface ServiceState {
  readonly unit: string
  readonly installed: boolean
  /** As systemd names them, such as `active` and `enabled`; `unknown` where it cannot be asked. */
  readonly active: string
  readonly enabled: string
}

export function unitPath(scope: ServiceScope, env: Environment): string {
  if (scope === 'system') return join('/etc/systemd/system', UNIT_NAME)
  const configured = env['XDG_CONFIG_HOME']
  const base = configured?.startsWith('/') === true ? configured : join(homedir(), '.config')
  return join(base, 'systemd/user', UNIT_NAME)
}

/** Writes the unit, and starts it now and at each boot or login. Throws `CommandError`. */
export async function installService(
  scope: ServiceScope,
  path: string,
  text: string
): Promise<void> {
  const before = await readFile(path, 'utf8').catch(() => undefined)
  if (before !== undefined && !before.includes(MARK)) {
    throw new CommandError(
      `${path} is a unit that hive did not write. Rename it, and install again.`,
      EXIT.failed
    )
  }
  await makeDirectory(dirname(path), SHARED_DIRECTORY)
  await writeFile(path, text)
  try {
    await systemctl(scope, 'daemon-reload')
  } catch (error) {
    // systemd does not run: nothing is left behind.
    if (before === undefined) await rm(path, { force: true })
    throw error
  }
  await systemctl(scope, 'enable', UNIT_NAME)
  // A service that runs gets the new unit.
  await systemctl(scope, 'restart', UNIT_NAME)
}

/** Stops the service and removes its unit; what the node stores stays. */
export async function uninstallService(scope: ServiceScope, path: string): Promise<void> {
  await systemctl(scope, 'disable', '--now', UNIT_NAME)
  await rm(path, { force: true })
  await systemctl(scope, 'daemon-reload')
}

export async function serviceState(scope: ServiceScope, path: string): Promise<ServiceState> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const ask = (question: string): Promise<string> =>
    run(scope, [question, UNIT_NAME]).then(
      (answer) => answer,
      (error: unknown) => stdoutOf(error) ?? 'unknown'
    )
  return {
    unit: path,
    installed: text?.includes(MARK) === true,
    active: await ask('is-active'),
    enabled: await ask('is-enabled')
  }
}

async function systemctl(scope: ServiceScope, ...args: readonly string[]): Promise<void> {
  try {
    await run(scope, args)
  } catch (error) {
    const call = ['systemctl', ...(scope === 'user' ? ['--user'] : []), ...args].join(' ')
    throw new CommandError(`"${call}" failed: ${messageOf(error).trim()}`, EXIT.failed)
  }
}

async function run(scope: ServiceScope, args: readonly string[]): Promise<string> {
  const all = [...(scope === 'user' ? ['--user'] : []), ...args]
  const { stdout } = await promisify(execFile)('systemctl', all, { encoding: 'utf8' })
  return stdout.trim()
}

/** `is-active` ends with 3 for a service that is not active, and says so. */
function stdoutOf(error: unknown): string | undefined {
  const text = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : ''
  return text === '' ? undefined : text
}
