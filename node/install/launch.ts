/** The command lines that clients start: the MCP server and the hooks. */
import type { ClientName, Launch, Place } from './client.ts'

/** Events of `hive hook`. */
export const HOOK_EVENTS = ['session-start', 'prompt', 'tool-failure', 'compact', 'stop'] as const

export type HookEvent = (typeof HOOK_EVENTS)[number]

/** Seconds after which a client gives a hook up. Hooks answer within 300 ms. */
export const HOOK_TIMEOUT = 5

const SCRIPT = /(^|[\\/])hive(\.[jt]s)?$/

export function mcpArguments({ script, dataDir }: Launch): string[] {
  return [script, 'mcp', ...dataDirArguments(dataDir)]
}

/** Whether a command line starts the MCP server of any installed version of hive. */
export function isMcpCommand(command: readonly unknown[]): boolean {
  const at = command.indexOf('mcp')
  const script = command[at - 1]
  return at > 0 && typeof script === 'string' && SCRIPT.test(script)
}

/** What `isMcpCommand` lines say. The binary may be `hive` itself, without a Node.js path. */
export function launchOf(command: readonly string[]): Launch {
  const at = command.indexOf('mcp')
  const option = command.indexOf('--data-dir')
  return {
    node: command[0] ?? '',
    script: command[at - 1] ?? '',
    dataDir: option === -1 ? undefined : command[option + 1]
  }
}

/** Which shell a client gives the text of a hook to. */
export type HookShell = 'posix' | 'cmd' | 'powershell'

/**
 * The text of a hook command. Clients remember whether the user trusts it by its text, so that it
 * depends on the paths, the event and the client alone.
 */
export function hookCommand(
  { node, script, dataDir }: Launch,
  event: HookEvent,
  host: ClientName,
  shell: HookShell
): string {
  const words = [node, script, 'hook', event, '--host', host, ...dataDirArguments(dataDir)]
  const text = words.map((word) => QUOTE[shell](word)).join(' ')
  return shell === 'powershell' && text.startsWith("'") ? `& ${text}` : text
}

/** Whether a hook command is of hive and of this client, and for which event. */
export function hookEventOf(command: unknown, host: ClientName): HookEvent | undefined {
  if (typeof command !== 'string') return undefined
  const found = /\bhive(?:\.[jt]s)?["']? hook ([a-z-]+) --host ([a-z-]+)(?: |$)/.exec(command)
  return found?.[2] === host ? HOOK_EVENTS.find((event) => event === found[1]) : undefined
}

/** The shell of clients that run hooks with the system's own shell. */
export function systemShell({ platform }: Place): HookShell {
  return platform === 'win32' ? 'cmd' : 'posix'
}

const PLAIN = /^[\w@%+=:,./\\-]+$/

const QUOTE: Readonly<Record<HookShell, (word: string) => string>> = {
  posix: (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`),
  cmd: (word) => (PLAIN.test(word) ? word : `"${word}"`),
  powershell: (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "''")}'`)
}

function dataDirArguments(dataDir: string | undefined): string[] {
  return dataDir === undefined ? [] : ['--data-dir', dataDir]
}
