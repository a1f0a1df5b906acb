/** Entries of a data directory that this user cannot use, or that are of another kind than they should. */
import { constants } from 'node:fs'
import { access, lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stats } from 'node:fs'

/** What is wrong: another owner than that of the directory, no access, or another kind. */
export type EntryProblem = 'access' | 'kind' | 'link' | 'owner'

export interface UnusableEntry {
  /** Relative to the data directory. */
  readonly name: string
  readonly problem: EntryProblem
}

/** Files of a node; a directory may have others, which do not matter. */
const FILES: readonly string[] = [
  'http-token',
  'member.json',
  'node.json',
  'peer.key',
  'search.db',
  'search.db.sum',
  'start.json',
  'trends.json',
  'vectors.db',
  'vectors.db.sum',
  'vectors.db.usearch'
]

/** Entries of a store that are looked at; a store of 20 GB has 10,000 tables. */
const MAX_ENTRIES = 10_000

export async function unusableEntries(dataDir: string): Promise<UnusableEntry[]> {
  const directory = await stat(dataDir).catch(() => undefined)
  if (directory?.isDirectory() !== true) return []
  const examine = async (name: string, isDirectory: boolean): Promise<UnusableEntry[]> => {
    const problem = await problemOf(join(dataDir, name), { isDirectory, owner: directory.uid })
    return problem === undefined ? [] : [{ name, problem }]
  }
  const found = [...(await examine('store', true))]
  for (const name of FILES) found.push(...(await examine(name, false)))
  if (found.some(({ name }) => name === 'store')) return found
  const stored = await readdir(join(dataDir, 'store'), { withFileTypes: true }).catch(() => [])
  for (const entry of stored.slice(0, MAX_ENTRIES)) {
    found.push(...(await examine(join('store', entry.name), entry.isDirectory())))
  }
  return found
}

async function problemOf(
  path: string,
  { isDirectory, owner }: { readonly isDirectory: boolean; readonly owner: number }
): Promise<EntryProblem | undefined> {
  let entry: Stats
  try {
    entry = await stat(path)
  } catch {
    const link = await lstat(path).catch(() => undefined)
    return link?.isSymbolicLink() === true ? 'link' : undefined
  }
  if (isDirectory ? !entry.isDirectory() : !entry.isFile()) return 'kind'
  // A command of root makes files that the node of a user cannot open.
  if (entry.uid !== owner) return 'owner'
  const needed = constants.R_OK | constants.W_OK | (isDirectory ? constants.X_OK : 0)
  return access(path, needed).then(
    () => undefined,
    () => 'access' as const
  )
}
