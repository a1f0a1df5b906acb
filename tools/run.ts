/** Runs programs for the tools of this repository. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { SpawnSyncOptions } from 'node:child_process'

/** Shows what the program prints. Throws when it fails. */
export function run(command: string, args: readonly string[], options: SpawnSyncOptions): void {
  const { status, error } = spawnSync(command, args, { ...options, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`"${[command, ...args].join(' ')}" failed.`)
}

/** What the program prints, without white space around it. Throws when it fails. */
export function outputOf(command: string, args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`"${[command, ...args].join(' ')}" failed: ${stderr}`)
  return stdout.trim()
}

/** Installs the packages of a tool that has a lock of its own, unless they are there. */
export function installPackages(folder: string): void {
  const installed = modifiedAt(join(folder, 'node_modules', '.package-lock.json'))
  if (installed >= modifiedAt(join(folder, 'package-lock.json'))) return
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: folder })
}

/** Milliseconds of the Unix epoch; 0 for a file that is not there. */
function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
