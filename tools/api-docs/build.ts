/**
 * Builds the API reference into `tools/api-docs/out` and compiles its examples. typedoc 0.28 does not
 * run on the TypeScript of this project, so it has packages of its own; the first build installs them.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Milliseconds of the Unix epoch; 0 for a file that is not there. */
function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const installed = modifiedAt(`${folder}node_modules/.package-lock.json`)
if (installed < modifiedAt(`${folder}package-lock.json`)) {
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'])
}
run(process.execPath, ['node_modules/typedoc/bin/typedoc', '--logLevel', 'Warn'])
run(process.execPath, ['examples.ts'])
