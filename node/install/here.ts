/** This machine, this user and this program. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Launch, Place } from './client.ts'

/** The script of the `hive` binary, beside this file in the sources and in the package. */
const SCRIPT = fileURLToPath(
  new URL(`../hive${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
)

export function placeHere(env: Place['env'], project?: string): Place {
  const { platform } = process
  const known = platform === 'darwin' || platform === 'win32' ? platform : 'linux'
  return { home: homedir(), platform: known, env, project }
}

export function launchHere(dataDir?: string): Launch {
  return {
    node: process.execPath,
    script: SCRIPT,
    dataDir: dataDir === undefined ? undefined : resolve(dataDir)
  }
}

/** Whether npm may delete this program, since npx has put it into a cache. */
export function isInCache({ script }: Launch): boolean {
  return /[\\/]_npx[\\/]/.test(script)
}
