/** Finds and reads the configuration files of the user and of the project. */
import { lstat, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '../exit-codes.ts'
import { withoutMark } from '../text-mark.ts'
import { masked } from './secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type FileOrigin = 'project' | 'user'

export interface ConfigFile {
  readonly path: string
  readonly origin: FileOrigin
}

/** Thrown for a configuration that cannot be used; each problem is a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const NAMES = ['hive.toml', 'hive.json'] as const

/** Bytes; a larger file is not a configuration. */
const MAX_BYTES = 64 * 1024

/** `$XDG_CONFIG_HOME/hive`, by default `~/.config/hive`. */
export function userConfigDir(env: Environment, home = homedir()): string {
  const configured = env['XDG_CONFIG_HOME']
  const base = configured?.startsWith('/') === true ? configured : join(home, '.config')
  return join(base, 'hive')
}

/**
 * The file of the project, then that of the user. The project's is the nearest one from the working
 * directory up to the root of its git repository. Outside of a repository only the working directory
 * is looked at. The home directory, and a file of another user, are never a project's. Throws
 * `ConfigError`.
 */
export async function findConfigFiles(
  env: Environment,
  cwd: string,
  home = homedir()
): Promise<ConfigFile[]> {
  const own = userConfigDir(env, home)
  const project = resolve(cwd) === own ? undefined : await findProjectFile(cwd, home)
  const user = await fileIn(own, isBlocked)
  return [
    ...(project === undefined ? [] : [{ path: project, origin: 'project' } as const]),
    ...(user === undefined ? [] : [{ path: user, origin: 'user' } as const])
  ]
}

async function findProjectFile(cwd: string, home: string): Promise<string | undefined> {
  let nearest: string | undefined
  for (let at = resolve(cwd), isFirst = true; at !== resolve(home); at = dirname(at)) {
    if (nearest === undefined) {
      const found = await fileIn(at)
      if (found !== undefined && isFirst) return found
      nearest = found
    }
    isFirst = false
    if (await exists(join(at, '.git'))) return nearest
    if (dirname(at) === at) return undefined
  }
  return undefined
}

/** A user's directory that cannot be entered may have a file: a node must not start without it. */
const isBlocked = (code: unknown): boolean => code !== 'ENOENT' && code !== 'ENOTDIR'

/** A link to nothing is a file too: to read it is an error, and to ignore it is not. */
async function fileIn(
  directory: string,
  isFile: (code: unknown) => boolean = () => false
): Promise<string | undefined> {
  const paths = NAMES.map((name) => join(directory, name))
  const found: string[] = []
  for (const path of paths) {
    const reason = await lstat(path).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? 'UNKNOWN'
    )
    if (reason !== undefined && isFile(reason)) return path
    if (reason === undefined) found.push(path)
  }
  if (found.length > 1) {
    throw new ConfigError([`${directory} has hive.toml and hive.json. Keep one of the two files.`])
  }
  return found[0]
}

/** The content of a file, not yet checked. Throws `ConfigError`. */
export async function readConfigFile({ path }: ConfigFile): Promise<unknown> {
  const text = await readOwnText(path)
  try {
    if (path.endsWith('.json')) return JSON.parse(text)
    const { parse } = await import('smol-toml')
    return parse(text)
  } catch (error) {
    const kind = path.endsWith('.json') ? 'JSON' : 'TOML'
    const reason = masked(messageOf(error).split('\n')[0] ?? '')
    const at =
      error instanceof Error && 'line' in error && 'column' in error
        ? ` (line ${String(error.line)}, column ${String(error.column)})`
        : ''
    throw new ConfigError([`${path} is not ${kind}${at}: ${reason}. Correct the file.`])
  }
}

async function readOwnText(path: string): Promise<string> {
  const uid = process.getuid?.()
  try {
    const file = await stat(path).catch(async (error: unknown) => {
      if ((await lstat(path)).isSymbolicLink()) throw linkError(path)
      throw error
    })
    if (!file.isFile() && !file.isDirectory()) {
      throw new ConfigError([`${path} is no regular file, so that it is not read. Delete it.`])
    }
    if (uid !== undefined && file.uid !== uid && file.uid !== 0) {
      throw new ConfigError([
        `${path} belongs to another user, so that it is not used. Delete it, or make it yours.`
      ])
    }
    if (file.size > MAX_BYTES) {
      throw new ConfigError([
        `${path} has more than ${MAX_BYTES / 1024} KiB. A configuration is smaller; check the file.`
      ])
    }
    return withoutMark(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([`Cannot read ${path}: ${messageOf(error)}`])
  }
}

function linkError(path: string): ConfigError {
  return new ConfigError([
    `${path} is a link to a file that is not there. Correct the link, or delete it.`
  ])
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
