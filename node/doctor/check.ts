/** A check of `hive doctor`, and its run within a deadline. */
import { messageOf } from '../exit-codes.ts'
import type { ReadConfiguration } from '../config/index.ts'
import type { RunningNode } from '../control/running-node.ts'
import type { Finding } from '../install/index.ts'
import type { Call, ResultOf } from '../operations/index.ts'
import type { StartSettings } from './start-settings.ts'
import type { UnusableEntry } from './unusable-entries.ts'

export interface DoctorFinding extends Finding {
  /** Names the kind of problem. */
  readonly id: string
}

/** What is checked, and by what: the process and the clock are given, for tests. */
export interface Examined {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly dataDir: string
  readonly configuration: ReadConfiguration
  /** What the next start on the directory would use. */
  readonly start: StartSettings
  readonly node: RunningNode | undefined
  /** Calls on the running node. */
  readonly call: Call | undefined
  readonly status: ResultOf<'status'> | undefined
  /** Entries of the data directory that are a finding of their own: other checks leave them out. */
  readonly unusable: readonly UnusableEntry[]
  readonly nodeVersion: string
  /** Bytes that the memory of JavaScript may take. */
  readonly heapLimit: number
  /** Files and connections that this process may have open. */
  readonly openFiles: number
  readonly now: number
  readonly signal: AbortSignal
}

export interface Check {
  readonly section: string
  run(examined: Examined): Promise<readonly DoctorFinding[]> | readonly DoctorFinding[]
}

/** Milliseconds that one check may take. */
export const CHECK_TIMEOUT = 10_000

export function good(id: string, text: string): DoctorFinding {
  return { id, ok: true, text }
}

/** Whether the entry `name` of the data directory, or something below it, cannot be used. */
export function isUnusable({ unusable }: Pick<Examined, 'unusable'>, name: string): boolean {
  return unusable.some((each) => each.name === name || each.name.startsWith(`${name}/`))
}

export function bad(id: string, text: string, mend: string): DoctorFinding {
  return { id, ok: false, text, mend }
}

/** The findings of a check. A check that fails or is too late is a finding, too. */
export async function runCheck(
  check: Check,
  examined: Examined,
  timeout = CHECK_TIMEOUT
): Promise<readonly DoctorFinding[]> {
  const late = Promise.withResolvers<readonly DoctorFinding[]>()
  const timer = setTimeout(() => {
    const text = `a check (${check.section}) did not end within ${timeout / 1000} s`
    late.resolve([bad('check-late', text, 'hive doctor again, when the machine is less busy')])
  }, timeout)
  try {
    return await Promise.race([Promise.resolve(check.run(examined)), late.promise])
  } catch (error) {
    const text = `a check (${check.section}) failed: ${messageOf(error)}`
    return [bad('check-failed', text, 'report this as an error of hive')]
  } finally {
    clearTimeout(timer)
  }
}
