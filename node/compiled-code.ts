/**
 * Compiled code that Node.js keeps between starts of a node, in the user's cache directory: a start
 * takes an eighth less time with it. Commands that end at once gain nothing from it. Node.js writes
 * it when the process ends, about 11 MB.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeDirectory } from './data-paths.ts'
import { version } from './version.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Without a directory that only this user can write, code is compiled at each start. */
export async function keepCompiledCode(env: Environment): Promise<void> {
  try {
    const [directory, ...parents] = compiledCodeDirectories(env)
    if (await makeDirectory(directory)) removeOthers(parents[0])
    // What another user could write there would run as this user.
    if ([directory, ...parents].every(isOwn)) enableCompileCache(directory)
  } catch {
    // It is faster with it, and right without it.
  }
}

/**
 * `$XDG_CACHE_HOME/noormme-hive/compiled/VERSION`, by default in `~/.cache`, and the directories that
 * contain it, up to the one of this package.
 */
export function compiledCodeDirectories(env: Environment): readonly [string, string, string] {
  const configured = env['XDG_CACHE_HOME']
  const cache =
    configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache')
  const own = join(cache, 'noormme-hive')
  const compiled = join(own, 'compiled')
  return [join(compiled, version()), compiled, own]
}

/** Of other versions of this package. */
function removeOthers(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name !== version()) rmSync(join(directory, name), { recursive: true, force: true })
  }
}

function isOwn(directory: string): boolean {
  const found = lstatSync(directory)
  return found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o022) === 0
}
