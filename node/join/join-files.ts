/** What `hive join` writes: the key of the swarm, and three settings of the user's configuration. */
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generateSwarmKey, swarmKeyHex, swarmKeyText } from '../../transport/index.ts'
import { ConfigError, findConfigFiles, readConfigFile, userConfigDir } from '../config/index.ts'
import { makeDirectory } from '../data-paths.ts'
import { UsageError } from '../exit-codes.ts'
import { withSettings } from './settings-text.ts'
import type { Invite } from './invite.ts'

export interface JoinPlan {
  readonly configPath: string
  readonly config: string
  /** Undefined for an open swarm. */
  readonly key: { readonly path: string; readonly text: string } | undefined
  /** The key of the swarm, whether it is written or there. */
  readonly keyText: string | undefined
  readonly bootstrap: readonly string[]
  /** Whether the configuration had this swarm already. */
  readonly isKnown: boolean
}

interface Place {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Whether another swarm may be replaced. */
  readonly replace: boolean
}

const OWNER_ONLY_FILE = 0o600

/** A new key of a swarm, as invites have it: 64 hexadecimal digits. */
export function newSwarmKey(): string {
  return swarmKeyHex(generateSwarmKey())
}

/** Reads what is there, and writes nothing. Throws `UsageError`. */
export async function planJoin(
  { swarm, key, peers }: Invite,
  { env, cwd, replace }: Place
): Promise<JoinPlan> {
  const directory = userConfigDir(env)
  const file = (await userFile(env, cwd)) ?? { path: join(directory, 'hive.toml'), origin: 'user' }
  const text = await readOr(file.path, '')
  const before = text === '' ? {} : await settingsOf(file)
  const keyPath = join(directory, `${fileName(swarm)}.key`)
  const known = {
    swarm: textOf(before['swarm']) ?? 'default',
    key: await keyOf(before['swarm-key'], directory)
  }
  const keyText = key === undefined ? undefined : swarmKeyText(key)
  const hasSwarm = 'swarm' in before || 'swarm-key' in before || 'bootstrap' in before
  const isKnown = hasSwarm && known.swarm === swarm && known.key?.trim() === keyText?.trim()
  if (hasSwarm && !isKnown && !replace) {
    throw new UsageError(
      `${file.path} has another swarm already ("${known.swarm}", ${known.key === undefined ? 'without a key' : 'with a key'}). Add --replace, or set XDG_CONFIG_HOME to keep both.`
    )
  }
  const kept = isKnown && Array.isArray(before['bootstrap']) ? before['bootstrap'].map(String) : []
  const bootstrap = [...new Set([...kept, ...peers])]
  const ownKey = isKnown ? textOf(before['swarm-key']) : undefined
  const config = withSettings(text, file.path.endsWith('.json') ? 'json' : 'toml', {
    swarm,
    'swarm-key': keyText === undefined ? undefined : (ownKey ?? keyPath),
    bootstrap: bootstrap.length === 0 ? undefined : bootstrap
  })
  return {
    configPath: file.path,
    config,
    key:
      keyText === undefined || ownKey !== undefined ? undefined : { path: keyPath, text: keyText },
    keyText,
    bootstrap,
    isKnown
  }
}

/** The key first: a configuration without its key would not start. */
export async function writeJoin({ configPath, config, key }: JoinPlan): Promise<void> {
  await makeDirectory(dirname(configPath))
  if (key !== undefined) await replaceFile(key.path, key.text)
  await replaceFile(configPath, config)
}

async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`
  await writeFile(fresh, text, { mode: OWNER_ONLY_FILE, flush: true })
  await chmod(fresh, OWNER_ONLY_FILE)
  await rename(fresh, path)
}

async function userFile(
  env: Place['env'],
  cwd: string
): Promise<Awaited<ReturnType<typeof findConfigFiles>>[number] | undefined> {
  const files = await usable(() => findConfigFiles(env, cwd))
  return files.find(({ origin }) => origin === 'user')
}

async function settingsOf(
  file: Parameters<typeof readConfigFile>[0]
): Promise<Record<string, unknown>> {
  const content = await usable(() => readConfigFile(file))
  return typeof content === 'object' && content !== null ? { ...content } : {}
}

async function usable<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}

async function keyOf(path: unknown, directory: string): Promise<string | undefined> {
  const name = textOf(path)
  if (name === undefined) return undefined
  return readOr(name.startsWith('/') ? name : join(directory, name), '')
}

async function readOr(path: string, fallback: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return fallback
    throw error
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A swarm may have any name. */
function fileName(swarm: string): string {
  const plain = swarm.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return plain === '' ? 'swarm' : plain
}
