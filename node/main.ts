/** Runs one command line and returns its exit code. A command's code is loaded when it is used. */
import { EXIT, exitCodeOf, messageOf, UsageError } from './exit-codes.ts'
import { HELP } from './output/help.ts'
import { warn } from './output/terminal.ts'
import type { Command } from './command.ts'
import type { ExitCode } from './exit-codes.ts'

const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  start: () => import('./commands/start.ts'),
  keygen: () => import('./commands/keygen.ts'),
  distill: () => import('./commands/distill.ts'),
  learn: () => import('./commands/learn.ts'),
  stale: () => import('./commands/stale.ts'),
  report: () => import('./commands/report.ts'),
  broadcast: () => import('./commands/broadcast.ts'),
  recall: () => import('./commands/recall.ts'),
  open: () => import('./commands/open.ts'),
  history: () => import('./commands/history.ts'),
  cases: () => import('./commands/cases.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  insights: () => import('./commands/insights.ts'),
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
  mcp: () => import('./commands/mcp.ts'),
  events: () => import('./commands/events.ts'),
  hook: () => import('./commands/hook.ts'),
  impact: () => import('./commands/impact.ts'),
  status: () => import('./commands/status.ts'),
  verify: () => import('./commands/verify.ts'),
  repair: () => import('./commands/repair.ts'),
  install: () => import('./commands/install.ts'),
  uninstall: () => import('./commands/uninstall.ts'),
  doctor: () => import('./commands/doctor.ts')
}

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name = '', ...rest] = argv
  if (name === '--help' || name === '-h' || name === 'help' || rest.includes('--help')) {
    process.stdout.write(HELP)
    return EXIT.ok
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
    if (load === undefined) {
      throw new UsageError(name === '' ? 'Name a command.' : `There is no command "${name}".`)
    }
    const { command } = await load()
    return await command.run(rest, { env: process.env, signal: interrupt.signal })
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted
    warn(`hive: ${messageOf(error)}`)
    if (error instanceof UsageError) warn('"hive --help" lists the commands and their options.')
    return exitCodeOf(error)
  } finally {
    stopListening()
  }
}

/** The first signal asks the command to stop; the second ends the process. */
function onSignals(interrupt: AbortController): () => void {
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted)
    interrupt.abort(new Error('Interrupted.'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
