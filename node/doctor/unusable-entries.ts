/** Entries of a data directory that this user cannot use, or that are of another kind than they should. */
import { constants } from 'node:fs'
import { access, lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bad } from './check.ts'
import type { Stats } from 'node:fs'
import type { DoctorFinding } from './check.ts'

/** What is wrong: another owner than that of the directory, no access, or another kind. */
type Problem = 'access' | 'kind' | 'link' | 'owner'

export interface UnusableEntry {
  /** Relative to the data directory. */
  readonly name: string
  readonly problem: Problem
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

/** Names that one finding has. */
const SHOWN = 3

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
): Promise<Problem | undefined> {
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

/** One finding for each kind of problem, with its remedy. */
export async function entryFindings(
  dataDir: string,
  entries: readonly UnusableEntry[]
): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const of = (problem: Problem): string[] =>
    entries.filter((each) => each.problem === problem).map(({ name }) => name)
  const foreign = of('owner')
  if (foreign.length > 0) {
    const { uid, gid } = await stat(dataDir)
    const text = `another user than that of the data directory owns ${listed(foreign)}; a command that ran as root may have made it`
    findings.push(bad('entry-owner', text, `sudo chown -R ${uid}:${gid} "${dataDir}"`))
  }
  const closed = of('access')
  if (closed.length > 0) {
    const text = `this user cannot read and write ${listed(closed)} in the data directory`
    findings.push(bad('entry-access', text, `chmod -R u+rwX "${dataDir}", as its owner`))
  }
  for (const name of of('kind')) {
    const path = join(dataDir, name)
    const text = `${path} is ${name === 'store' ? 'no directory' : 'no regular file'}`
    findings.push(bad('entry-kind', text, `mv "${path}" "${path}.old"`))
  }
  for (const name of of('link')) {
    const path = join(dataDir, name)
    const mend = `mount the disk with the target, or rm "${path}" and restore a backup`
    findings.push(bad('entry-link', `${path} is a link to something that is not there`, mend))
  }
  return findings
}

function listed(names: readonly string[]): string {
  const rest = names.length - SHOWN
  return `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
