/** Exit codes of `hive`; `hive --help` lists them. */
export const EXIT = {
  ok: 0,
  /** A failure without a code of its own. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The data directory is in use, unreadable, or of another version or swarm. */
  directory: 3,
  /** The swarm key, the membership or an address is wrong, or an address cannot be listened on. */
  swarm: 4,
  /** Part of the input was refused; the rest was stored. */
  refused: 5,
  /** Ended by a second SIGINT. */
  interrupted: 130
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Thrown for a wrong command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Thrown for an error with an exit code of its own, such as one that a running node returned. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: ExitCode
  /** The code of the error. */
  readonly code: string | undefined

  constructor(message: string, exit: ExitCode, code?: string) {
    super(message)
    this.exit = exit
    this.code = code
  }
}

/** Thrown when nobody reads the output any more, as behind `head`: the command ends in silence. */
export class LostReaderError extends Error {
  override readonly name = 'LostReaderError'
}

/** By name, so that `hive --help` does not load the library. */
const BY_NAME: Readonly<Record<string, ExitCode>> = {
  UsageError: EXIT.usage,
  HiveError: EXIT.usage,
  LimitError: EXIT.usage,
  ModelError: EXIT.failed,
  SandboxError: EXIT.failed,
  MemberError: EXIT.swarm,
  StoreError: EXIT.directory,
  SwarmError: EXIT.swarm
}

/** Errors of the library that no other arguments would have avoided. */
const FAILURES: ReadonlySet<unknown> = new Set([
  'AGENT_FROZEN',
  'CASE_UNDISPUTED',
  'CASE_STATE',
  'PERSONA_CHANGED',
  'MUTATION_INVALID',
  'SWARM_OPEN',
  'WITHHELD',
  'QUOTA_EXCEEDED',
  'BACKUP_INVALID',
  'SKILL_STATUS',
  'SKILL_FAILED',
  'SKILL_FOLDER'
])

export { messageOf } from '../crdt/errors.ts'

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exit
  if (!(error instanceof Error)) return EXIT.failed
  if ('code' in error && isFailure(error.code)) return EXIT.failed
  return BY_NAME[error.name] ?? EXIT.failed
}

/** Nothing has the id or the name, or no other arguments would help. */
function isFailure(code: unknown): boolean {
  return FAILURES.has(code) || (typeof code === 'string' && code.endsWith('_UNKNOWN'))
}
