/** What clients send to a hook, read into one form. Whatever is unexpected gives nothing. */
import { isRead } from './client-output.ts'

export interface HookInput {
  readonly event: string
  readonly host: string
  /** The client's own name of the event. */
  readonly name?: string
  readonly session?: string
  readonly cwd?: string
  readonly text?: string
  readonly command?: string
  readonly outcome?: 'failed' | 'succeeded'
  readonly isContinued?: boolean
  readonly isUnread?: boolean
}

type Fields = Readonly<Record<string, unknown>>

const EVENTS: ReadonlySet<string> = new Set([
  'session-start',
  'prompt',
  'tool-failure',
  'compact',
  'stop'
])

const HOSTS: ReadonlySet<string> = new Set([
  'claude-code',
  'codex',
  'cursor',
  'gemini',
  'goose',
  'opencode',
  'vscode',
  'windsurf',
  'zed'
])

/** Clients that report the end of a command without an exit code only if it succeeded. */
const REPORTS_SUCCESS: ReadonlySet<string> = new Set(['claude-code', 'cursor', 'gemini'])

/** Names of the tools that run commands. */
const SHELL =
  /^(?:bash|shell|powershell|run_shell_command|run_?in_?terminal|exec_command|local_shell|terminal)$/i

/** Characters of a text that are sent: from its beginning, and from its end. */
const MAX_BEGINNING = 40_000
const MAX_END = 20_000
const MAX_NAME = 256
const MAX_COMMAND = 16_384

/** A line that a client writes around the output of a command. */
const EXIT_LINE =
  /^\s*(?:(?:process|command) )?exit(?:ed)?(?: with)?[ _](?:code|status)\s*:?\s*(-?\d{1,10})\b/im

/** Undefined if there is nothing to ask. */
export function readClientInput(event: string, host: string, json: string): HookInput | undefined {
  if (!EVENTS.has(event) || !HOSTS.has(host)) return undefined
  const input: unknown = json.trim() === '' ? {} : JSON.parse(json)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined
  const fields: Fields = { ...input }
  const tool = fieldsOf(fields['tool_info'])
  const isUnread = !isRead(event, host)
  if (isUnread && event !== 'compact') return undefined
  const common = {
    event,
    host,
    name: textOf(fields, 'hook_event_name', 'hookEventName', 'agent_action_name'),
    session: textOf(fields, 'session_id', 'sessionId', 'conversation_id', 'trajectory_id')?.slice(
      0,
      MAX_NAME
    ),
    cwd:
      textOf(fields, 'cwd', 'workingDirectory') ??
      textOf(tool, 'cwd') ??
      firstOf(fields['workspace_roots'])
  }
  switch (event) {
    case 'compact':
      return { ...common, isUnread }
    case 'prompt': {
      const text = textOf(fields, 'prompt') ?? textOf(tool, 'user_prompt')
      return text === undefined ? undefined : { ...common, text: shorten(text) }
    }
    case 'stop':
      return { ...common, isContinued: isContinued(fields) }
    case 'tool-failure':
      return endedCommand(common, fields)
    default:
      return common
  }
}

function endedCommand(common: HookInput, fields: Fields): HookInput | undefined {
  const tool = textOf(fields, 'tool_name', 'toolName')
  const args = fieldsOf(fields['tool_input'] ?? fields['toolArgs'])
  const command = textOf(args, 'command', 'cmd')
  if (tool === undefined || !SHELL.test(tool) || command === undefined) return undefined
  // The user, or a rule of the client, stopped it: that is no error of the command.
  const isStopped =
    fields['is_interrupt'] === true || fields['failure_type'] === 'permission_denied'
  if (isStopped) return undefined
  const text = resultOf(fields)
  const outcome = outcomeOf(common, fields, text)
  if (outcome === undefined) return undefined
  const ended = { ...common, command: command.slice(0, MAX_COMMAND), outcome }
  return outcome === 'failed' ? { ...ended, text: shorten(text) } : ended
}

function outcomeOf(
  { host, name = '' }: HookInput,
  fields: Fields,
  text: string
): HookInput['outcome'] {
  if (/failure$/i.test(name)) return 'failed'
  const response = responseOf(fields)
  if (response['error'] !== undefined && response['error'] !== null) return 'failed'
  const exit =
    numberOf(fields, 'exit_code', 'exitCode') ??
    numberOf(response, 'exit_code', 'exitCode') ??
    numberOf(fieldsOf(response['metadata']), 'exit_code', 'exitCode') ??
    exitLineOf(text)
  if (exit !== undefined) return exit === 0 ? 'succeeded' : 'failed'
  return REPORTS_SUCCESS.has(host) ? 'succeeded' : undefined
}

/** The number that a client wrote around an output, not deep within the output. */
function exitLineOf(text: string): number | undefined {
  const edges = text.length > 2_000 ? `${text.slice(0, 1_000)}\n${text.slice(-1_000)}` : text
  const digits = EXIT_LINE.exec(edges)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function resultOf(fields: Fields): string {
  const text = textOf(fields, 'error', 'error_message')
  if (text !== undefined) return text
  const raw = fields['tool_response'] ?? fields['tool_output'] ?? fields['toolResult']
  const response = responseOf(fields)
  const named = ['llmContent', 'output', 'stderr', 'stdout', 'textResultForLlm', 'error']
    .map((name) => textOf(response, name))
    .filter((part) => part !== undefined)
  if (named.length > 0) return named.join('\n')
  return typeof raw === 'string' ? raw : ''
}

function responseOf(fields: Fields): Fields {
  return fieldsOf(fields['tool_response'] ?? fields['tool_output'] ?? fields['toolResult'])
}

function isContinued(fields: Fields): boolean {
  const count = numberOf(fields, 'loop_count') ?? 0
  return fields['stop_hook_active'] === true || count > 0
}

/** The fields of an object, or of the JSON text of one. */
function fieldsOf(value: unknown): Fields {
  if (typeof value === 'string' && value.startsWith('{')) {
    try {
      return fieldsOf(JSON.parse(value))
    } catch {
      return {}
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function textOf(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function numberOf(fields: Fields, ...names: readonly string[]): number | undefined {
  return names.map((name) => fields[name]).find((value) => typeof value === 'number')
}

function firstOf(list: unknown): string | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return typeof first === 'string' ? first : undefined
}

function shorten(text: string): string {
  if (text.length <= MAX_BEGINNING + MAX_END) return text
  return `${text.slice(0, MAX_BEGINNING)}\n${text.slice(-MAX_END)}`
}
