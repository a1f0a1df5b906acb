/** Runs one command line and returns its exit code. A command's code is loaded when it is used. */
import { writeSync } from 'node:fs'
import { EXIT, exitCodeOf, LostReaderError, messageOf, UsageError } from './exit-codes.ts'
import { INTERRUPT_TIME, unlessInterrupted } from './interruption.ts'
import { paint, warn } from './output/terminal.ts'
import type { Command } from './command.ts'
import type { Configuration } from './config/index.ts'
import type { ExitCode } from './exit-codes.ts'

const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  async start() {
    const { boundYoungGeneration } = await import('./young-generation.ts')
    boundYoungGeneration()
    const { keepCompiledCode } = await import('./compiled-code.ts')
    await keepCompiledCode(process.env)
    return import('./commands/start.ts')
  },
  keygen: () => import('./commands/keygen.ts'),
  invite: () => import('./commands/invite.ts'),
  join: () => import('./commands/join.ts'),
  netcheck: () => import('./commands/netcheck.ts'),
  swarm: () => import('./commands/swarm.ts'),
  members: () => import('./commands/members.ts'),
  distill: () => import('./commands/distill.ts'),
  learn: () => import('./commands/learn.ts'),
  stale: () => import('./commands/stale.ts'),
  report: () => import('./commands/report.ts'),
  broadcast: () => import('./commands/broadcast.ts'),
  recall: () => import('./commands/recall.ts'),
  open: () => import('./commands/open.ts'),
  facts: () => import('./commands/facts.ts'),
  variants: () => import('./commands/variants.ts'),
  history: () => import('./commands/history.ts'),
  cases: () => import('./commands/cases.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  insights: () => import('./commands/insights.ts'),
  voices: () => import('./commands/voices.ts'),
  models: () => import('./commands/models.ts'),
  usage: () => import('./commands/usage.ts'),
  goals: () => import('./commands/goals.ts'),
  playbook: () => import('./commands/playbook.ts'),
  skills: () => import('./commands/skills.ts'),
  skill: () => import('./commands/skill.ts'),
  agents: () => import('./commands/agents.ts'),
  persona: () => import('./commands/persona.ts'),
  evolve: () => import('./commands/evolve.ts'),
  govern: () => import('./commands/govern.ts'),
  forget: () => import('./commands/forget.ts'),
  promote: () => import('./commands/promote.ts'),
  vouch: async () => ({ command: (await import('./commands/vote.ts')).vouch }),
  dispute: async () => ({ command: (await import('./commands/vote.ts')).dispute }),
  retract: async () => ({ command: (await import('./commands/vote.ts')).retract }),
  context: () => import('./commands/context.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  peers: () => import('./commands/peers.ts'),
  performance: () => import('./commands/performance.ts'),
  trends: () => import('./commands/trends.ts'),
  mcp: () => import('./commands/mcp.ts'),
  events: () => import('./commands/events.ts'),
  hook: () => import('./commands/hook.ts'),
  impact: () => import('./commands/impact.ts'),
  status: () => import('./commands/status.ts'),
  verify: () => import('./commands/verify.ts'),
  repair: () => import('./commands/repair.ts'),
  install: () => import('./commands/install.ts'),
  uninstall: () => import('./commands/uninstall.ts'),
  service: () => import('./commands/service.ts'),
  doctor: () => import('./commands/doctor.ts'),
  config: () => import('./commands/config.ts'),
  completion: () => import('./commands/completion.ts')
}

/** Commands that are of use where the configuration is wrong, or that have none. */
const WITHOUT_CONFIGURATION: ReadonlySet<string> = new Set([
  'completion',
  'config',
  'doctor',
  'hook',
  'keygen'
])

/** Commands that end in time by themselves, or take back what they have begun. */
const WAITED_FOR: ReadonlySet<string> = new Set(['backup', 'mcp', 'restore', 'start'])

/** Milliseconds from a signal to the end of other commands; `withProgress` is earlier. */
const END_TIME = INTERRUPT_TIME + 100

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name = '', ...rest] = argv
  watchOutput(name)
  const isHelp = name === '--help' || name === '-h' || name === 'help'
  const end = rest.indexOf('--')
  const options = end === -1 ? rest : rest.slice(0, end)
  if (isHelp || options.includes('--help') || options.includes('-h')) {
    return help(isHelp ? (rest[0] ?? '') : name)
  }
  if (name === '--version' || name === '-v') {
    const { version } = await import('./version.ts')
    process.stdout.write(`${version()}\n`)
    return EXIT.ok
  }
  const interrupt = new AbortController()
  const stopListening = onSignals(interrupt)
  try {
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (load === undefined) throw await unknownCommand(name)
    const settings = WITHOUT_CONFIGURATION.has(name) ? new Map() : await loadSettings()
    const { command } = await load()
    const { signal } = interrupt
    const running = command.run(rest, { env: process.env, signal, settings })
    return await (WAITED_FOR.has(name) ? running : unlessInterrupted(signal, running, END_TIME))
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted
    if (error instanceof LostReaderError) return EXIT.ok
    warn(`${paint('red', 'hive:', process.stderr)} ${messageOf(error)}`)
    if (error instanceof UsageError) {
      const command = Object.hasOwn(COMMANDS, name) ? ` ${name}` : ''
      warn(
        command === ''
          ? '"hive --help" lists the commands.'
          : `"hive${command} --help" lists the options, with examples.`
      )
    }
    return exitCodeOf(error)
  } finally {
    stopListening()
  }
}

async function loadSettings(): Promise<Configuration['settings']> {
  const { ConfigError, loadConfiguration } = await import('./config/index.ts')
  try {
    const { settings } = await loadConfiguration({ env: process.env, cwd: process.cwd() })
    return settings
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [first = '', ...more] = error.problems
    throw new UsageError([first, ...more.map((line) => `      ${line}`)].join('\n'))
  }
}

async function help(name: string): Promise<ExitCode> {
  const { commandHelp, overview } = await import('./command-line/help.ts')
  const { COMMAND_SPECS } = await import('./command-line/specs.ts')
  const spec = Object.hasOwn(COMMAND_SPECS, name) ? COMMAND_SPECS[name] : undefined
  if (spec === undefined && name !== '' && !name.startsWith('-')) {
    warn(`hive: ${(await unknownCommand(name)).message}`)
    return EXIT.usage
  }
  process.stdout.write(spec === undefined ? overview() : commandHelp(name, spec))
  return EXIT.ok
}

async function unknownCommand(name: string): Promise<UsageError> {
  if (name === '') return new UsageError('Name a command.')
  if (name.startsWith('-')) {
    return new UsageError(
      `There is no command "${name}". Options follow the command: hive COMMAND ${name}`
    )
  }
  const { didYouMean } = await import('./command-line/nearest.ts')
  const hint = didYouMean(name, Object.keys(COMMANDS), 'hive ')
  return new UsageError(`There is no command "${name}".${hint}`)
}

/** The first signal asks the command to stop; the second ends the process. */
function onSignals(interrupt: AbortController): () => void {
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted)
    interrupt.abort(new Error('Interrupted.'))
    // A command that waits for input ends too.
    process.stdin.destroy()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** Of a process: the command that runs in it, or ran last. */
let watched: string | undefined

/** Listens once, also where a process runs several commands. */
function watchOutput(name: string): void {
  const isWatched = watched !== undefined
  watched = name
  if (isWatched) return
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => onLostOutput(watched ?? '', error))
  }
}

/**
 * A reader that goes away, as the end of a pipe does, ends neither a command nor a node. Another error,
 * as of a full disk, ends a command; a node goes on without output.
 */
function onLostOutput(name: string, error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || name === 'start') return
  try {
    writeSync(process.stderr.fd, `hive: The output cannot be written: ${messageOf(error)}.\n`)
  } catch {
    // The same disk may be full for both.
  }
  process.exit(EXIT.failed)
}
