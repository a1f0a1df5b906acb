/** The project that an agent works on: the repository of its directory. */
import { readFile, stat } from 'node:fs/promises'
import { UsageError } from './exit-codes.ts'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * A name for the project of a directory: `host/owner/name` of the remote `origin` of its git
 * repository, so that a copy elsewhere has the same name, else the name of the repository's
 * directory. Undefined outside of a repository.
 */
export async function projectOf(directory: string): Promise<string | undefined> {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const git = join(at, '.git')
    const found = await stat(git).catch(() => undefined)
    if (found !== undefined) {
      const config = await readFile(join(git, 'config'), 'utf8').catch(() => '')
      return originOf(config) ?? basename(at)
    }
    if (dirname(at) === at) return undefined
  }
}

/** The project of a directory. Throws `UsageError` outside of a repository. */
export async function projectHere(directory: string): Promise<string> {
  const project = await projectOf(directory)
  if (project !== undefined) return project
  throw new UsageError(
    `--here: ${resolve(directory)} is not in a git repository. Name the project: --project NAME.`
  )
}

/** Without user names, and without the end `.git`. */
function originOf(config: string): string | undefined {
  const section = /\[remote "origin"\]([^[]*)/.exec(config)?.[1] ?? ''
  const url = /^\s*url\s*=\s*(\S+)/m.exec(section)?.[1]
  const match = /^(?:[a-z+]+:\/\/)?(?:[^@/]+@)?([^:/]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(
    url ?? ''
  )
  return match === null ? undefined : `${match[1]}/${match[2]?.replace(/^\/+/, '')}`
}
