/**
 * The options of the last `hive start` on a directory. A node that an agent starts in the background
 * runs with them: in the same swarm, by the same key and with the same peers.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const FILE = 'start.json'
const OWNER_ONLY = 0o600

/** Options that belong to one start alone. */
const FORGOTTEN: ReadonlySet<string> = new Set(['data-dir', 'idle-timeout', 'json'])

/** Options whose value is a path. */
const PATHS: ReadonlySet<string> = new Set(['accept-swarm-key', 'models', 'swarm-key'])

type Values = Readonly<Record<string, boolean | string | readonly (boolean | string)[] | undefined>>

/** The arguments that give these options in any directory. */
export function argumentsOf(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (FORGOTTEN.has(name) || value === undefined) return []
    const all = Array.isArray(value) ? value : [value]
    return all.map((each) => argumentOf(name, String(each)))
  })
}

function argumentOf(name: string, value: string): string {
  if (value === 'true') return `--${name}`
  if (value === 'false') return `--no-${name}`
  return `--${name}=${PATHS.has(name) ? resolve(value) : value}`
}

export async function rememberStart(dataDir: string, values: Values): Promise<void> {
  const path = join(dataDir, FILE)
  const text = `${JSON.stringify({ arguments: argumentsOf(values) })}\n`
  await writeFile(`${path}.new`, text, { mode: OWNER_ONLY })
  await rename(`${path}.new`, path)
}

/** None for a directory whose node was never started, or whose file is damaged. */
export async function rememberedStart(dataDir: string): Promise<string[]> {
  try {
    const stored: unknown = JSON.parse(await readFile(join(dataDir, FILE), 'utf8'))
    const isStored = typeof stored === 'object' && stored !== null && 'arguments' in stored
    const list: unknown = isStored ? stored.arguments : undefined
    return Array.isArray(list) ? list.map(String).filter((text) => text.startsWith('--')) : []
  } catch {
    return []
  }
}
