/** What `hive doctor` says of entries that cannot be used, with the remedy of each kind. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bad } from './check.ts'
import type { DoctorFinding } from './check.ts'
import type { EntryProblem, UnusableEntry } from './unusable-entries.ts'

/** Names that one finding has. */
const SHOWN = 3

/** One finding for each kind of problem, with its remedy. */
export async function entryFindings(
  dataDir: string,
  entries: readonly UnusableEntry[]
): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const of = (problem: EntryProblem): string[] =>
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
